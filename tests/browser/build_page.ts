/** The browser build, as a user's page loads it. */
import { assertEquals } from "@std/assert";
import type { PageTest, Stage } from "../_support/page_tests.ts";

/** Runs a coroutine of the global `asyncio` and gives its result. */
const PROGRAM = `asyncio.run(function* () {
  return yield* asyncio.gather([asyncio.sleep(0.02, "slow"), asyncio.sleep(0.01, "quick")]);
})`;

/** Gives the names of exports that call themselves otherwise. */
const MISNAMED = `Object.entries(asyncio)
  .filter(([name, value]) => typeof value === "function" && value.name !== name)
  .map(([name]) => name)`;

/** Asks for what no browser has, of which the build holds no more than that it says so. */
const REFUSALS = `asyncio.run(async () => {
  asyncio.LoopMethods.bring();
  const loop = asyncio.getRunningLoop();
  const calls = [
    () => asyncio.openConnection("localhost", 1),
    () => asyncio.startServer(() => {}, "localhost", 1),
    () => asyncio.createSubprocessExec("true"),
    () => loop.createDatagramEndpoint(() => new asyncio.DatagramProtocol(), { remoteAddr: ["::1", 1] }),
    () => loop.subprocessShell(() => new asyncio.SubprocessProtocol(), "true"),
  ];
  const names = new Set();
  for (const call of calls) {
    try {
      await call();
    } catch (error) {
      names.add(error.name);
    }
  }
  return [...names];
})`;

function runsFromAnotherOrigin(file: string): PageTest {
  return {
    name: `${file} runs by a script tag from another origin`,
    async run({ page, blank, otherOrigin }: Stage) {
      await page.goto(blank);
      await page.addScriptTag({ url: `${otherOrigin}/dist/${file}` });
      assertEquals(await page.evaluate(PROGRAM), ["slow", "quick"]);
      assertEquals(await page.evaluate(MISNAMED), []);
      assertEquals(await page.evaluate(REFUSALS), ["NotSupportedError"]);
    },
  };
}

function runsAsModule(file: string): PageTest {
  return {
    name: `${file} runs as a module from another origin`,
    async run({ page, blank, otherOrigin }: Stage) {
      await page.goto(blank);
      const load = `import("${otherOrigin}/dist/${file}")`;
      assertEquals(await page.evaluate(`${load}.then((asyncio) => ${PROGRAM})`), ["slow", "quick"]);
      assertEquals(await page.evaluate(`${load}.then((asyncio) => ${MISNAMED})`), []);
      assertEquals(await page.evaluate(`${load}.then((asyncio) => ${REFUSALS})`), [
        "NotSupportedError",
      ]);
    },
  };
}

const tests: PageTest[] = [
  {
    name: "web/index.html shows what its program prints",
    async run({ page, origin }) {
      await page.goto(`${origin}/`);
      await page.getByText("finished: 5,5").waitFor();
      assertEquals(
        await page.locator("#output").textContent(),
        [
          "started\n",
          "hello\n",
          "world\n",
          "finished: 5,5\n",
        ].join(""),
      );
    },
  },
  {
    name: "the pages are cross-origin isolated where they are said to be",
    async run({ page, blank, isolated }) {
      await page.goto(blank);
      assertEquals(await page.evaluate("crossOriginIsolated"), isolated);
      assertEquals(await page.evaluate("typeof SharedArrayBuffer !== 'undefined'"), isolated);
    },
  },
  runsFromAnotherOrigin("asyncio.js"),
  runsFromAnotherOrigin("asyncio.min.js"),
  runsAsModule("asyncio.mjs"),
  runsAsModule("asyncio.min.mjs"),
];

export default tests;
