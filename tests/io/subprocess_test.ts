// kinds: generator, async
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  BrokenPipeError,
  CancelledError,
  ConnectionResetError,
  createSubprocessExec,
  createSubprocessShell,
  createTask,
  DEVNULL,
  type ExceptionContext,
  gather,
  getRunningLoop,
  NotSupportedError,
  PIPE,
  Process,
  ProcessLookupError,
  run,
  sleep,
  type StdioOption,
  STDOUT,
  TimeoutError,
  ValueError,
  waitFor,
} from "../../mod.ts";
import { cancelAtEachStep } from "../_support/cancel_each_step.ts";
import { needs, test } from "../_support/harness.ts";
import { until } from "../_support/until.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** What was read, as text; `null` where there was no pipe. */
function decode(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

/** Whether a process is there, and no zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s*Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

/** The children of this process that sleep. */
function sleepers(): string[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => name).filter((name) => {
    try {
      const stat = /^\d+ \((.*)\) . (\d+) /.exec(Deno.readTextFileSync(`/proc/${name}/stat`));
      return stat !== null && stat[1] === "sleep" && Number(stat[2]) === Deno.pid;
    } catch {
      return false;
    }
  });
}

/** How many files this process has open. */
function openFiles(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

// Streams

test({
  name: "createSubprocessExec() gives streams to a process's input and from its output",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
      assert(process instanceof Process);
      assertEquals([process.returncode, process.stderr], [null, null]);
      process.stdin!.write(encode("some data"));
      yield* process.stdin!.drain();
      process.stdin!.close();
      assertEquals(decode(yield* process.stdout!.read()), "some data");
      yield* process.stdin!.waitClosed();
      assertEquals([yield* process.wait(), process.returncode], [0, 0]);
      assertEquals(`${process}`, `<Process ${process.pid}>`);
    });
  },
});

test({
  name: "createSubprocessExec() talks with a process line by line",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
      const lines: (string | null)[] = [];
      for (const line of ["one\n", "two\n"]) {
        process.stdin!.write(encode(line));
        lines.push(decode(yield* process.stdout!.readline()));
      }
      process.stdin!.close();
      lines.push(decode(yield* process.stdout!.readline()));
      assertEquals(lines, ["one\n", "two\n", ""]);
      assertEquals(yield* process.wait(), 0);
    });
  },
});

test({
  name: "Process.stdout gives what is left after the process has ended",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessShell("head -c 262144 /dev/zero; exit 1", {
        stdout: PIPE,
      });
      let size = 0;
      for (;;) {
        const data = yield* process.stdout!.read(65_536);
        if (data.length === 0) break;
        size += data.length;
        yield* sleep(0.02);
      }
      assertEquals([size, yield* process.wait()], [262_144, 1]);
    });
  },
});

test({
  name: "Process.stdout that nobody reads holds the process up",
  ...needs("processes"),
  async fn() {
    const files = openFiles();
    await run(function* () {
      const process = yield* createSubprocessExec("yes", [], { stdout: PIPE, limit: 1_000 });
      const written = () =>
        Number(/wchar: (\d+)/.exec(Deno.readTextFileSync(`/proc/${process.pid}/io`))![1]);
      let last = -1;
      for (; last < written(); yield* sleep(0.1)) last = written();
      assert(last > 65_536 && last < 1_000_000, `it wrote ${last} bytes`);
      process.kill();
      const [output] = yield* process.communicate();
      assert(output!.length >= last);
      assertEquals(process.returncode, -9);
    });
    assert(openFiles() <= files + 2);
  },
});

test({
  name: "Process.stdin.drain() throws when the process reads no more",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessExec("head", ["-c", "1"], {
        stdin: PIPE,
        stdout: DEVNULL,
      });
      process.stdin!.write(new Uint8Array(4_000_000));
      let error: unknown = null;
      try {
        yield* process.stdin!.drain();
      } catch (thrown) {
        error = thrown;
      }
      assert(error instanceof BrokenPipeError || error instanceof ConnectionResetError);
      assertEquals(yield* process.wait(), 0);
    });
  },
});

test({
  name: "Process.stdin stays open while what the process has started may read it",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessShell(
        "exec 3<&0; (sleep 0.2; wc -c) <&3 & exit 3",
        { stdin: PIPE, stdout: PIPE },
      );
      while (process.returncode === null) yield* sleep(0.01);
      process.stdin!.write(new Uint8Array(1_000));
      const [output] = yield* process.communicate(new Uint8Array(300_000));
      assertEquals([decode(output)!.trim(), process.returncode], ["301000", 3]);
    });
  },
});

