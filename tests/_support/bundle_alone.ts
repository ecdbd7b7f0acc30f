/**
 * Bundles programs that import some names of the module and nothing else, and prints what is left of the
 * module in each, as JSON. Its arguments are the lists of names, each joined by commas.
 *
 * A program of its own, because esbuild leaves a child process behind that a test would be told of.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { bundlePrograms } from "../../web/sizes.ts";
import { readSources } from "./source_tree.ts";
import { ROOT } from "./test_files.ts";

/** What is left of the module in one program. */
export interface Bundled {
  /** The names that it imports. */
  readonly names: readonly string[];
  /** The files of `lib/` of which something is left. */
  readonly kept: readonly string[];
  /** The functions that are called, and that the class which was to provide them is not there to provide. */
  readonly missing: readonly string[];
}

/** The variables that the initialisers of classes set: those without a value where they are declared. */
async function providedByClasses(): Promise<readonly string[]> {
  const files = await readSources("lib");
  const texts = await Promise.all(files.map(({ path }) => Deno.readTextFile(`${ROOT}/${path}`)));
  const found = texts.flatMap((text) =>
    [...text.matchAll(/^(?:export )?let (\w+): (?:[^=]|=>)*?;$/gm)].map(([, name]) => name!)
  );
  if (found.length < 10) throw new Error(`expected what classes provide, found ${found}`);
  return found;
}

async function bundleAll(
  programs: readonly (readonly string[])[],
  provided: readonly string[],
): Promise<Bundled[]> {
  const { outputFiles, metafile } = await bundlePrograms(programs, false);
  const texts = new Map(outputFiles.map(({ path, text }) => [placeOf(path), text]));
  const made = new Map(
    Object.entries(metafile.outputs).map(([path, { inputs }]) => [placeOf(path), inputs]),
  );
  return programs.map((names, place) =>
    describeBundle({ names, text: texts.get(place)!, inputs: made.get(place)! }, provided)
  );
}

/** Which program a file was made of. */
function placeOf(path: string): number {
  return Number(/(\d+)\.js$/.exec(path)?.[1]);
}

function describeBundle(
  { names, text, inputs }: {
    names: readonly string[];
    text: string;
    inputs: Readonly<Record<string, { bytesInOutput: number }>>;
  },
  provided: readonly string[],
): Bundled {
  // Once through the text, and not once for each name; what esbuild renames it numbers.
  const called = new Set([...text.matchAll(/\b([a-zA-Z]+)\d*\(/g)].map(([, name]) => name));
  const set = new Set([...text.matchAll(/\b([a-zA-Z]+)\d* = [^=]/g)].map(([, name]) => name));
  return {
    names,
    kept: Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path.replace(/^.*\blib\//, "")),
    missing: provided.filter((name) => called.has(name) && !set.has(name)),
  };
}

if (import.meta.main) {
  const provided = await providedByClasses();
  const all = await bundleAll(Deno.args.map((names) => names.split(",")), provided);
  await esbuild.stop();
  console.log(JSON.stringify(all));
}
