/**
 * Numbers and tables for readers.
 *
 * @module
 */

/** Formats a number of bytes: `1.5 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Formats a number of seconds: `0.250 s`. */
export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(3)} s`;
}

/** Formats a count with its noun: `1 page`, `1,024 pages`, `2 fetches`. */
export function formatCount(count: number, noun: string): string {
  const ending = count === 1 ? "" : /s$|h$/.test(noun) ? "es" : "s";
  return `${count.toLocaleString("en")} ${noun}${ending}`;
}

/** A column of a table: its heading, which side it is flush with. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/**
 * Lays out a table in plain text.
 *
 * @param columns The columns.
 * @param rows A cell for each column in each row.
 * @returns The lines, the titles first.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((row) => row[index]!.length)));
  return lines.map((row) => {
    const cells = row.map((cell, index) =>
      columns[index]!.align === "left" ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!)
    );
    return cells.join("  ").trimEnd();
  });
}