test({
  name: "Process.stdin takes bytes alone",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
      for (const wrong of ["text", 3, null]) {
        assertThrows(
          () => process.stdin!.write(wrong as unknown as Uint8Array),
          TypeError,
          "data argument must be a bytes-like object, got ",
        );
      }
      assertThrows(
        () => process.communicate("text" as unknown as Uint8Array),
        TypeError,
        "input argument must be a bytes-like object, got 'text' (string): expected new TextEncoder().encode(text)",
      );
      const [output] = yield* process.communicate(encode("x").buffer as unknown as Uint8Array);
      assertEquals(decode(output), "x");
    });
  },
});

// communicate()

test({
  name: "Process.communicate() writes all, reads all and waits",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const command = "cat; echo bad >&2; exit 4";
      const process = yield* createSubprocessShell(command, {
        stdin: PIPE,
        stdout: PIPE,
        stderr: PIPE,
      });
      const [output, errors] = yield* process.communicate(encode("some data"));
      assertEquals([decode(output), decode(errors)], ["some data", "bad\n"]);
      assertEquals([process.returncode, yield* process.wait()], [4, 4]);
      // Once more, as in CPython.
      assertEquals((yield* process.communicate()).map(decode), ["", ""]);
    });
  },
});

test({
  name: "Process.communicate() without an input closes it; of no input and no pipes it only waits",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const cat = yield* createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
      assertEquals((yield* cat.communicate()).map(decode), ["", null]);
      const empty = yield* createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
      assertEquals((yield* empty.communicate(new Uint8Array(0))).map(decode), ["", null]);
      const alone = yield* createSubprocessExec("true");
      assertEquals(yield* alone.communicate(encode("nobody reads this")), [null, null]);
      assertEquals(alone.returncode, 0);
    });
  },
});

test({
  name: "Process.communicate() moves ten million bytes both ways at once",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
      const input = new Uint8Array(10_000_000);
      for (let i = 0; i < input.length; i++) input[i] = i % 251;
      const [output] = yield* process.communicate(input);
      assertEquals([output!.length, process.returncode], [input.length, 0]);
      assert(output!.every((byte, i) => byte === i % 251));
    });
  },
});

test({
  name: "Process.communicate() does not mind that the process reads nothing, or closes its input",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const input = new Uint8Array(1_000_000);
      const contexts: ExceptionContext[] = [];
      getRunningLoop().setExceptionHandler((_loop, context) => contexts.push(context));
      const none = yield* createSubprocessExec("true", [], { stdin: PIPE });
      assertEquals(yield* none.communicate(input), [null, null]);
      const some = yield* createSubprocessExec("head", ["-c", "5"], { stdin: PIPE, stdout: PIPE });
      assertEquals((yield* some.communicate(input))[0]!.length, 5);
      const closed = yield* createSubprocessShell("exec 0<&-; sleep 0.1; echo on", {
        stdin: PIPE,
        stdout: PIPE,
      });
      assertEquals(decode((yield* closed.communicate(input))[0]), "on\n");
      assertEquals(contexts, []);
    });
  },
});

test({
  name: "Process.communicate() reads on while a child of the process has its output",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessShell("(sleep 0.2; echo late) & exit 3", {
        stdout: PIPE,
      });
      while (process.returncode === null) yield* sleep(0.01);
      assertEquals(process.returncode, 3);
      assertEquals((yield* process.communicate()).map(decode), ["late\n", null]);
    });
  },
});

test({
  name: "Process.communicate() pauses a process that writes faster than it is read",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessExec("head", ["-c", "300000", "/dev/zero"], {
        stdin: PIPE,
        stdout: PIPE,
        limit: 10,
      });
      const [output] = yield* process.communicate();
      assertEquals(output!.length, 300_000);
    });
  },
});

// Options

test({
  name: "createSubprocessExec() with DEVNULL has no stream, and the process an empty one",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const count = (stdin: StdioOption, stdout: StdioOption, stderr: StdioOption) =>
        createSubprocessShell("wc -c; echo bad >&2", { stdin, stdout, stderr });
      const input = yield* count(DEVNULL, PIPE, PIPE);
      assertEquals((yield* input.communicate()).map((bytes) => decode(bytes)!.trim()), [
        "0",
        "bad",
      ]);
      const output = yield* count(PIPE, DEVNULL, PIPE);
      assertEquals((yield* output.communicate(encode("abc"))).map(decode), [null, "bad\n"]);
      const errors = yield* count(PIPE, PIPE, DEVNULL);
      const [text, none] = yield* errors.communicate(encode("abc"));
      assertEquals([decode(text)!.trim(), none], ["3", null]);
    });
  },
});

