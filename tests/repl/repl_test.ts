/** The console's engine: what entries see of each other, how they run, how they end. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type EntryOutcome, Repl } from "../../lib/repl/repl.ts";
import { run, RuntimeError, Task } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { until } from "../_support/until.ts";
import { enter, enterBoxed, enterFailing, parser, withRepl } from "./with_repl.ts";

/** Enters a line, and waits until it has begun and is at rest; gives its outcome, in a list for `await`. */
async function begin(repl: Repl, line: string): Promise<[Promise<EntryOutcome>]> {
  const entered = repl.enter(`globalThis.hasBegun = true; ${line}`);
  await until(() => Reflect.has(globalThis, "hasBegun"));
  Reflect.deleteProperty(globalThis, "hasBegun");
  await new Promise((resolve) => setTimeout(resolve, 5));
  return [entered];
}

// --- Awaiting

test("Repl.enter() awaits at top level, by yield* and by await", () =>
  withRepl(async (repl) => {
    assertEquals(await enter(repl, 'await sleep(0, "a")'), "a");
    assertEquals(await enter(repl, 'yield* sleep(0, "b")'), "b");
    assertEquals(await enter(repl, "[await sleep(0, 1), yield* sleep(0, 2)]"), [1, 2]);
    assertEquals(await enter(repl, "const x = yield* gather([sleep(0, 3)])", "x"), [3]);
  }));

test("Repl.enter() awaits nested and mixed expressions", () =>
  withRepl(async (repl) => {
    const last = await enter(
      repl,
      "async function twice(n) { return 2 * await sleep(0, n) }",
      "function* half(n) { return (yield* sleep(0, n)) / 2 }",
      "await twice(await twice(yield* half(6)))",
    );
    assertEquals(last, 12);
  }));

test("Repl.enter() runs the user's async functions in the entry's task", () =>
  withRepl(async (repl) => {
    await enter(repl, "async function who() { await sleep(0); return currentTask().getName() }");
    assertEquals(await enter(repl, "currentTask().getName() === await who()"), true);
    assertEquals(await enter(repl, "new Set(await Promise.all([who(), who()])).size"), 1);
  }));

test("Repl.enter() awaits a coroutine or a promise that a line comes to, and no task", () =>
  withRepl(async (repl) => {
    await enter(
      repl,
      'function* work() { yield* sleep(0); return "worked" }',
      'async function play() { await sleep(0); return "played" }',
    );
    assertEquals(await enter(repl, "work()"), "worked");
    assertEquals(await enter(repl, "play()"), "played");
    assertEquals(await enter(repl, "sleep(0, 1)"), 1);
    assertEquals(await enter(repl, "Promise.resolve(2)"), 2);
    const { value } = await enterBoxed(repl, "createTask(sleep(3600))");
    assert(value instanceof Task && !value.done());
  }));

test({
  name: "Repl.enter() awaits a promise that is not this module's",
  ...needs("asyncIdentity"),
  fn: () =>
    withRepl(async (repl) => {
      const line = "await new Promise((resolve) => setTimeout(resolve, 1, 'late'))";
      assertEquals(await enter(repl, line), "late");
    }),
});

test("Repl.enter() runs for await, and closes what it leaves early", () =>
  withRepl(async (repl) => {
    await enter(
      repl,
      "const log = []",
      "async function* count() { try { for (let n = 1;; n++) { await sleep(0); yield n } } finally { log.push('closed') } }",
      "outer: for await (const n of count()) { for (;;) { log.push(n); if (n < 3) continue outer; break outer } }",
      "for await (const n of [sleep(0, 7), 8]) log.push(n)",
    );
    assertEquals(await enter(repl, "log"), [1, 2, 3, "closed", 7, 8]);
  }));

// --- Names

test("Repl.enter() keeps the names that entries declare", () =>
  withRepl(async (repl) => {
    await enter(
      repl,
      "const a = 1, { b, c: [d = 4, ...e] } = { b: 2, c: [undefined, 5] }",
      "let f; var g = 7",
      "function h() { return a + b }",
      "class I { static j = 10 }",
      "for (var k = 0; k < 11; k++);",
    );
    assertEquals(await enter(repl, "[a, b, d, e, f, g, h(), I.j, k]"), [
      ...[1, 2, 4, [5], undefined, 7, 3, 10, 11],
    ]);
  }));

