/** Workers of the browser build, as a user's page starts them: all is in the one file it loads. */
import { assertEquals } from "@std/assert";
import type { PageTest, Stage } from "../_support/page_tests.ts";

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

const tests: PageTest[] = [
  startsWorkersOfScript("asyncio.js"),
  startsWorkersOfScript("asyncio.min.js"),
  startsWorkersOfModule("asyncio.mjs"),
  startsWorkersOfModule("asyncio.min.mjs"),
];

export default tests;
