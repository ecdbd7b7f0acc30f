/**
 * Makes the browser build under `web/dist/`: an ES module and a script-tag file (global `asyncio`),
 * each plain and minified, with source maps, and the type declarations; and the scripts of the pages beside
 * it, which use the module as any page does.
 *
 * @module
 */

import * as esbuild from "esbuild";
// Had in the graph, so that `import.meta.resolve` answers with a file and not with `npm:…`.
import "@babel/parser";
import "object-inspect";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rollup } from "rollup";
import dts from "rollup-plugin-dts";
import ts from "typescript";
import { writeBenchmarks } from "./benchmarks.ts";

const WEB = import.meta.dirname ?? ".";
/** What is built. */
export const ENTRY: string = join(WEB, "../mod.ts");

/** The same, with its names kept; a bundler can leave nothing out of it. */
const NAMED = join(WEB, "named.ts");

/** Where the build goes. */
export const DIST: string = join(WEB, "dist");

/**
 * The engines that scripts are made for: what they lack of the syntax (`using`, say) is lowered. All
 * have everything that functions are made of, so esbuild puts no helper of its own into one: the
 * source text of a function may be sent to a worker.
 */
export const TARGETS: readonly string[] = ["chrome120", "firefox120", "safari17"];

/** The two forms of the module; `min` is added to the names of those that are minified. */
const FORMS: readonly { extension: string; options(name: string): esbuild.BuildOptions }[] = [
  { extension: "mjs", options: moduleOptions },
  { extension: "js", options: scriptOptions },
];

/** A page is no Deno, and no module of its is a program's main one: what is for these falls away. */
export const NOT_DENO: Readonly<Record<string, string>> = {
  "Deno": "undefined",
  "import.meta.main": "false",
};

const LICENSE = "/*! asyncio for TypeScript, MIT license */";

/** What the declarations need of JavaScript's that is younger than ES2020: `using`, and errors of errors. */
const NEEDED_LIBS = ["esnext.disposable", "es2021.promise", "es2022.error"]
  .map((lib) => `/// <reference lib="${lib}" />\n`).join("");

/** The pages that have a script of their own, `web/NAME/main.ts`. */
const PAGES: readonly string[] = ["console", "trace"];

/** Resolves what a page's script imports: the module by its file, the rest as `deno.json` maps it. */
const pageImports: esbuild.Plugin = {
  name: "page-imports",
  setup(build) {
    build.onResolve(
      { filter: /^[^./]/ },
      ({ path }) =>
        path === "@asyncio/asyncio"
          ? { path: "./asyncio.mjs", external: true }
          : { path: fileURLToPath(import.meta.resolve(path)) },
    );
  },
};

/** The files of which nothing is reached but through a socket or a child process, and a browser has neither. */
const PAST_THE_HOST =
  /\/lib\/io\/(encryption|inflow|pipe_transports|socket_transport|subprocess_transport|transport_socket)\.ts$/;

/** Leaves these files out: their names are there, and nothing behind them. */
const leaveOutSockets: esbuild.Plugin = {
  name: "leave-out-sockets",
  setup(build) {
    build.onLoad({ filter: PAST_THE_HOST }, async ({ path }) => {
      const text = await Deno.readTextFile(path);
      const names = [...text.matchAll(/^export (?:class|const|function\*?) (\w+)/gm)];
      return { contents: names.map(([, name]) => `export const ${name} = undefined;`).join("\n") };
    });
  },
};

/** An ES module: a worker that needs the runtime imports the file itself. */
function moduleOptions(name: string): esbuild.BuildOptions {
  return {
    format: "esm",
    banner: { js: LICENSE },
    define: { ...NOT_DENO, ASYNCIO_FILE: JSON.stringify(`./${name}`) },
  };
}

/**
 * A script: one function that holds it all and gives what it exports. A worker that needs the runtime
 * gets that function's text, from wherever the page has the script.
 */
function scriptOptions(): esbuild.BuildOptions {
  const head = 'var asyncio = (function asyncioRuntime() { "use strict"; var module = {};';
  return {
    format: "cjs",
    banner: { js: `${LICENSE}\n${head}` },
    footer: { js: "return module.exports; })();" },
    define: { ...NOT_DENO, ASYNCIO_FILE: '""', ASYNCIO_SCRIPT: "asyncioRuntime" },
  };
}

/**
 * Makes the whole build.
 *
 * @throws {Error} If the sources do not build, or if the result names something that no browser has.
 */
export async function buildForBrowsers(): Promise<void> {
  await Deno.mkdir(DIST, { recursive: true });
  await Promise.all([buildScripts(), buildPages(), buildDeclarations()]);
}