test({
  name: "createSubprocessExec() with STDOUT has the errors where the output is, in order",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const script = 'echo "$1"; echo e1 >&2; echo o2; echo e2 >&2; exit 5';
      const process = yield* createSubprocessExec("sh", ["-c", script, "-", 'a "b" $c'], {
        stdout: PIPE,
        stderr: STDOUT,
      });
      assertEquals(process.stderr, null);
      assertEquals((yield* process.communicate()).map(decode), [
        'a "b" $c\ne1\no2\ne2\n',
        null,
      ]);
      assertEquals(process.returncode, 5);
      const shell = yield* createSubprocessShell("echo bad >&2", { stdout: PIPE, stderr: STDOUT });
      assertEquals(decode((yield* shell.communicate())[0]), "bad\n");
      const nowhere = yield* createSubprocessShell("echo bad >&2", {
        stdout: DEVNULL,
        stderr: STDOUT,
      });
      assertEquals(yield* nowhere.communicate(), [null, null]);
      // It is the program itself that gets the signal.
      const blocked = yield* createSubprocessExec("sleep", ["60"], {
        stdout: PIPE,
        stderr: STDOUT,
      });
      blocked.terminate();
      assertEquals(yield* blocked.wait(), -15);
    });
  },
});

test({
  name: "createSubprocessExec() starts it in a folder, with an environment that is all it has",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const output = function* (process: Process) {
        return decode((yield* process.communicate())[0]);
      };
      const options = { stdout: PIPE } as const;
      const folder = yield* createSubprocessExec("pwd", [], { ...options, cwd: "/usr" });
      assertEquals(yield* output(folder), "/usr\n");
      const url = yield* createSubprocessExec("pwd", [], {
        ...options,
        cwd: new URL("file:///usr/bin/"),
      });
      assertEquals(yield* output(url), "/usr/bin\n");
      const env = { FOO: "baz" };
      const all = yield* createSubprocessExec("env", [], { ...options, env });
      assertEquals(yield* output(all), "FOO=baz\n");
      const shell = yield* createSubprocessShell("echo $FOO $HOME", { ...options, env });
      assertEquals(yield* output(shell), "baz\n");
      const none = yield* createSubprocessExec("env", [], { ...options, env: {} });
      assertEquals(yield* output(none), "");
      const inherited = yield* createSubprocessShell("echo $HOME", options);
      assertEquals(yield* output(inherited), `${Deno.env.get("HOME")}\n`);
    });
  },
});

test({
  name:
    "createSubprocessExec() throws the host's error where there is no program, and leaves nothing",
  ...needs("processes"),
  async fn() {
    const files = openFiles();
    for (
      const options of [{ stdin: PIPE, stdout: PIPE }, { stdout: PIPE, stderr: STDOUT }] as const
    ) {
      await run(function* () {
        for (
          const start of [
            () => createSubprocessExec("no-such-program", [], options),
            () => createSubprocessExec("true", [], { ...options, cwd: "/no/such/folder" }),
          ]
        ) {
          let error: unknown = null;
          try {
            yield* start();
          } catch (thrown) {
            error = thrown;
          }
          assert(error instanceof Deno.errors.NotFound, `${error}`);
        }
      });
    }
    assert(openFiles() <= files + 2);
  },
});