test("Repl.enter() lets a name be declared again, and earlier functions see it", () =>
  withRepl(async (repl) => {
    await enter(repl, "const x = 1", "const get = () => x", "const x = 2");
    assertEquals(await enter(repl, "get()"), 2);
    assertEquals(await enter(repl, "let x = x + 1; x"), 3);
    assertEquals(await enter(repl, "function x() {}", "class x {}", "typeof x"), "function");
    assertEquals(await enter(repl, "const sleep = 'mine'", "sleep"), "mine");
  }));

test("Repl.enter() lets functions be used before their declaration", () =>
  withRepl(async (repl) => {
    assertEquals(await enter(repl, "const n = twice(2)\nfunction twice(n) { return 2 * n }\nn"), 4);
  }));

test("Repl.enter() holds constants constant", () =>
  withRepl(async (repl) => {
    await enter(repl, "const x = 1");
    assertStringIncludes(await enterFailing(repl, "x = 2"), "Assignment to constant variable 'x'");
    assertEquals(await enter(repl, "x"), 1);
  }));

test("Repl.enter() leaves no name behind that was not reached", () =>
  withRepl(async (repl) => {
    await enterFailing(repl, "const x = nowhere()");
    assertStringIncludes(await enterFailing(repl, "x"), "x is not defined");
    await enter(repl, "const y = 1");
    await enterFailing(repl, "const y = nowhere()");
    assertEquals(await enter(repl, "y"), 1);
    assertStringIncludes(
      await enterFailing(repl, "z; let z"),
      "Cannot access 'z' before initialization",
    );
  }));

test("Repl.enter() runs strict code, whose calls have no this", () =>
  withRepl(async (repl) => {
    assertEquals(await enter(repl, "function self() { return this }", "self()"), undefined);
    assertEquals(await enter(repl, "this"), undefined);
    assertStringIncludes(await enterFailing(repl, "undeclared = 1"), "undeclared");
    await enter(repl, "const later = setTimeout", "clearTimeout(later(() => {}, 1))");
  }));

test("Repl.enter() takes TypeScript", () =>
  withRepl(async (repl) => {
    await enter(
      repl,
      "interface Point { x: number }",
      "type Points = Point[]",
      "function norm<T extends Point>(this: void, p?: T): number { return p!.x as number }",
    );
    assertEquals(
      await enter(repl, "const p: Point = { x: 3 }; norm<Point>(p) satisfies number"),
      3,
    );
  }));

test("Repl.enter() gives the value of the last expression", () =>
  withRepl(async (repl) => {
    assertEquals(await enter(repl, "1; 2"), 2);
    assertEquals(await enter(repl, "{ a: 1 }"), { a: 1 });
    assertEquals(await enter(repl, "'text'"), "text");
    assertEquals(await enter(repl, "7 // and a remark"), 7);
    assertEquals(await enter(repl, "_"), 7);
    assertEquals(await enter(repl, "if (true) { 1 }"), undefined);
    assertEquals(await enter(repl, ""), undefined);
    assertEquals(await enter(repl, "// nothing"), undefined);
  }));

test("Repl.enter() imports modules", () =>
  withRepl(async (repl) => {
    const module = "data:text/javascript,export default 1; export const two = 2";
    await enter(repl, `import one, { two as zwei } from "${module}"`);
    await enter(repl, `import * as all from "${module}"`);
    assertEquals(await enter(repl, "[one, zwei, all.two]"), [1, 2, 2]);
    assertStringIncludes(
      await enterFailing(repl, `import { three } from "${module}"`),
      "does not provide an export named 'three'",
    );
  }));

// --- Running

test("Repl.enter() runs an entry as a task of the loop, which runs on between entries", () =>
  withRepl(async (repl) => {
    await enter(
      repl,
      "globalThis.ticks = 0",
      "const ticker = createTask(function* () { for (;;) { ticks++; yield* sleep(0.001) } })",
    );
    const before = Number(await enter(repl, "ticks"));
    const later = () => Reflect.get(globalThis, "ticks") > before + 5;
    await until(later);
    assert(later());
    assertEquals(await enter(repl, "getRunningLoop() === loop && loop.isRunning()"), true);
  }));

