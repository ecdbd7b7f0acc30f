/**
 * The entries that were made before, as the arrow keys walk through them.
 *
 * @module
 */
/// <reference lib="dom" />

const KEY = "asyncio.console.entries";
const MOST = 500;

/** The entries of this browser. */
export class Entries {
  readonly #entries: string[] = read();
  // Where the walk is; behind the last one where nobody walks.
  #place: number = this.#entries.length;
  #draft = "";

  /** Adds one, for later visits too. */
  add(entry: string): void {
    if (entry !== this.#entries.at(-1)) this.#entries.push(entry);
    this.#entries.splice(0, this.#entries.length - MOST);
    this.#place = this.#entries.length;
    this.#draft = "";
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#entries));
    } catch {
      // Storage is full or forbidden: then they last as long as the page.
    }
  }

  /**
   * Walks to an older one (`-1`) or a newer one (`1`).
   *
   * @param by Which way.
   * @param current What is being typed; it is found again behind the newest.
   * @returns The entry, or `null` where the walk is at its end.
   */
  walk(by: -1 | 1, current: string): string | null {
    const place = this.#place + by;
    if (place < 0 || place > this.#entries.length) return null;
    if (this.#place === this.#entries.length) this.#draft = current;
    this.#place = place;
    return this.#entries[place] ?? this.#draft;
  }
}

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((entry) => typeof entry === "string") : [];
  } catch {
    return [];
  }
}
