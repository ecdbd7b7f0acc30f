/** The page that draws traces, `web/trace.html`. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { createTask, getRunningLoop, runVirtual, sleep, trace } from "../../mod.ts";
import type { PageTest, Stage } from "../_support/page_tests.ts";
import { ROOT } from "../_support/test_files.ts";
import { checkTrace } from "../_support/trace_check.ts";

/** A trace of a task that another one cancels. */
function makeTrace(): string {
  return runVirtual(function* () {
    using recording = trace(getRunningLoop());
    const victim = createTask(sleep(3600), { name: "victim" });
    const killer = createTask(function* () {
      yield* sleep(1);
      victim.cancel();
    }, { name: "killer" });
    yield* killer;
    try {
      yield* victim;
    } catch { /* as it should */ }
    return recording.toPerfetto();
  });
}

/** Opens the page with a file of this text. */
async function openTrace({ page, origin }: Stage, text: string): Promise<void> {
  const url = `${origin}/some.json`;
  await page.route(url, (route) => route.fulfill({ contentType: "application/json", body: text }));
  await page.goto(`${origin}/trace.html?file=some.json`);
  await page.waitForFunction("document.querySelector('#summary').textContent !== ''");
}

async function textOf(page: Page, selector: string): Promise<string> {
  return await page.locator(selector).textContent() ?? "";
}

async function find(page: Page, text: string): Promise<void> {
  await page.locator("#search").fill(text);
  await page.locator("#search").press("Enter");
}

/** Puts the mouse where something is drawn in a colour that nothing of the page's own has. */
async function hoverOverMiddle(page: Page): Promise<void> {
  const box = await page.locator("#canvas").boundingBox();
  assert(box !== null);
  // A span that was found fills two thirds of the width, around the middle.
  const x = box.x + 116 + (box.width - 116) / 2;
  for (let y = box.y + 30; y < box.y + box.height; y += 6) {
    await page.mouse.move(x, y);
    if (await page.locator("#tip").isVisible()) return;
  }
}

/** What is drawn, as an expression of the page's. */
const IMAGE = `document.querySelector("#canvas").toDataURL()`;

/** What the crawler writes of its own site. */
async function traceCrawl(): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const args = [join(ROOT, "web/examples/crawl.ts"), "--limit", "12", "--trace", file];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", ...args],
      stdout: "null",
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return await Deno.readTextFile(file);
  } finally {
    await Deno.remove(file);
  }
}

const tests: PageTest[] = [
  {
    name: "web/trace.html draws a trace of the crawler",
    async run(stage) {
      const { page, browser, isolated } = stage;
      const text = await traceCrawl();
      const { problems, spans } = checkTrace(text);
      assertEquals(problems, []);
      await page.setViewportSize({ width: 1400, height: 900 });
      await openTrace(stage, text);
      assertStringIncludes(
        await textOf(page, "#summary"),
        `some.json: ${spans["task"]} tasks, ${spans["step"]} steps, `,
      );
      await find(page, "visit ");
      assertStringIncludes(await textOf(page, "#details"), "created by");
      // For whoever wants to look at it.
      const name = `crawl_${browser}${isolated ? "_isolated" : ""}.png`;
      const path = join(ROOT, "tests/.cache/trace", name);
      await page.screenshot({ path });
      assert((await Deno.stat(path)).size > 0);
    },
  },
  {
    name: "web/trace.html sums a trace up, and tells of a task that is looked for",
    async run(stage) {
      const { page } = stage;
      await openTrace(stage, makeTrace());
      assert(/^some\.json: 3 tasks, \d+ steps, /.test(await textOf(page, "#summary")));
      await find(page, "victim");
      const details = await textOf(page, "#details");
      for (const text of ["victim (task)", "created by", "cancelled"]) {
        assertStringIncludes(details, text);
      }
      await find(page, "nobody");
      assertEquals(await textOf(page, "#summary"), 'nothing is called "nobody"');
    },
  },
  {
    name: "web/trace.html tells of what the mouse is over, and lets it be kept",
    async run(stage) {
      const { page } = stage;
      await openTrace(stage, makeTrace());
      await find(page, "victim");
      await hoverOverMiddle(page);
      const tip = await textOf(page, "#tip");
      assertStringIncludes(tip, "lasts");
      await page.mouse.down();
      await page.mouse.up();
      assertStringIncludes(await textOf(page, "#details"), "lasts");
      await page.keyboard.press("Escape");
      assertStringIncludes(await textOf(page, "#details"), "Wheel: zoom");
    },
  },
  {
    name: "web/trace.html draws anew when it is zoomed and moved",
    async run(stage) {
      const { page } = stage;
      await openTrace(stage, makeTrace());
      // The first drawing may still be to come.
      await page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
      );
      const all = await page.evaluate<string>(IMAGE);
      /** Waits for the drawing to be another one than before, or just that one. */
      const drawn = async (is: "===" | "!==", before: string): Promise<string> => {
        await page.waitForFunction(`${IMAGE} ${is} ${JSON.stringify(before)}`);
        return await page.evaluate<string>(IMAGE);
      };
      const box = await page.locator("#canvas").boundingBox();
      await page.mouse.move(box!.x + 600, box!.y + 60);
      await page.mouse.wheel(0, -400);
      const zoomed = await drawn("!==", all);
      await page.mouse.down();
      await page.mouse.move(box!.x + 400, box!.y + 60, { steps: 3 });
      await page.mouse.up();
      await drawn("!==", zoomed);
      await page.mouse.move(box!.x + 20, box!.y + 20);
      await page.keyboard.press("0");
      await drawn("===", all);
    },
  },
  {
    name: "web/trace.html records an example on the page",
    async run({ page, origin }) {
      await page.goto(`${origin}/trace.html`);
      await page.locator("#example").click();
      await page.getByText("example: ").waitFor();
      assertStringIncludes(await textOf(page, "#summary"), "2 jobs");
      await find(page, "consumer a");
      assertStringIncludes(await textOf(page, "#details"), "cancelled");
    },
  },
  {
    name: "web/trace.html says what is wrong with a file",
    async run(stage) {
      const { page } = stage;
      await openTrace(stage, '{ "traceEvents": [] }');
      assertEquals(await textOf(page, "#summary"), "some.json: the trace has no span");
      await openTrace(stage, "[] []");
      assert(/^some\.json: .*JSON/.test(await textOf(page, "#summary")));
    },
  },
];

export const plainOnly = true;
export default tests;