test("Repl.enter() keeps context variables from entry to entry", () =>
  withRepl(async (repl) => {
    await enter(repl, "const v = new ContextVar('v')", "v.set(5)");
    assertEquals(await enter(repl, "v.get()"), 5);
    assertEquals(await enter(repl, "await createTask(function* () { return v.get() })"), 5);
  }));

test("Repl.enter() gives errors with the user's part of the stack", () =>
  withRepl(async (repl) => {
    await enter(repl, "function fail() {\n  throw new Error('boom')\n}");
    const text = await enterFailing(repl, "await sleep(0)\nfail()");
    assertStringIncludes(text, "Uncaught Error: boom\n    at fail (REPL1:2:9)\n    at ");
    assert(text.split("\n").every((line) => !line.includes("/lib/")), text);
    assertEquals(await enter(repl, "1 + 1"), 2);
  }));

test("Repl.enter() shows where a syntax error is", () =>
  withRepl(async (repl) => {
    assertEquals(
      await enterFailing(repl, "const x = 1\nfoo(]"),
      "Uncaught SyntaxError: Unexpected token\n  foo(]\n      ^\n    at REPL1:2:5",
    );
    for (const line of ["export default 1", "await using x = y", "enum A { B }", "return 1"]) {
      assertStringIncludes(await enterFailing(repl, line), "SyntaxError");
    }
  }));

test("Repl.enter() refuses to run two entries at once, or inside a loop", () =>
  withRepl(async (repl) => {
    const first = repl.enter("await sleep(0, 1)");
    await assertRejects(() => repl.enter("2"), RuntimeError, "another entry is running");
    assertEquals(await first, { kind: "value", value: 1 });
    Object.assign(globalThis, { enterInside: () => repl.enter("3") });
    const other = new Repl({ parser });
    try {
      assertStringIncludes(await enterFailing(other, "enterInside()"), "running event loop");
    } finally {
      Reflect.deleteProperty(globalThis, "enterInside");
      await other.close();
    }
  }));

test("new Repl() is refused inside a loop", async () => {
  await run(function* () {
    assertThrows(() => new Repl({ parser }), RuntimeError, "cannot be called from a running event");
  });
});

test("Repl.isIncomplete() tells text that breaks off from text that is wrong", () =>
  withRepl(async (repl) => {
    for (const part of ["function f() {", "foo(", "1 +", "`a", "/* a", "const", "if (x)", "{"]) {
      assertEquals(await repl.isIncomplete(part), true, part);
    }
    for (const whole of ["1", "", "foo(]", "'a", "}", "{ a: 1 }", "%autoawait"]) {
      assertEquals(await repl.isIncomplete(whole), false, whole);
    }
  }));

// --- Ending

test("Repl.interrupt() cancels the entry that runs, and no other task", () =>
  withRepl(async (repl) => {
    await enter(repl, "const log = []", "const other = createTask(sleep(3600))");
    assertEquals(repl.interrupt(), false);
    const [entered] = await begin(
      repl,
      "try { await sleep(3600) } finally { await sleep(0.001); log.push('cleaned') }",
    );
    assertEquals(repl.interrupt(), true);
    assertEquals(await entered, { kind: "interrupted" });
    assertEquals(await enter(repl, "[log, other.done()]"), [["cleaned"], false]);
  }));

test("Repl.interrupt() reaches an entry that has not begun", () =>
  withRepl(async (repl) => {
    const entered = repl.enter("await sleep(3600)");
    repl.interrupt();
    assertEquals(await entered, { kind: "interrupted" });
  }));

test("Repl.interrupt() lets an entry go on that catches it", () =>
  withRepl(async (repl) => {
    const [entered] = await begin(repl, "try { await sleep(3600) } catch { }\n'went on'");
    repl.interrupt();
    assertEquals(await entered, { kind: "value", value: "went on" });
  }));

test({
  name: "Repl.interrupt() reaches an entry that rests on a promise that is never settled",
  ...needs("asyncIdentity"),
  fn: () =>
    withRepl(async (repl) => {
      const [entered] = await begin(repl, "await new Promise(() => {})");
      repl.interrupt();
      assertEquals(await entered, { kind: "interrupted" });
    }),
});