test("createSubprocessExec() and createSubprocessShell() refuse at the call what is none of its kind", () => {
  const exec = createSubprocessExec as (...args: unknown[]) => unknown;
  const shell = createSubprocessShell as (...args: unknown[]) => unknown;
  assertThrows(() => exec(3), TypeError, "program must be a string, got 3 (number)");
  assertThrows(() => exec("ls", "-l"), TypeError, "args must be an iterable of strings, got '-l'");
  assertThrows(() => exec("ls", [3]), TypeError, "an argument must be a string, got 3 (number)");
  assertThrows(() => exec("l\0s"), ValueError, "embedded null byte in program");
  assertThrows(() => exec("ls", ["\0"]), ValueError, "embedded null byte in an argument");
  assertThrows(() => shell(3), ValueError, "cmd must be a string, got 3 (number)");
  assertThrows(() => shell("l\0s"), ValueError, "embedded null byte in cmd");
  const options: [object, new () => Error, string][] = [
    [{ stdout: STDOUT }, ValueError, "STDOUT can only be used for stderr"],
    [{ stdin: STDOUT }, ValueError, "stdin must be PIPE, DEVNULL or null, got -2 (number)"],
    [{ stdout: 1 }, ValueError, "stdout must be PIPE, DEVNULL or null, got 1 (number)"],
    [{ stderr: "x" }, ValueError, "stderr must be PIPE, DEVNULL or null, got 'x' (string)"],
    [{ cwd: 3 }, TypeError, "cwd must be a string, got 3 (number)"],
    [{ cwd: "\0" }, ValueError, "embedded null byte in cwd"],
    [{ env: 3 }, TypeError, "env must be an object of strings, got 3 (number)"],
    [{ env: { A: 3 } }, TypeError, "env.A must be a string, got 3 (number)"],
    [{ env: { "A=": "" } }, ValueError, "illegal environment variable name: 'A='"],
    [{ env: { "A\0": "" } }, ValueError, "embedded null byte in a name in env"],
    [{ limit: 0 }, ValueError, "Limit cannot be <= 0"],
    [{ limit: "1" }, TypeError, "limit"],
    [{ text: true }, TypeError, "got an unexpected keyword argument 'text'"],
    [null as unknown as object, TypeError, "expects an object of options, got null"],
  ];
  for (const [given, errorClass, message] of options) {
    assertThrows(() => exec("ls", [], given), errorClass, message);
    assertThrows(() => shell("ls", given), errorClass, message);
  }
});

test({
  name: "createSubprocessExec() in a browser says what there is instead",
  ...needs("browser"),
  async fn() {
    await assertRejects(
      () => run(createSubprocessExec("ls")),
      NotSupportedError,
      "createSubprocessExec() needs processes, and a browser has none: expected a thread",
    );
  },
});

// The end of a process

test({
  name: "Process.returncode is the exit code, or the negative number of the signal",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const ended = yield* createSubprocessShell("exit 7");
      assertEquals(yield* ended.wait(), 7);
      const ends: [(process: Process) => void, number][] = [
        [(process) => process.kill(), -9],
        [(process) => process.terminate(), -15],
        [(process) => process.sendSignal("SIGHUP"), -1],
        [(process) => process.sendSignal(2), -2],
      ];
      for (const [end, returncode] of ends) {
        const process = yield* createSubprocessExec("sleep", ["60"]);
        process.sendSignal(0);
        end(process);
        assertEquals(yield* process.wait(), returncode);
      }
    });
  },
});

test({
  name:
    "Process.sendSignal() throws a ProcessLookupError after the end, and refuses what is no signal",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessExec("sleep", ["60"]);
      const send = (signal: unknown) => () => process.sendSignal(signal as string);
      assertThrows(
        send("SIGNONE"),
        ValueError,
        "invalid signal 'SIGNONE' (string): expected a name",
      );
      assertThrows(send(9999), ValueError, "invalid signal 9999 (number): expected a name");
      assertThrows(send(null), TypeError, "signal must be a name, such as SIGTERM, or a number");
      process.kill();
      process.kill();
      yield* process.wait();
      assertThrows(send("SIGTERM"), ProcessLookupError);
      assertThrows(() => process.terminate(), ProcessLookupError);
      assertThrows(() => process.kill(), ProcessLookupError);
    });
  },
});

test({
  name: "Process.sendSignal() may come while the process ends",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      for (let i = 0; i < 10; i++) {
        const process = yield* createSubprocessExec("sleep", ["0.02"]);
        yield* sleep(0.018 + i / 2000);
        try {
          process.sendSignal("SIGUSR1");
        } catch (error) {
          assert(error instanceof ProcessLookupError);
        }
        assert([0, -10].includes(yield* process.wait()));
      }
    });
  },
});

test({
  name: "Process.wait() wakes all who wait",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
      const waiting = gather(Array.from({ length: 10 }, () => process.wait()));
      yield* process.communicate(encode("some data"));
      assertEquals(yield* waiting, Array(10).fill(0));
      const late = createTask(process.wait());
      yield* sleep(0);
      assertEquals(late.result(), 0);
    });
  },
});

test({
  name: "Process.wait() ends where the input is a pipe that nobody has closed",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessExec("true", [], { stdin: PIPE });
      assertEquals(yield* process.wait(), 0);
      yield* process.stdin!.waitClosed();
      process.stdin!.write(encode("lost"));
      assertEquals(process.stdin!.isClosing(), true);
    });
  },
});

