/** `%autoawait`: what it shows, what it switches, and runners of the user's own. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { test } from "../_support/harness.ts";
import { enter, enterBoxed, enterFailing, withRepl } from "./with_repl.ts";

test("%autoawait shows the state and the runner", () =>
  withRepl(async (repl) => {
    assertEquals(
      await enter(repl, "%autoawait"),
      "autoawait is `on`, and set to use `asyncio`",
    );
    assertEquals(await enter(repl, "%autoawait off"), "");
    assertEquals(
      await enter(repl, " %autoawait  "),
      "autoawait is `off`, and set to use `asyncio`",
    );
    assertEquals(await enter(repl, "%autoawait On"), "");
    assertEquals(
      await enter(repl, "const my_runner = (c) => loop.createTask(c)", "%autoawait my_runner"),
      "",
    );
    assertEquals(
      await enter(repl, "%autoawait"),
      "autoawait is `on`, and set to use `my_runner`",
    );
    assertEquals(
      await enter(repl, "%autoawait asyncio", "%autoawait"),
      "autoawait is `on`, and set to use `asyncio`",
    );
  }));

test("%autoawait off gives awaitables as they are, outside any loop", () =>
  withRepl(async (repl) => {
    await enter(repl, "%autoawait off");
    assertEquals(String((await enterBoxed(repl, "sleep(1)")).value), "<coroutine object sleep>");
    assertStringIncludes(await enterFailing(repl, "createTask(sleep(1))"), "no running event loop");
    assertStringIncludes(
      String((await enterBoxed(repl, "loop.createTask(sleep(3600))")).value),
      "<Task pending",
    );
    assertStringIncludes(
      await enterFailing(repl, "const x = 1\nawait sleep(0)"),
      "SyntaxError: 'await' outside function: autoawait is off, %autoawait on switches it on\n" +
        "  await sleep(0)\n  ^",
    );
    assertStringIncludes(await enterFailing(repl, "yield* sleep(0)"), "'yield' outside function");
    assertEquals(await enter(repl, "%autoawait on", "await sleep(0, 1)"), 1);
  }));

test("%autoawait sets a runner, which is given the coroutine of the entry", () =>
  withRepl(async (repl) => {
    await enter(
      repl,
      "const ran = []",
      "function my_runner(coro) { ran.push(isCoroutine(coro)); return loop.createTask(coro, { name: 'mine' }) }",
      "%autoawait my_runner",
    );
    assertEquals(await enter(repl, "await sleep(0, currentTask().getName())"), "mine");
    assertEquals(await enter(repl, "ran"), [true, true]);
    assertStringIncludes(await enterFailing(repl, "throw new Error('boom')"), "Error: boom");
    const entered = repl.enter("await sleep(3600)");
    await new Promise((resolve) => setTimeout(resolve, 10));
    repl.interrupt();
    assertEquals(await entered, { kind: "interrupted" });
  }));

test("%autoawait takes runners of every kind", () =>
  withRepl(async (repl) => {
    await enter(
      repl,
      "const other = newEventLoop()",
      "const onOther = (coro) => other.runUntilComplete(coro)",
      "function* inner(coro) { yield* coro }",
      "async function outer(coro) { await loop.createTask(coro) }",
      "const forgetful = (coro) => { loop.createTask(coro) }",
    );
    for (const runner of ["run", "runVirtual", "onOther", "inner", "outer", "forgetful"]) {
      await enter(repl, `%autoawait ${runner}`);
      assertEquals(await enter(repl, "await sleep(0.001, 'slept')"), "slept", runner);
    }
    assertEquals(
      await enter(repl, "%autoawait runVirtual", "yield* sleep(86_400, 'a day')"),
      "a day",
    );
    assertEquals(
      await enter(repl, "%autoawait onOther", "getRunningLoop() === other"),
      true,
    );
    await enter(repl, "%autoawait asyncio", "other.close()");
  }));

test("%autoawait tells when a runner does not run the entry", () =>
  withRepl(async (repl) => {
    await enter(repl, "const lazy = () => {}", "%autoawait lazy");
    assertStringIncludes(
      await enterFailing(repl, "1"),
      "RuntimeError: the loop runner lazy returned before the entry was run",
    );
    await enter(
      repl,
      "%autoawait asyncio",
      "const broken = () => { throw new TypeError('no') }",
      "%autoawait broken",
    );
    assertStringIncludes(await enterFailing(repl, "1"), "Uncaught TypeError: no\n    at broken (");
  }));

test("%autoawait refuses what is no runner", () =>
  withRepl(async (repl) => {
    assertEquals(
      await enterFailing(repl, "%autoawait nobody"),
      "Uncaught ReferenceError: nobody is not defined",
    );
    assertEquals(
      await enterFailing(repl, "%autoawait loop.run"),
      "Uncaught ValueError: %autoawait expects on, off, asyncio or the name of a function, got 'loop.run'",
    );
    await enter(repl, "const five = 5");
    assertEquals(
      await enterFailing(repl, "%autoawait five"),
      "Uncaught TypeError: a loop runner must be a function, got 5 (number)",
    );
    assertEquals(
      await enterFailing(repl, "%autowait"),
      "Uncaught SyntaxError: there is no magic %autowait: expected %autoawait, %ps or %pstree",
    );
    assertEquals(
      await enter(repl, "%autoawait"),
      "autoawait is `on`, and set to use `asyncio`",
    );
  }));