test("Repl.interrupt() leaves the clean-up of the user's async functions its time", () =>
  withRepl(async (repl) => {
    await enter(
      repl,
      "const log = []",
      "async function work() { try { await sleep(3600) } finally { await sleep(0.001); log.push('cleaned') } }",
    );
    const [entered] = await begin(repl, "await work()");
    repl.interrupt();
    assertEquals(await entered, { kind: "interrupted" });
    assertEquals(await enter(repl, "log"), ["cleaned"]);
  }));

test("Repl.enter() ends the console by exit() or a SystemExit, with a code", async () => {
  for (
    const [line, code, message] of [
      ["exit()", 0, ""],
      ["exit(3)", 3, ""],
      ["quit('sorry')", 1, "sorry"],
      ["exit", 0, ""],
      ["await sleep(0); exit(null)", 0, ""],
      ["throw new SystemExit()", 0, ""],
      ["throw new SystemExit(3)", 3, ""],
      ["await sleep(0); throw new SystemExit('sorry')", 1, "sorry"],
      ["loop.callSoon(() => { throw new SystemExit(4); }); await sleep(3600)", 4, ""],
    ] as const
  ) {
    await withRepl(async (repl) => {
      assertEquals(await repl.enter(line), { kind: "exit", code, message }, line);
      assertEquals(await repl.ended, { kind: "exit", code, message }, line);
    });
  }
  await withRepl(async (repl) => {
    assertEquals(await enter(repl, "const exit = 'mine'", "exit"), "mine");
  });
});

test("Repl.enter() is interrupted by a KeyboardInterrupt, and the console goes on", () =>
  withRepl(async (repl) => {
    for (
      const line of [
        "throw new KeyboardInterrupt()",
        "await sleep(0); throw new KeyboardInterrupt()",
        "loop.callSoon(() => { throw new KeyboardInterrupt(); }); await sleep(3600)",
      ]
    ) {
      assertEquals(await repl.enter(line), { kind: "interrupted" }, line);
      assertEquals(await enter(repl, "await sleep(0, 'on')"), "on");
    }
  }));

test("Repl.ended is settled when the loop is stopped", () =>
  withRepl(async (repl) => {
    assertEquals((await repl.enter("loop.stop(); await sleep(3600)")).kind, "exit");
    assertEquals((await repl.ended).code, 0);
  }));

test("Repl.close() cancels what is left, and closes the loop", async () => {
  const repl = new Repl({ names: await import("../../mod.ts"), parser });
  const { value: task } = await enterBoxed(repl, "const t = createTask(sleep(3600))", "t");
  await repl.close();
  assert(task instanceof Task && task.cancelled());
  assert(repl.loop.isClosed());
  await assertRejects(() => repl.enter("1"), RuntimeError, "the console is closed");
});

// --- Commands

test("Repl.enter() shows the tasks of its loop for %ps and %pstree, by what it was given", async () => {
  const calls: unknown[] = [];
  const ps = (options: { loop: unknown; file: unknown }) => {
    calls.push(options);
    return "a table\n";
  };
  const repl = new Repl({ names: { ps }, parser });
  try {
    assertEquals(await repl.enter("%ps"), { kind: "text", text: "a table" });
    assertEquals(calls, [{ loop: repl.loop, file: null }]);
    assertStringIncludes(
      await enterFailing(repl, "%pstree"),
      "pstree is not among the names that this console was given",
    );
  } finally {
    await repl.close();
  }
});

test("Repl.enter() shows the tasks that run, by this module's own ps() and pstree()", () =>
  withRepl(async (repl) => {
    await enter(
      repl,
      'const sleeper = loop.createTask(sleep(3600), { name: "sleeper" })',
      'loop.createTask(function* () { yield* sleeper }, { name: "waiter" })',
      "await sleep(0.001)",
    );
    const table = String(await enter(repl, "%ps"));
    assertStringIncludes(table, " sleeper ");
    assertEquals(String(await enter(repl, "%pstree")).includes("(T) sleeper"), true);
    await enter(repl, "%autoawait off");
    assertStringIncludes(String(await enter(repl, "%pstree")), "(T) waiter");
  }));
