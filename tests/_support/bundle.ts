/**
 * Makes of the test files, with esbuild, what a page can load: one script per file at the file's own
 * path, and shared ones for what several of them import.
 *
 * @module
 */

import * as esbuild from "esbuild";
// Had in the graph, so that `import.meta.resolve` answers with a file and not with `npm:…`.
import "@babel/parser";
import "deno-std/assert";
import { createRequire } from "node:module";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TARGETS } from "../../web/build.ts";
import { SITE } from "./page_messages.ts";
import { ROOT } from "./test_files.ts";

/** Where the bundles stand. */
export const BUNDLE_FOLDER: string = join(ROOT, "tests", ".cache", "site");

/** The script that runs tests in a page. */
export const PAGE_SCRIPT = "tests/_support/page.ts";

/** What nearly all of them import. */
const SHARED = "tests/_support/shared.ts";

/** What only Deno runs, behind `needs("deno")` or the like: a page never comes to these imports. */
const DENO_ONLY = /^(node:|typescript$|esbuild$|rollup|playwright-core$|pyodide$)/;

/** A file of a package's, in Deno's cache. */
const PACKAGE = /[/\\]npm[/\\]registry\.npmjs\.org[/\\]/;

/**
 * Resolves bare names as `deno.json` maps them, and those of packages as their own dependencies, for esbuild,
 * which knows neither import maps nor Deno's cache of npm packages.
 */
export const denoImports: esbuild.Plugin = {
  name: "deno-imports",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
      if (DENO_ONLY.test(path)) return { path, external: true };
      if (PACKAGE.test(importer)) {
        const file = createRequire(importer).resolve(path);
        return { path: file, external: !isAbsolute(file) };
      }
      const url = import.meta.resolve(path);
      return url.startsWith("file:") ? { path: fileURLToPath(url) } : { path: url, external: true };
    });
  },
};

/**
 * Has each entry point import what nearly all of them do. Not by `inject`, which has every file import it, and so
 * makes circles, in which a class may come before the one that it extends.
 */
function sharing(entryPoints: readonly string[]): esbuild.Plugin {
  const files = new Set(entryPoints.map((path) => join(ROOT, path)));
  const statement = `import ${JSON.stringify(join(ROOT, SHARED))};`;
  return {
    name: "sharing",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!files.has(path)) return undefined;
        // On the first line, so that all others keep their numbers.
        return { contents: statement + await Deno.readTextFile(path), loader: "ts" };
      });
    },
  };
}

function commonOptions(): esbuild.BuildOptions {
  return {
    absWorkingDir: ROOT,
    bundle: true,
    format: "esm",
    target: [...TARGETS],
    plugins: [denoImports],
    // Where a worker of the bundle's finds the module itself (lib/threads/runtime_source.ts).
    define: { "import.meta.main": "false", ASYNCIO_FILE: JSON.stringify(`${SITE}/mod.ts`) },
    logLevel: "silent",
  };
}

/**
 * Bundles test files for a page.
 *
 * @param paths The files, from the root.
 * @throws {Error} If one does not parse, or imports what is not there; with esbuild's messages.
 */
export async function bundleTests(paths: readonly string[]): Promise<void> {
  await Deno.remove(BUNDLE_FOLDER, { recursive: true }).catch(() => {});
  const entryPoints = [PAGE_SCRIPT, ...paths];
  await esbuild.build({
    ...commonOptions(),
    entryPoints,
    plugins: [sharing(entryPoints), denoImports],
    outbase: ROOT,
    outdir: BUNDLE_FOLDER,
    splitting: true,
    sourcemap: "linked",
    sourcesContent: false,
  });
}

/**
 * Bundles one module that a test names by `new URL("./module.ts", import.meta.url)`.
 *
 * @param path The module.
 * @returns Its script.
 */
export async function bundleModule(path: string): Promise<string> {
  const { outputFiles } = await esbuild.build({
    ...commonOptions(),
    entryPoints: [path],
    write: false,
    sourcemap: "inline",
  });
  return outputFiles?.[0]?.text ?? "";
}

/** Ends esbuild's process. */
export async function stopBundler(): Promise<void> {
  await esbuild.stop();
}
