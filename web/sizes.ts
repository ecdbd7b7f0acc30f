/**
 * `deno task size [--files] [--parts]`: how large the browser build is, and what a page pays that uses the core
 * alone; with `--files` also of which files the core is made, with `--parts` what its bytes are spent on. Fails
 * when one has grown beyond its budget in `budgets.json`.
 *
 * @module
 */

import * as esbuild from "esbuild";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import budgets from "./budgets.json" with { type: "json" };
import { DIST, ENTRY, NOT_DENO, TARGETS } from "./build.ts";
import { leaveOut, type Part, PARTS } from "./parts.ts";

/** The loop, tasks, gathering, waiting, timeouts, task groups, locks and queues. */
const CORE = [
  ...["run", "Runner", "sleep", "EventLoop", "newEventLoop", "getRunningLoop", "Future", "Task"],
  ...["createTask", "currentTask", "allTasks", "gather", "wait", "waitFor", "timeout", "timeoutAt"],
  ...["shield", "asCompleted", "TaskGroup", "Lock", "Event", "Condition", "Semaphore"],
  ...["BoundedSemaphore", "Barrier", "Queue", "PriorityQueue", "LifoQueue", "CancelledError"],
];

/** How large something is, in bytes. */
export interface Size {
  /** What it is; its name in `budgets.json`. */
  name: keyof typeof budgets;
  /** Minified. */
  minified: number;
  /** And packed by gzip at its strongest. */
  gzipped: number;
  /** The most that `gzipped` may be. */
  budget: number;
}

/**
 * Measures the build that stands under `web/dist/`.
 *
 * @returns The sizes.
 */
export async function measureSizes(): Promise<Size[]> {
  const script = await Deno.readFile(join(DIST, "asyncio.min.js"));
  return [sizeOf("script", script), sizeOf("core", await bundleCore())];
}

/** The sizes as lines of text. */
export function describeSizes(sizes: readonly Size[]): string {
  return sizes.map(({ name, minified, gzipped, budget }) =>
    `${name}: ${minified} bytes minified, ${gzipped} with gzip, ${budget} at most`
  ).join("\n");
}

/** Whether all are within their budgets. */
export function areWithinBudget(sizes: readonly Size[]): boolean {
  return sizes.every(({ gzipped, budget }) => gzipped <= budget);
}

function sizeOf(name: Size["name"], text: Uint8Array): Size {
  const gzipped = gzippedSize(text);
  return { name, minified: text.length, gzipped, budget: budgets[name] };
}

/** How many bytes a text has when gzip packs it at its strongest. */
export function gzippedSize(text: Uint8Array): number {
  return gzipSync(text, { level: 9 }).length;
}

/**
 * What a bundler keeps of the module for a program that imports the core.
 *
 * @param without What is taken out of the sources before.
 * @returns The bundle.
 */
export async function bundleCore(without: readonly Part[] = []): Promise<Uint8Array> {
  const { outputFiles } = await bundleExports(CORE, true, without);
  return outputFiles[0]!.contents;
}

/** How large the core, or the whole, is without what can be taken out; in bytes with gzip. */
export async function measureFloor(name: Size["name"]): Promise<number> {
  const { outputFiles } = await bundleExports(name === "core" ? CORE : ["*"], true, PARTS);
  return gzippedSize(outputFiles[0]!.contents);
}

/** What the core's bytes are spent on, as lines of text: of each part what it takes, and what is left. */
async function describeCoreParts(): Promise<string> {
  const whole = gzippedSize(await bundleCore());
  const lines = await Promise.all(PARTS.map(async ({ name }, index) => {
    const taken = whole - gzippedSize(await bundleCore([PARTS[index]!]));
    const left = gzippedSize(await bundleCore(PARTS.slice(0, index + 1)));
    return `${String(taken).padStart(6)} ${name}; ${left} without this and what is above`;
  }));
  return lines.join("\n");
}

/** What the core is made of, as lines of text: the bytes of each file, minified, the largest first. */
async function describeCoreFiles(): Promise<string> {
  const { metafile } = await bundleExports(CORE, true);
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return files.toSorted(([, one], [, other]) => other.bytesInOutput - one.bytesInOutput)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path, { bytesInOutput }]) => `${String(bytesInOutput).padStart(6)} ${path}`)
    .join("\n");
}

/**
 * Bundles a page's program that imports some names of the module and does nothing else.
 *
 * @param names The names; `*` for all.
 * @param minify Whether the bundle is minified.
 * @param without What is taken out of the sources before.
 * @returns The bundle, and what it is made of.
 */
export async function bundleExports(
  names: readonly string[],
  minify: boolean,
  without: readonly Part[] = [],
): Promise<Bundles> {
  return await bundlePrograms([names], minify, without);
}

/** Bundles, in the order of their programs, and what each is made of. */
export type Bundles = esbuild.BuildResult<{ write: false; metafile: true }>;

/** The sources of programs that import some names of the module and do nothing else, by their places in a list. */
function programsOf(programs: readonly (readonly string[])[]): esbuild.Plugin {
  return {
    name: "programs",
    setup(build) {
      build.onResolve({ filter: /^program:/ }, ({ path }) => ({ path, namespace: "program" }));
      build.onLoad({ filter: /.*/, namespace: "program" }, ({ path }) => {
        const names = programs[Number(path.split(":")[1])]!;
        const list = names.includes("*") ? "*" : `{ ${names.join(", ")} }`;
        const contents = `export ${list} from ${JSON.stringify(ENTRY)};`;
        return { contents, resolveDir: import.meta.dirname! };
      });
    },
  };
}

/**
 * Bundles several such programs, each by itself; the sources are read once.
 *
 * @param programs The names that each imports.
 * @param minify Whether the bundles are minified.
 * @param without What is taken out of the sources before.
 * @returns The bundles.
 */
export async function bundlePrograms(
  programs: readonly (readonly string[])[],
  minify: boolean,
  without: readonly Part[] = [],
): Promise<Bundles> {
  return await esbuild.build({
    entryPoints: programs.map((_, place) => ({ in: `program:${place}`, out: String(place) })),
    outdir: DIST,
    bundle: true,
    minify,
    plugins: [programsOf(programs), ...without.length === 0 ? [] : [leaveOut(without)]],
    format: "esm",
    define: { ...NOT_DENO, ASYNCIO_FILE: "undefined" },
    target: [...TARGETS],
    write: false,
    metafile: true,
    logLevel: "silent",
  });
}

if (import.meta.main) {
  if (Deno.args.some((each) => each !== "--files" && each !== "--parts")) {
    console.log("Usage: deno task size [--files] [--parts]");
    Deno.exit(Deno.args.includes("--help") ? 0 : 2);
  }
  const sizes = await measureSizes();
  if (Deno.args.includes("--files")) console.log(await describeCoreFiles());
  if (Deno.args.includes("--parts")) console.log(await describeCoreParts());
  await esbuild.stop();
  console.log(describeSizes(sizes));
  if (!areWithinBudget(sizes)) Deno.exitCode = 1;
}
