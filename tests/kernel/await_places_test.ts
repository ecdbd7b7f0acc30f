/** Where a task's function was when it came to rest on a foreign promise, as debug mode tells it. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { lastAwait, noteAwait } from "../../lib/kernel/await_places.ts";
import { createTask, getRunningLoop, RuntimeError, sleep, wait } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("lastAwait() says so where nothing was awaited yet", () => {
  assertEquals(lastAwait({}), "before its first await of this module's");
});

test("lastAwait() names the function that the last stack of noteAwait() was taken for", () => {
  const task = {};
  const own = ["captureStack", "bridge", "get then"].map((name) =>
    `${name}@https://a.org/lib.js:1:2`
  );
  noteAwait(task, [...own, "first@https://a.org/a.js:1:2"].join("\n"));
  noteAwait(
    task,
    [...own, "inner@https://a.org/b.js:3:4", "outer@https://a.org/a.js:5:6"].join("\n"),
  );
  assertEquals(lastAwait(task), "behind its await of this module's in inner https://a.org/b.js:3");
});

test({
  name: "in debug mode the error of a task that rests on a foreign promise names the place",
  ...needs("browser"),
  async fn() {
    await virtually(async () => {
      const foreign = new Promise<void>(() => {});
      async function restsAtOnce() {
        await foreign;
      }
      async function restsLater() {
        await sleep(0);
        await foreign;
      }
      for (const debug of [false, true]) {
        getRunningLoop().setDebug(debug);
        const tasks = [createTask(restsAtOnce), createTask(restsLater)] as const;
        await wait(tasks);
        const [first, second] = await Promise.all(
          tasks.map((task) => assertRejects(() => Promise.resolve(task), RuntimeError)),
        );
        const beginning = "awaited a promise that is not this module's";
        assertStringIncludes(first!.message, debug ? `${beginning}, before its first` : beginning);
        assertStringIncludes(
          second!.message,
          debug ? `${beginning}, behind its await of this module's in ` : `${beginning}, and this`,
        );
        assertEquals(/restsLater\b.*await_places_test\.js:\d+/.test(second!.message), debug);
      }
    });
  },
});
