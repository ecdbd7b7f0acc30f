/** The console on a page, `web/console.html`. */
import { assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { PageTest } from "../_support/page_tests.ts";

async function open({ page, origin }: { page: Page; origin: string }): Promise<void> {
  await page.goto(`${origin}/console.html`);
  await page.locator("html[data-state=ready]").waitFor();
}

/** Types an entry, and gives what comes of it. */
async function enter(page: Page, entry: string): Promise<string[]> {
  const before = await page.locator("#log > *").count();
  await page.locator("#input").fill(entry);
  await page.locator("#input").press("Enter");
  await page.locator("#form:not(.busy)").waitFor();
  const lines = page.locator("#log > *");
  await lines.nth(before).waitFor();
  return (await lines.allTextContents()).slice(before + 1);
}

async function linesOf(page: Page): Promise<string[]> {
  return await page.locator("#log > *").allTextContents();
}

const tests: PageTest[] = [
  {
    name: "web/console.html awaits, prints values and errors, and goes on",
    async run(stage) {
      const { page } = stage;
      await open(stage);
      assertEquals(await enter(page, 'await sleep(0.01, "slept")'), ['"slept"']);
      assertEquals(await enter(page, "const x: number[] = yield* gather([sleep(0, 1)])"), []);
      assertEquals(await enter(page, "const x = [...x, 2]; x"), ["[ 1, 2 ]"]);
      assertEquals(await enter(page, "throw new RangeError('boom')"), [
        "Uncaught RangeError: boom\n    at REPL4:1:7",
      ]);
      const [syntax] = await enter(page, "foo(]");
      assertEquals(syntax!.split("\n")[0], "Uncaught SyntaxError: Unexpected token");
      assertEquals(await enter(page, "%autoawait"), [
        "autoawait is `on`, and set to use `asyncio`",
      ]);
      const [task] = await enter(page, "loop.createTask(sleep(60), { name: 'a' })");
      assertEquals(/^<Task pending name='a'/.test(task!), true, task);
    },
  },
  {
    name: "web/console.html interrupts the entry alone, and a task ticks on between lines",
    async run(stage) {
      const { page } = stage;
      await open(stage);
      await enter(
        page,
        "const ticker = createTask(function* () { for (let n = 1;; n++) { yield* sleep(0.01); if (n === 5) console.log('ticked') } })",
      );
      await page.locator("#log > .log", { hasText: "ticked" }).waitFor();
      await page.locator("#input").fill("await sleep(3600)");
      await page.locator("#input").press("Enter");
      await page.locator("#form.busy").waitFor();
      await page.locator("#input").press("Control+c");
      await page.locator("#log > .error", { hasText: "KeyboardInterrupt" }).waitFor();
      assertEquals(await enter(page, "[ticker.done(), ticker.cancel()]"), ["[ false, true ]"]);
    },
  },
  {
    name: "web/console.html asks for more lines, completes names, and walks through entries",
    async run(stage) {
      const { page } = stage;
      await open(stage);
      const input = page.locator("#input");
      await input.fill("function twice(n) {");
      await input.press("Enter");
      await page.waitForFunction("document.querySelector('#input').rows === 2");
      assertEquals(await linesOf(page), []);
      await input.fill("function twice(n) { return 2 * n }");
      await input.press("Enter");
      await page.locator("#log > .entry").waitFor();
      await input.fill("twic");
      await input.press("Tab");
      assertEquals(await input.inputValue(), "twice");
      await input.pressSequentially("(21)");
      await input.press("Enter");
      await page.locator("#log > .value", { hasText: "42" }).waitFor();
      await input.press("ArrowUp");
      assertEquals(await input.inputValue(), "twice(21)");
      await input.press("ArrowUp");
      await input.press("ArrowDown");
      await input.press("ArrowDown");
      assertEquals(await input.inputValue(), "");
      await page.reload();
      await page.locator("html[data-state=ready]").waitFor();
      await input.press("ArrowUp");
      assertEquals(await input.inputValue(), "twice(21)");
    },
  },
  {
    name: "web/console.html begins another console where one is left",
    async run(stage) {
      const { page } = stage;
      await open(stage);
      await enter(page, "const x = 1");
      await enter(page, "exit(3)");
      await page.locator("#log > .text", { hasText: "left with 3" }).waitFor();
      assertEquals(await enter(page, "typeof x"), ['"undefined"']);
    },
  },
];

export const plainOnly = true;
export default tests;
