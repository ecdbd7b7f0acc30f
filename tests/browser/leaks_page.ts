/** What is kept of waits that are over, in a page, by the browser's own account of its heap. */
import { assertGreater, assertLess } from "@std/assert";
import type { Page } from "playwright-core";
import { SITE } from "../_support/page_messages.ts";
import type { PageTest, Stage } from "../_support/page_tests.ts";
import { BARE_ROUNDS, ROUNDS } from "../bench/leak_rows.ts";

const TIMES = 20_000;

/** The most that may be kept of them, in bytes. */
const BOUND = 500_000;

const skipped = { firefox: "it tells nobody how many bytes a page has in use" };

/** Works with the rows in a page that can weigh its heap, in which no other test has left anything. */
async function withRows(
  { page: first, blank }: Stage,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await first.context().newPage();
  const session = await page.context().newCDPSession(page);
  await page.goto(blank);
  await page.exposeFunction("weigh", async () => {
    // Twice: what is finalized after the first is collected by the second.
    for (let time = 0; time < 2; time++) await session.send("HeapProfiler.collectGarbage");
    return (await session.send("Runtime.getHeapUsage")).usedSize;
  });
  try {
    await work(page);
  } finally {
    await page.close();
  }
}

function measure(page: Page, name: string): Promise<number> {
  const parameters = `${JSON.stringify(name)}, ${TIMES}, weigh`;
  return page.evaluate<number>(
    `import("${SITE}/tests/bench/leak_rows.ts").then((rows) => rows.measureKept(${parameters}))`,
  );
}

const ours: PageTest[] = Object.keys(ROUNDS).map((name) => ({
  name: `20,000 times ${name} leaves less than half a megabyte in a page`,
  skipped,
  run: (stage) =>
    withRows(stage, async (page) => {
      // What leaks does so every time; what the engine has just compiled weighs but once.
      const kept: number[] = [];
      while (kept.length < 3 && !kept.some((bytes) => bytes < BOUND)) {
        kept.push(await measure(page, name));
      }
      console.log(`${name}: ${kept.map((bytes) => (bytes / 1e6).toFixed(2)).join(", ")} MB`);
      assertLess(Math.min(...kept), BOUND, `kept in turn: ${kept}`);
    }),
}));

const [race = ""] = Object.keys(BARE_ROUNDS);

const tests: PageTest[] = [...ours, {
  name: "the same weighing finds what Promise.race() keeps",
  skipped,
  run: (stage) =>
    withRows(stage, async (page) => {
      const kept = await measure(page, race);
      console.log(`${race}: ${(kept / 1e6).toFixed(2)} MB`);
      assertGreater(kept, 3 * BOUND);
    }),
}];

export const plainOnly = true;
export default tests;
