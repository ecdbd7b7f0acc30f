/** The console on a terminal, as a person meets it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { needs, test } from "../_support/harness.ts";
import { CTRL_C, CTRL_D, TAB, TerminalSession, UP } from "./terminal_session.ts";

test({
  name: "the console awaits, prints values and errors, and goes on",
  ...needs("terminal"),
  async fn() {
    const terminal = await TerminalSession.start();
    assertEquals(await terminal.enter('await sleep(0.01, "slept")'), '"slept"');
    assertEquals(await terminal.enter("const x = yield* gather([sleep(0, 1)])"), "");
    assertEquals(await terminal.enter("const x = [...x, 2]; x"), "[ 1, 2 ]");
    assertEquals(
      await terminal.enter("foo(]"),
      "Uncaught SyntaxError: Unexpected token\n  foo(]\n      ^\n    at REPL4:1:5",
    );
    assertEquals(
      await terminal.enter("throw new Error('boom')"),
      "Uncaught Error: boom\n    at REPL5:1:7",
    );
    assertStringIncludes(await terminal.enter("[currentTask()]"), "<Task ");
    assertEquals(await terminal.enter("1 + 1"), "2");
    await terminal.type("exit(3)\r");
    const { code, output } = await terminal.end();
    assertEquals(code, 3);
    assert(output.endsWith("exiting asyncio REPL...\n"), output);
  },
});

test({
  name: "the console asks for more lines until an entry is whole",
  ...needs("terminal"),
  async fn() {
    const terminal = await TerminalSession.start();
    await terminal.type("function twice(n) {\r");
    await terminal.expect("... ");
    await terminal.type("return 2 * n\r");
    await terminal.expect("... ");
    await terminal.type("}\r");
    await terminal.expect(">>> ");
    assertEquals(await terminal.enter("twice(21)"), "42");
    await terminal.type(CTRL_D);
    assertEquals((await terminal.end()).code, 0);
  },
});

test({
  name: "Ctrl-C cancels the entry that runs, and nothing else",
  ...needs("terminal"),
  async fn() {
    const terminal = await TerminalSession.start();
    await terminal.enter("const other = createTask(sleep(3600))");
    await terminal.type("await sleep(3600)\r");
    await terminal.expect("await sleep(3600)\n");
    // Whether the entry has begun by now or not, it is interrupted.
    await terminal.type(CTRL_C);
    await terminal.expect("KeyboardInterrupt\n");
    await terminal.expect(">>> ");
    await terminal.type("await new Promise(() => console.log('resting'))\r");
    await terminal.expect("\nresting\n");
    await terminal.type(CTRL_C);
    await terminal.expect("KeyboardInterrupt\n");
    await terminal.expect(">>> ");
    assertEquals(await terminal.enter("other.done()"), "false");
    await terminal.type(CTRL_D);
    assertEquals((await terminal.end()).code, 0);
  },
});

test({
  name: "Ctrl-C at the prompt clears the line, and what was typed before it",
  ...needs("terminal"),
  async fn() {
    const terminal = await TerminalSession.start();
    await terminal.type("half a line");
    await terminal.expect("half a line");
    await terminal.type(CTRL_C);
    await terminal.expect("KeyboardInterrupt\n");
    await terminal.expect(">>> ");
    await terminal.type("if (true) {\r");
    await terminal.expect("... ");
    await terminal.type(CTRL_C);
    await terminal.expect("KeyboardInterrupt\n");
    await terminal.expect(">>> ");
    assertEquals(await terminal.enter("'whole'"), '"whole"');
    await terminal.type(CTRL_D);
    assertEquals((await terminal.end()).code, 0);
  },
});

test({
  name: "%autoawait off, on and a runner of the user's, on a terminal",
  ...needs("terminal"),
  async fn() {
    const terminal = await TerminalSession.start();
    assertEquals(await terminal.enter("%autoawait"), "autoawait is `on`, and set to use `asyncio`");
    await terminal.enter("%autoawait off");
    assertEquals(await terminal.enter("sleep(1)"), "<coroutine object sleep>");
    assertStringIncludes(await terminal.enter("createTask(sleep(1))"), "no running event loop");
    assertStringIncludes(await terminal.enter("loop.createTask(sleep(0))"), "<Task pending");
    await terminal.enter(
      "const my_runner = (c) => { console.log('mine'); return loop.createTask(c) }",
    );
    await terminal.enter("%autoawait my_runner");
    assertEquals(
      await terminal.enter("%autoawait"),
      "autoawait is `on`, and set to use `my_runner`",
    );
    assertEquals(await terminal.enter("await sleep(0, 7)"), "mine\n7");
    await terminal.enter("%autoawait off");
    await terminal.enter("%autoawait on");
    await terminal.type(CTRL_D);
    assertEquals((await terminal.end()).code, 0);
  },
});

test({
  name: "a task of the loop's goes on while the prompt waits",
  ...needs("terminal"),
  async fn() {
    const terminal = await TerminalSession.start();
    await terminal.enter(
      "const ticker = createTask(function* () { for (let n = 1;; n++) { yield* sleep(0.01); if (n % 5 === 0) console.log(`tick ${n}`) } })",
    );
    await terminal.expect("tick 5\n");
    await terminal.expect("tick 10\n");
    await terminal.type("ticker.cancel()\r");
    await terminal.expect("true\n");
    await terminal.expect(">>> ");
    await terminal.type(CTRL_D);
    assertEquals((await terminal.end()).code, 0);
  },
});

test({
  name: "the arrow keys bring back lines, also those of the run before",
  ...needs("terminal"),
  async fn() {
    const history = await Deno.makeTempFile();
    try {
      const first = await TerminalSession.start(history);
      await first.enter("const kept = 20 + 1");
      await first.enter("kept + 1");
      await first.type(UP);
      await first.expect("kept + 1");
      await first.type("\r");
      assertEquals((await first.expect(">>> ")).trim(), "22");
      await first.type(CTRL_D);
      await first.end();

      const second = await TerminalSession.start(history);
      await second.type(UP);
      await second.expect("kept + 1");
      await second.type(UP);
      await second.expect("const kept = 20 + 1");
      await second.type("\r");
      await second.expect(">>> ");
      assertEquals(await second.enter("kept"), "21");
      await second.type(CTRL_D);
      assertEquals((await second.end()).code, 0);
    } finally {
      await Deno.remove(history);
    }
  },
});

test({
  name: "the tabulator key completes names, and shows those that fit",
  ...needs("terminal"),
  async fn() {
    const terminal = await TerminalSession.start();
    await terminal.enter("const box = { alpha: 7, alpine: 8 }");
    await terminal.type("box.al");
    await terminal.expect("box.al");
    await terminal.type(TAB);
    await terminal.expect("p");
    await terminal.type(TAB);
    await terminal.expect("alpine");
    await terminal.type("ha");
    await terminal.expect("ha");
    await terminal.type("\r");
    await terminal.expect("7\n");
    await terminal.expect(">>> ");
    await terminal.type(CTRL_D);
    assertEquals((await terminal.end()).code, 0);
  },
});

test({
  name:
    "Ctrl-C while the console waits for tasks to clean up ends that, and the console with its code",
  ...needs("terminal"),
  async fn() {
    const terminal = await TerminalSession.start();
    await terminal.enter(
      "const slow = createTask(function* () { try { yield* sleep(60) } finally { console.log('cleaning'); yield* sleep(60) } })",
    );
    await terminal.type("exit(3)\r");
    await terminal.expect("\ncleaning\n");
    const before = performance.now();
    await terminal.type(CTRL_C);
    const { code, output } = await terminal.end();
    assertEquals([code, output.includes("KeyboardInterrupt")], [3, false]);
    assert(performance.now() - before < 30_000);
  },
});
