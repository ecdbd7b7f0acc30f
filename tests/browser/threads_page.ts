/** Workers of the browser build, as a user's page starts them: all is in the one file it loads. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import ts from "typescript";
import { startServer } from "../../web/serve.ts";
import type { PageTest, Stage } from "../_support/page_tests.ts";
import { ROOT } from "../_support/test_files.ts";

/** A job, a coroutine and a loop in workers, of the global `asyncio`. */
const PROGRAM = `(async () => {
  const { ThreadPoolExecutor, ThreadLoop, run, runCoroutineThreadsafe, toThread, workerFunction } =
    asyncio;
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  const job = await pool.submit((a, b) => a + b, 20, 22);
  const coroutine = await pool.submit(function* (text) {
    yield* asyncio.sleep(0.001);
    return text + " was slept over";
  }, "a job");
  const error = await pool.submit(() => { throw new RangeError("thrown there"); })
    .then(null, (error) => [error instanceof RangeError, error.message]);
  await pool.shutdown();
  const loop = new ThreadLoop();
  const stopped = loop.runForever();
  const nap = workerFunction(async (seconds) => {
    await asyncio.sleep(seconds);
    return asyncio.getRunningLoop().isRunning();
  });
  const ran = await runCoroutineThreadsafe(nap(0.001), loop);
  loop.callSoonThreadsafe(loop.stop);
  await stopped;
  await loop.close();
  const inThread = await run(async () => await toThread((text) => text.toUpperCase(), "shout"));
  return [job, coroutine, error, ran, inThread];
})()`;

/** The same of a job that is a module's. */
const OF_MODULE = `(async () => {
  const { run, toThread, workerFunction } = asyncio;
  const double = workerFunction(new URL("/assets/jobs.mjs", location.href), "double");
  return await run(async () => await toThread(double, 21));
})()`;

const RESULT = [42, "a job was slept over", [true, "thrown there"], true, "SHOUT"];

function startsWorkersOfScript(file: string): PageTest {
  return {
    name: `${file} starts workers from a script tag of another origin`,
    async run({ page, blank, otherOrigin }: Stage) {
      await page.goto(blank);
      await page.addScriptTag({ url: `${otherOrigin}/dist/${file}` });
      assertEquals(await page.evaluate(PROGRAM), RESULT);
    },
  };
}

function startsWorkersOfModule(file: string): PageTest {
  return {
    name: `${file} starts workers as a module of another origin`,
    async run({ page, blank, otherOrigin }: Stage) {
      await page.goto(blank);
      const program = `import("${otherOrigin}/dist/${file}").then((asyncio) => ${PROGRAM})`;
      assertEquals(await page.evaluate(program), RESULT);
    },
  };
}

/** What Vite, webpack and Rspack make of the module: an import of what they do not know goes through a helper. */
function asBundled(text: string): string {
  const source = ts.createSourceFile("asyncio.mjs", text, ts.ScriptTarget.Latest, true);
  const places: number[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      const isKept = /\/\* (webpackIgnore: true|@vite-ignore) \*\//.test(specifier!.getFullText());
      if (!isKept && !ts.isStringLiteral(specifier!)) places.push(node.expression.getEnd());
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  let bundled = text;
  for (const place of places.reverse()) {
    bundled = `${bundled.slice(0, place)}Helper${bundled.slice(place)}`;
  }
  // The file that is so named is put beside the bundle as it is.
  return bundled.replace('new URL("./asyncio.mjs"', 'new URL("./emitted.mjs"');
}

const tests: PageTest[] = [
  {
    name: "asyncio.mjs starts workers out of a bundle",
    async run({ page, isolated }) {
      const text = await Deno.readTextFile(join(ROOT, "web/dist/asyncio.mjs"));
      const files: Record<string, [string, string]> = {
        "/": ["text/html", "<!doctype html>"],
        "/assets/main.mjs": ["text/javascript", asBundled(text)],
        "/assets/emitted.mjs": ["text/javascript", text],
        "/assets/jobs.mjs": ["text/javascript", "export const double = (n) => 2 * n;"],
      };
      const route = (_request: Request, { pathname }: URL): Response | null => {
        const file = files[pathname];
        return file === undefined
          ? null
          : new Response(file[1], { headers: { "content-type": file[0] } });
      };
      const server = startServer(join(ROOT, "web"), { isolated, route });
      try {
        await page.goto(`${server.origin}/`);
        const program = `import("/assets/main.mjs").then(async (asyncio) => [
          await ${PROGRAM},
          await ${OF_MODULE},
        ])`;
        assertEquals(await page.evaluate(program), [RESULT, 42]);
      } finally {
        await page.goto("about:blank");
        await server.close();
      }
    },
  },
  startsWorkersOfScript("asyncio.js"),
  startsWorkersOfScript("asyncio.min.js"),
  startsWorkersOfModule("asyncio.mjs"),
  startsWorkersOfModule("asyncio.min.mjs"),
];

export default tests;
