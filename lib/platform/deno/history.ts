/**
 * The lines that were typed at a console, kept in a file from one run to the next.
 *
 * @module
 */
import { denoGlobal } from "./namespace.ts";

/** The slice of Deno's files that this needs; see `namespace.ts`. */
interface FileAccess {
  readTextFileSync(path: string): string;
  writeTextFileSync(path: string, text: string, options: { append: boolean; mode: number }): void;
  readonly permissions: {
    querySync(descriptor: { readonly name: "read" | "write"; readonly path: string }): {
      readonly state: string;
    };
  };
}

const VARIABLE = "ASYNCIO_HISTORY";

/** Whatever is typed at a console is nobody else's business. */
const OWNER_ALONE = 0o600;

/** The history of one console. */
export class History {
  /** How many lines are kept. */
  static readonly LONGEST = 1000;

  readonly #file: string | null;
  readonly #lines: string[];

  /** Opens the history: that of a file, where there is one and it may be read and written. */
  static open(): History {
    return new History(fileName());
  }

  private constructor(file: string | null) {
    this.#file = file;
    this.#lines = file === null ? [] : readLines(file);
  }

  /** The lines, as Node's line editor wants them. */
  get newestFirst(): string[] {
    return [...this.#lines].reverse();
  }

  /** Adds a line, at once: a console that is killed has not forgotten it. */
  add(line: string): void {
    if (this.#file === null || line.trim() === "" || line === this.#lines.at(-1)) return;
    this.#lines.push(line);
    write(this.#file, `${line}\n`, true);
  }
}

/** No permission is asked for; what was not given is done without. */
function fileName(): string | null {
  const given = environment(VARIABLE);
  const home = environment("HOME") ?? environment("USERPROFILE");
  const path = given ?? (home === undefined ? "" : `${home}/.asyncio_history`);
  if (path === "") return null;
  const { permissions } = files();
  const may = (name: "read" | "write") => permissions.querySync({ name, path }).state === "granted";
  return may("read") && may("write") ? path : null;
}

function environment(variable: string): string | undefined {
  const { env, permissions } = denoGlobal.Deno;
  return permissions.querySync({ name: "env", variable }).state === "granted"
    ? env.get(variable)
    : undefined;
}

function readLines(file: string): string[] {
  let text: string;
  try {
    text = files().readTextFileSync(file);
  } catch {
    // There is none yet, or it is no file of text: then this one begins.
    return [];
  }
  const lines = text.split("\n").filter((line) => line !== "");
  const kept = lines.slice(-History.LONGEST);
  // It grows by appending, and is cut when it is twice as long as what is kept.
  if (lines.length > 2 * History.LONGEST) write(file, `${kept.join("\n")}\n`, false);
  return kept;
}

function write(file: string, text: string, append: boolean): void {
  try {
    files().writeTextFileSync(file, text, { append, mode: OWNER_ALONE });
  } catch {
    // A full disk or a folder that is gone must not keep anybody from typing.
  }
}

function files(): FileAccess {
  return (globalThis as unknown as { readonly Deno: FileAccess }).Deno;
}