async function buildPages(): Promise<void> {
  await esbuild.build({
    entryPoints: PAGES.map((name) => ({ in: join(WEB, name, "main.ts"), out: name })),
    outdir: DIST,
    bundle: true,
    format: "esm",
    minify: true,
    sourcemap: "linked",
    target: [...TARGETS],
    plugins: [pageImports],
    logLevel: "silent",
  });
}

async function buildScripts(): Promise<void> {
  const builds = FORMS.flatMap(({ extension, options }) =>
    [false, true].map(async (minify) => {
      const name = `asyncio${minify ? ".min" : ""}.${extension}`;
      await esbuild.build({
        // By `Deno`'s being undefined, its half of the seam falls away.
        ...options(name),
        // The one form that others bundle is the plain module.
        entryPoints: [name === "asyncio.mjs" ? ENTRY : NAMED],
        outfile: join(DIST, name),
        plugins: [leaveOutSockets],
        bundle: true,
        minify,
        sourcemap: "linked",
        target: [...TARGETS],
        logLevel: "silent",
      });
      requireNothingOfDeno(name, await Deno.readTextFile(join(DIST, name)));
    })
  );
  await Promise.all(builds);
}

/** Reads the script anew: what esbuild left in of Deno or Node would only fail in a user's page. */
function requireNothingOfDeno(name: string, text: string): void {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const visit = (node: ts.Node): void => {
    const isForeign = ts.isIdentifier(node)
      ? ["Deno", "process", "__name"].includes(node.text) && isFree(node)
      : ts.isStringLiteralLike(node) && node.text.startsWith("node:");
    if (isForeign) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      throw new Error(`${name}:${line + 1} still has ${node.getText()}, which no browser has`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** Whether an identifier stands for a variable, and is no name of a member. */
function isFree(node: ts.Identifier): boolean {
  const { parent } = node;
  const isMember = ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent) ||
    ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent) ||
    ts.isGetAccessorDeclaration(parent) || ts.isSetAccessorDeclaration(parent);
  return !(isMember && parent.name === node);
}

async function buildDeclarations(): Promise<void> {
  const compilerOptions: ts.CompilerOptions = {
    allowImportingTsExtensions: true,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
  };
  const bundle = await rollup({
    input: ENTRY,
    plugins: [dts({ compilerOptions })],
  });
  const { output: [{ code }] } = await bundle.generate({ format: "es" });
  await bundle.close();
  const declarations = `${NEEDED_LIBS}${code}`;
  // A reader of `asyncio.mjs` looks for `.d.mts`; one of the script for `.d.ts`, and has a global.
  await Deno.writeTextFile(join(DIST, "asyncio.d.mts"), declarations);
  await Deno.writeTextFile(
    join(DIST, "asyncio.d.ts"),
    `${declarations}export as namespace asyncio;\n`,
  );
  // The minified ones are the same to who reads types.
  await Deno.writeTextFile(join(DIST, "asyncio.min.d.mts"), 'export * from "./asyncio.mjs";\n');
  await Deno.writeTextFile(join(DIST, "asyncio.min.d.ts"), 'export * from "./asyncio.js";\n');
  for (const lib of ["es2020", "esnext"]) requireSoundTypes(join(DIST, "asyncio.d.ts"), lib);
}

/**
 * Checks the declarations by themselves: they may not lean on a file that is not with them, nor on what the program
 * that uses them may not know of JavaScript.
 */
function requireSoundTypes(file: string, lib: string): void {
  const program = ts.createProgram([file], {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2020,
    module: ts.ModuleKind.Preserve,
    lib: [`lib.${lib}.d.ts`, "lib.dom.d.ts"],
    types: [],
  });
  const diagnostics = ts.getPreEmitDiagnostics(program);
  if (diagnostics.length === 0) return;
  const host = {
    getCurrentDirectory: () => DIST,
    getCanonicalFileName: (name: string) => name,
    getNewLine: () => "\n",
  };
  throw new Error(`The declarations do not stand:\n${ts.formatDiagnostics(diagnostics, host)}`);
}

if (import.meta.main) {
  if (Deno.args.length > 0) {
    console.log("Usage: deno task build\n\nMakes web/dist and web/docs/benchmarks.md anew.");
    Deno.exit(Deno.args.includes("--help") ? 0 : 2);
  }
  try {
    await Promise.all([buildForBrowsers(), writeBenchmarks()]);
    for await (const { name, isFile } of Deno.readDir(DIST)) {
      if (!isFile || name.endsWith(".map")) continue;
      const { size } = await Deno.stat(join(DIST, name));
      console.log(`web/dist/${name}  ${(size / 1024).toFixed(1)} KiB`);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exitCode = 1;
  } finally {
    await esbuild.stop();
  }
}
