/** A busy loop leaves a page its frames; how long the longest gap between two was is printed. */
import { assert, assertEquals } from "@std/assert";
import type { PageTest } from "../_support/page_tests.ts";

const TASKS = 10_000;
const SWITCHES = 1_000_000;

interface Frames {
  /** How many switches the tasks made. */
  switches: number;
  /** How long they took, in milliseconds. */
  elapsed: number;
  /** The times between one frame and the next meanwhile, in milliseconds. */
  gaps: number[];
}

/** Gives {@linkcode Frames}; the gap in which the run began and the one in which it ended count. */
const PROGRAM = `new Promise((resolve) => {
  const { createTask, run, sleep } = asyncio;

  function* switchOften() {
    for (let i = 0; i < ${SWITCHES / TASKS}; i++) yield* sleep(0);
    return ${SWITCHES / TASKS};
  }

  function* main() {
    const tasks = Array.from({ length: ${TASKS} }, () => createTask(switchOften()));
    let switches = 0;
    for (const task of tasks) switches += yield* task;
    return switches;
  }

  const gaps = [];
  let last = null;
  let result = null;
  function onFrame() {
    const now = performance.now();
    if (last !== null) gaps.push(now - last);
    else start(now);
    last = now;
    if (result === null) requestAnimationFrame(onFrame);
    else resolve({ ...result, gaps });
  }
  async function start(began) {
    const switches = await run(main());
    result = { switches, elapsed: performance.now() - began };
  }
  requestAnimationFrame(onFrame);
})`;

const tests: PageTest[] = [
  {
    name: "1,000,000 switches of 10,000 tasks leave requestAnimationFrame firing",
    async run({ page, browser, blank, origin }) {
      await page.goto(blank);
      await page.addScriptTag({ url: `${origin}/dist/asyncio.min.js` });
      const { switches, elapsed, gaps } = await page.evaluate<Frames>(PROGRAM);
      assertEquals(switches, SWITCHES);
      // The first gap begins with the run and the last one ends after it: none between, none fired.
      assert(gaps.length > 2, `${gaps.length - 1} frames in ${elapsed} ms`);
      console.log(
        `     ${browser}: ${SWITCHES.toLocaleString("en")} switches in ${elapsed.toFixed(0)} ms, ` +
          `${gaps.length - 1} frames meanwhile, longest gap between frames ${
            Math.max(...gaps).toFixed(1)
          } ms`,
      );
    },
  },
];

export const plainOnly = true;
export default tests;
