/**
 * The test files of the tree, with the twins made of them under `tests/_generated/`.
 *
 * @module
 */

import { dirname, join, normalize, relative, resolve } from "node:path";
import { makeTwin, wantsTwin } from "./twin.ts";

/** The root of the repository. */
export const ROOT: string = resolve(import.meta.dirname ?? ".", "../..");

/** Where the files are that start threads, processes and servers, and look at clocks. */
const LIVELY =
  /^tests\/(_generated\/)?((host|inspect|io|platform|repl|run|soak|threads)\/|article_test)/;

const TESTS = join(ROOT, "tests");
const GENERATED = join(TESTS, "_generated");

/** A test file and, where it has one, its async twin; paths from the root. */
export interface TestFile {
  /** The file as written. */
  path: string;
  /** Its twin. */
  twin: string | null;
  /** The one host it is for, by where it stands: `tests/host/<host>/`. */
  host: "deno" | "browser" | null;
}

/**
 * Whether the tests of a file, or of a twin, must have the machine for themselves. What all others do one thread does by
 * itself, so they run side by side.
 *
 * @param path The file, from the root.
 */
export function isLively(path: string): boolean {
  return LIVELY.test(path);
}

/** Finds every test file and makes its twin anew. */
export async function collectTestFiles(): Promise<TestFile[]> {
  const sources = await typeScriptFiles(TESTS);
  await Deno.remove(GENERATED, { recursive: true }).catch(ignoreMissing);
  const twins = new Map<string, string>();
  const texts = new Map<string, string>();
  for (const path of sources) {
    const text = await Deno.readTextFile(path);
    if (!wantsTwin(text)) continue;
    texts.set(path, text);
    twins.set(path, join(GENERATED, relative(TESTS, path)));
  }
  for (const [path, text] of texts) await writeTwin(path, text, twins);
  return sources.filter((path) => path.endsWith("_test.ts")).map((path) => {
    const twin = twins.get(path);
    const host = /[\\/]host[\\/](deno|browser)[\\/]/.exec(path)?.[1];
    return {
      path: relative(ROOT, path),
      twin: twin === undefined ? null : relative(ROOT, twin),
      host: host === "deno" || host === "browser" ? host : null,
    };
  });
}

/** Finds the tests that are driven from outside a page, `tests/browser/*_page.ts`. */
export async function collectPageTestFiles(): Promise<string[]> {
  const files = await typeScriptFiles(join(TESTS, "browser"));
  return files.filter((path) => path.endsWith("_page.ts")).map((path) => relative(ROOT, path));
}

async function writeTwin(path: string, text: string, twins: Map<string, string>): Promise<void> {
  const twin = twins.get(path);
  if (twin === undefined) return;
  const resolved = (specifier: string): string => normalize(join(dirname(path), specifier));
  const content = makeTwin(text, {
    path: relative(ROOT, path),
    hasTwin: (specifier) => twins.has(resolved(specifier)),
    redirect(specifier) {
      const target = resolved(specifier);
      const fromTwin = relative(dirname(twin), twins.get(target) ?? target);
      return fromTwin.startsWith(".") ? fromTwin : `./${fromTwin}`;
    },
  });
  await Deno.mkdir(dirname(twin), { recursive: true });
  await Deno.writeTextFile(twin, content);
}

/** Finds the TypeScript files of a folder and of those in it, in order, without what is generated. */
export async function typeScriptFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = join(folder, entry.name);
      if (path === GENERATED || entry.name.startsWith(".")) continue;
      if (entry.isDirectory) found.push(...await typeScriptFiles(path));
      else if (entry.name.endsWith(".ts")) found.push(path);
    }
  } catch (error) {
    ignoreMissing(error);
  }
  return found.sort();
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
