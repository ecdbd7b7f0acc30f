/**
 * The table of parity, `web/docs/parity.md`, as data.
 *
 * @module
 */

/** What a row says a name is here. */
export type Standing = "here" | "none";

/** A row: what a name of Python's is here. */
export interface ParityRow {
  /** The heading that it stands under. */
  section: string;
  /** The name in Python; for a member of a class `Class.member`, in which `*` stands for any text. */
  python: string;
  /** What it is here. */
  standing: Standing;
  /** The name here: an export, or `Class.member`; `null` where it is not here. */
  here: string | null;
  /** What behaves otherwise, or the way round. */
  differs: string;
  /** Why. */
  why: string;
}

/** The page. */
export interface ParityTable {
  /** What Python's names are here. */
  rows: ParityRow[];
  /** The exports that stand for nothing of Python's, with what they are for. */
  onlyHere: Map<string, string>;
  /** The counts that the page states: of names and of members. */
  counts: Map<string, [names: number, members: number]>;
}

/** Reads the page. */
export function parseParityTable(text: string): ParityTable {
  const table: ParityTable = { rows: [], onlyHere: new Map(), counts: new Map() };
  let section = "";
  let header = "";
  for (const line of text.split("\n")) {
    const cells = line.startsWith("|") ? cellsOf(line) : [];
    const [first = "", second = "", ...rest] = cells;
    if (line.startsWith("## ")) section = line.slice(3);
    if (cells.length === 0) header = "";
    else if (header === "") header = cells.join(" ");
    else if (/^-+$/.test(first)) continue;
    else if (/^(asyncio|Python) here differs why$/.test(header)) {
      table.rows.push(rowOf(section, first, second, rest));
    } else if (header === "here what for") table.onlyHere.set(codeOf(first), second);
    else table.counts.set(first, [Number(second), Number(rest[0])]);
  }
  return table;
}

function rowOf(section: string, first: string, second: string, rest: string[]): ParityRow {
  const [differs = "", why = ""] = rest;
  if (rest.length !== 2) throw new SyntaxError(`${first}: a row has four cells`);
  const isAbsent = second === "none";
  return {
    section,
    python: codeOf(first),
    standing: isAbsent ? second : "here",
    here: isAbsent ? null : codeOf(second),
    differs,
    why,
  };
}

function cellsOf(line: string): string[] {
  return line.split("|").slice(1, -1).map((cell) => cell.trim());
}

function codeOf(cell: string): string {
  const name = /^`([^`]+)`$/.exec(cell)?.[1];
  if (name === undefined) throw new SyntaxError(`a name in backticks is expected, not ${cell}`);
  return name;
}

/** A name of Python's as it is called here: `run_in_executor` is `runInExecutor`. */
export function toCamelCase(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Whether a row's name of a member, in which `*` stands for any text, means this one. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/\W/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}
