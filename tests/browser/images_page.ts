/** The example page of images on a pool: it shows its progress, and Cancel stops it at once. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { PageTest, Stage } from "../_support/page_tests.ts";
import { ROOT } from "../_support/test_files.ts";

const COUNT = 8;

interface Shown {
  status: string;
  progress: number;
  hashes: string[];
  canStart: boolean;
}

/** What the page shows. */
function look(page: Page): Promise<Shown> {
  return page.evaluate<Shown>(`({
    status: document.querySelector("#status").value,
    progress: document.querySelector("#progress").position,
    hashes: [...document.querySelectorAll("#pictures code")].map((code) => code.textContent),
    canStart: !document.querySelector("#start").disabled,
  })`);
}

/** Starts so many pictures, by the page's own hands: Firefox is slow to take a click from outside. */
async function start(page: Page, count: number): Promise<void> {
  await page.evaluate(`
    document.querySelector("#count").value = "${count}";
    document.querySelector("#start").click();
  `);
}

async function open({ page, origin }: Stage): Promise<Page> {
  await page.goto(`${origin}/examples/images/`);
  // The button is of use once the script is there.
  await page.waitForFunction(`!document.querySelector("#start").disabled`);
  return page;
}

/** Waits until the page may be started again. */
async function untilOver(page: Page): Promise<Shown> {
  await page.waitForFunction(`!document.querySelector("#start").disabled`, undefined, {
    polling: 20,
  });
  return await look(page);
}

const tests: PageTest[] = [
  {
    name: "the images page makes pictures on the pool, and shows how far it is",
    async run(stage) {
      const page = await open(stage);
      await start(page, COUNT);
      const { status, progress, hashes } = await untilOver(page);
      assert(status.startsWith(`Made ${COUNT} of ${COUNT}, `), status);
      assertEquals([progress, hashes.length, new Set(hashes).size], [1, COUNT, COUNT]);
      assert(hashes.every((hash) => /^[0-9a-f]{16}$/.test(hash)), hashes.join());
      // For whoever wants to look at it.
      const name = `${stage.browser}${stage.isolated ? "_isolated" : ""}.png`;
      await page.screenshot({ path: join(ROOT, "tests/.cache/images", name) });
      await start(page, COUNT);
      const again = await untilOver(page);
      assertEquals(
        new Set(again.hashes),
        new Set(hashes),
        "the same pictures have the same hashes",
      );
    },
  },
  {
    name: "the images page's Cancel stops it at once, and it can be started again",
    async run(stage) {
      const page = await open(stage);
      await start(page, 500);
      await page.waitForFunction(`document.querySelectorAll("#pictures li").length > 1`);
      // In the page itself: a call from outside takes a time of its own.
      const stopped = await page.evaluate<{ over: boolean; made: number }>(`(async () => {
        document.querySelector("#cancel").click();
        const made = document.querySelectorAll("#pictures li").length;
        // A turn of the loop, in which no picture can be made.
        for (let turns = 0; turns < 20; turns++) {
          await new Promise((resolve) => setTimeout(resolve));
          if (!document.querySelector("#start").disabled) break;
        }
        return { over: !document.querySelector("#start").disabled, made };
      })()`);
      const shown = await look(page);
      assertEquals([stopped.over, shown.canStart], [true, true]);
      assertEquals(shown.status.split(",")[0], `Cancelled at ${shown.hashes.length} of 500`);
      assert(shown.hashes.length - stopped.made <= 1, "pictures were made after Cancel");
      await start(page, 2);
      assertEquals((await untilOver(page)).status.split(",")[0], "Made 2 of 2");
    },
  },
];

export default tests;