test({
  name:
    "Process.wait() waits for the process alone: others may have its pipes, or nobody read them",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const parent = yield* createSubprocessShell("sleep 0.5 & exit 3", { stdout: PIPE });
      const begin = getRunningLoop().time();
      assertEquals(yield* parent.wait(), 3);
      assert(getRunningLoop().time() - begin < 0.4);
      const blocked = yield* createSubprocessExec("yes", [], { stdout: PIPE });
      yield* blocked.stdout!.readexactly(2);
      yield* sleep(0.05);
      blocked.kill();
      assertEquals(yield* blocked.wait(), -9);
    });
  },
});

test({
  name: "createSubprocessExec() starts many at once",
  ...needs("processes"),
  async fn() {
    const files = openFiles();
    await run(function* () {
      const words = Array.from({ length: 20 }, (_, i) => `foo${i}`);
      const outputs = yield* gather(words.map(function* (word) {
        const process = yield* createSubprocessExec("echo", [word], { stdout: PIPE });
        const [output] = yield* process.communicate();
        return decode(output)!.trim();
      }));
      assertEquals(outputs, words);
    });
    assert(openFiles() <= files + 2);
  },
});

// Cancelling

test({
  name: "Process.wait() and communicate() may be cancelled, and the process runs on",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
      const task = createTask(process.wait());
      yield* sleep(0);
      task.cancel();
      yield* sleep(0);
      assertEquals(task.cancelled(), true);
      let error: unknown = null;
      try {
        yield* waitFor(process.communicate(new Uint8Array(10)), 0);
      } catch (thrown) {
        error = thrown;
      }
      assert(error instanceof TimeoutError);
      assertEquals(process.returncode, null);
      process.kill();
      assertEquals(yield* process.wait(), -9);
    });
  },
});

test({
  name: "createSubprocessExec() cancelled at any step leaves no process and no pipe",
  ...needs("processes"),
  async fn() {
    const files = openFiles();
    const count = await cancelAtEachStep((victim) =>
      run(function* () {
        const task = createTask(
          createSubprocessExec("sleep", ["60"], { stdin: PIPE, stdout: PIPE, stderr: PIPE }),
        );
        victim(task);
        try {
          const process = yield* task;
          process.kill();
          yield* process.wait();
        } catch (error) {
          assert(error instanceof CancelledError);
        }
        assertEquals(sleepers(), []);
      })
    );
    assert(count > 3, `${count} steps`);
    await until(() => openFiles() <= files + 2);
    assert(openFiles() <= files + 2);
  },
});

test({
  name: "Process.communicate() cancelled at any step leaves a process that can be ended",
  ...needs("processes"),
  async fn() {
    const files = openFiles();
    const seen = new Set<unknown>();
    for (let step = 0; step < 24; step++) {
      await run(function* () {
        const process = yield* createSubprocessExec("cat", [], { stdin: PIPE, stdout: PIPE });
        const task = createTask(process.communicate(new Uint8Array(200_000)));
        // At first by iterations, then by time.
        for (let i = 0; i < Math.min(step, 12); i++) yield* sleep(0);
        if (step >= 12) yield* sleep((step - 12) / 2000);
        task.cancel();
        try {
          assertEquals((yield* task)[0]!.length, 200_000);
        } catch (error) {
          assert(error instanceof CancelledError);
          if (process.returncode === null) process.kill();
        }
        seen.add(yield* process.wait());
      });
    }
    assert(seen.has(-9) && [...seen].every((returncode) => [0, -9].includes(returncode as number)));
    await until(() => openFiles() <= files + 2);
    assert(openFiles() <= files + 2);
  },
});

// The end of the loop

test({
  name: "EventLoop.close() ends the processes that run, and closes their pipes",
  ...needs("processes"),
  async fn() {
    const files = openFiles();
    const pids: number[] = [];
    await run(function* () {
      for (const options of [{}, { stdin: PIPE, stdout: PIPE, stderr: PIPE }] as const) {
        const process = yield* createSubprocessExec("sleep", ["60"], options);
        process.stdin?.write(new Uint8Array(1_000_000));
        pids.push(process.pid);
      }
      assertEquals(pids.map(isRunning), [true, true]);
    });
    await until(() => !pids.some(isRunning) && openFiles() <= files + 2);
    assertEquals(pids.map(isRunning), [false, false]);
    assert(openFiles() <= files + 2);
  },
});

test({
  name: "Process.returncode is null until the loop has heard of the end",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessExec("true");
      // The loop does nothing meanwhile.
      const end = Date.now() + 50;
      while (Date.now() < end);
      assertEquals([process.returncode, yield* process.wait()], [null, 0]);
    });
  },
});
