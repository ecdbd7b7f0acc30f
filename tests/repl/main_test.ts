/** The console as a program: what it makes of a pipe, and of its command line. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { needs, test } from "../_support/harness.ts";
import { runPiped } from "./terminal_session.ts";

test({
  name: "main() runs what is piped into it line by line, and ends with it",
  ...needs("processes"),
  async fn() {
    const { code, stdout, stderr } = await runPiped(
      [
        "const x = 1",
        "function f() {",
        "  return x + 1",
        "}",
        "f()",
        'await sleep(0.01, "slept")',
        "throw new Error('no')",
        "[loop, createTask(sleep(3600))]",
        "Promise.reject(new Error('stray')) && 3",
        "await sleep(0.01)",
        "const last = 4; last",
      ].join("\n"),
    );
    assertEquals(
      stdout.replace(/Task-\d+/, "Task-N").replace(/ wait_for=.*$/m, ">").split("\n"),
      [
        "2",
        '"slept"',
        "[",
        "  <EventLoop running=true closed=false debug=false>,",
        "  <Task pending name='Task-N' coro=<coroutine object sleep>>",
        "]",
        "3",
        "4",
        "",
      ],
    );
    assertStringIncludes(stderr, "Uncaught Error: no\n    at REPL5:1:7\n");
    assertStringIncludes(stderr, "Uncaught Error: stray\n");
    assertEquals(code, 0);
  },
});

test({
  name: "main() shows a value as it is when its entry is over, before other tasks run",
  ...needs("processes"),
  async fn() {
    const { stdout, stderr, code } = await runPiped(
      [
        "createTask(() => 1, { name: 'made' })",
        "allTasks().has(currentTask())",
        "currentTask()",
        "await createTask(() => 2)",
      ].join("\n"),
    );
    const [made, isIn, running, last] = stdout.split("\n");
    assertStringIncludes(made!, "<Task pending name='made'");
    assertStringIncludes(running!, "<Task pending ");
    assertEquals([isIn, last, stderr, code], ["true", "2", "", 0]);
  },
});

test({
  name: "main() tells why a value cannot be shown, and goes on",
  ...needs("processes"),
  async fn() {
    const { stdout, stderr, code } = await runPiped(
      [
        "5",
        "({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('not to be shown') } })",
        "_",
        "throw Object.assign(new Error('odd'), { stack: 3 })",
        "'goes on'",
      ].join("\n"),
    );
    assertEquals(stdout, '5\n5\n"goes on"\n');
    assertStringIncludes(stderr, "Uncaught Error: not to be shown\n    at Object.");
    assertStringIncludes(stderr, "Uncaught Error: odd\n");
    assertEquals(code, 0);
  },
});

test({
  name: "main() ends with the code of exit(), and runs nothing behind it",
  ...needs("processes"),
  async fn() {
    assertEquals(await runPiped("exit(7)\nconsole.log('behind')\n"), {
      code: 7,
      stdout: "",
      stderr: "",
    });
    assertEquals(await runPiped("exit('bye')\n"), { code: 1, stdout: "", stderr: "bye\n" });
    assertEquals(await runPiped("throw new SystemExit(3)\nconsole.log('behind')\n"), {
      code: 3,
      stdout: "",
      stderr: "",
    });
    assertEquals(
      await runPiped("loop.callLater(0.01, () => exit(5)); await sleep(3600)"),
      { code: 5, stdout: "", stderr: "" },
    );
  },
});

test({
  name: "main() tells of an entry that the input breaks off",
  ...needs("processes"),
  async fn() {
    const { code, stdout, stderr } = await runPiped("1\nfoo(\n");
    assertEquals({ code, stdout }, { code: 0, stdout: "1\n" });
    assertStringIncludes(stderr, "SyntaxError: Unexpected token\n  foo(\n      ^");
  },
});

test({
  name: "main() knows its command line",
  ...needs("processes"),
  async fn() {
    const help = await runPiped("", "--help");
    assertEquals(help.code, 0);
    assertStringIncludes(help.stdout, "Usage: deno run -A mod.ts");
    assertEquals(await runPiped("", "pstree", "--help"), help);
    const unknown = await runPiped("", "nonsense");
    assertEquals(unknown.code, 2);
    assertStringIncludes(unknown.stderr, "there is no command nonsense");
  },
});
