// kinds: generator, async
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  CancelledError,
  createTask,
  DEVNULL,
  type ExceptionContext,
  Future,
  getRunningLoop,
  logger,
  ProcessLookupError,
  run,
  sleep,
  SubprocessProtocol,
  SubprocessTransport,
  type WriteTransport,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

/** Notes what it is told. */
class Notes extends SubprocessProtocol {
  readonly seen: string[] = [];
  readonly done: Future<null> = new Future<null>();
  /** What is done first, by the name of the method. */
  readonly doing: Record<string, (transport: SubprocessTransport) => void>;
  #transport: SubprocessTransport | null = null;

  constructor(doing: Record<string, (transport: SubprocessTransport) => void> = {}) {
    super();
    this.doing = doing;
  }

  override connectionMade(transport: SubprocessTransport) {
    this.#transport = transport;
    this.#note("made");
  }

  override pipeDataReceived(fd: number, data: Uint8Array) {
    this.#note(`data ${fd}`, ` ${new TextDecoder().decode(data).trim()}`);
  }

  override pipeConnectionLost(fd: number, error: unknown) {
    this.#note(`lost ${fd}`, error === null ? "" : ` ${(error as Error).name}`);
  }

  override processExited() {
    this.#note("exited");
  }

  override connectionLost(error: unknown) {
    this.done.setResult(null);
    this.#note("end", error === null ? "" : ` ${error}`);
  }

  #note(what: string, more = "") {
    this.seen.push(what + more);
    this.doing[what]?.(this.#transport!);
  }
}

function input(transport: SubprocessTransport): WriteTransport {
  return transport.getPipeTransport(0) as WriteTransport;
}

const exec = (protocol: Notes, ...args: string[]) =>
  getRunningLoop().subprocessExec(() => protocol, args);

test({
  name:
    "EventLoop.subprocessExec() tells the protocol of all that comes from a process, and of its end",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const [transport, protocol] = yield* exec(new Notes(), "sh", "-c", "echo out; echo bad >&2");
      assert(transport instanceof SubprocessTransport);
      assertEquals(protocol.seen, ["made"]);
      yield* protocol.done;
      assertEquals(protocol.seen.slice().sort(), [
        "data 1 out",
        "data 2 bad",
        "end",
        "exited",
        "lost 0",
        "lost 1",
        "lost 2",
        "made",
      ]);
      assertEquals([protocol.seen[0], protocol.seen.at(-1)], ["made", "end"]);
      for (const fd of [1, 2]) {
        const own = protocol.seen.filter((note) => note.includes(` ${fd}`));
        assert(own[0]!.startsWith("data") && own[1]!.startsWith("lost"), `${own}`);
      }
      assertEquals(transport.getReturncode(), 0);
      assertEquals(transport.isClosing(), false);
    });
  },
});

// The order is CPython's.
test({
  name:
    "EventLoop.subprocessExec() tells of each pipe when it is closed, and of the end when all are",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const echo = yield* exec(new Notes(), "cat");
      input(echo[0]).write(new TextEncoder().encode("abc"));
      while (echo[1].seen.length < 2) yield* sleep(0.001);
      input(echo[0]).close();
      yield* echo[1].done;
      assertEquals(echo[1].seen.slice(0, 3), ["made", "data 1 abc", "lost 0"]);
      const steps = yield* exec(
        new Notes(),
        "sh",
        "-c",
        "exec >&-; sleep 0.1; exec 2>&-; sleep 0.1",
      );
      yield* steps[1].done;
      assertEquals(steps[1].seen, ["made", "lost 1", "lost 2", "lost 0", "exited", "end"]);
      const parent = yield* exec(new Notes(), "sh", "-c", "(sleep 0.2; echo late) & exit 2");
      yield* parent[1].done;
      assertEquals(parent[1].seen.slice(0, 3), ["made", "exited", "data 1 late"]);
      assertEquals(parent[0].getReturncode(), 2);
    });
  },
});

test({
  name: "EventLoop.subprocessShell() runs a command; streams are pipes where nothing else is said",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const [transport, protocol] = yield* loop.subprocessShell(
        () => new Notes(),
        'cat; echo "$0" >&2; exit 4',
      );
      input(transport).write(new TextEncoder().encode("x"));
      input(transport).writeEof();
      yield* protocol.done;
      assert(protocol.seen.includes("data 1 x") && protocol.seen.includes("data 2 /bin/sh"));
      assertEquals(transport.getReturncode(), 4);
      const none = yield* loop.subprocessShell(() => new Notes(), "exit 1", {
        stdin: null,
        stdout: null,
        stderr: DEVNULL,
      });
      assertEquals([0, 1, 2, 3].map((fd) => none[0].getPipeTransport(fd)), Array(4).fill(null));
      yield* none[1].done;
      assertEquals(none[1].seen, ["made", "exited", "end"]);
    });
  },
});

test({
  name: "SubprocessTransport tells of itself",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const [transport, protocol] = yield* exec(new Notes(), "cat");
      const pid = transport.getPid();
      assertEquals((transport.getExtraInfo("subprocess") as Deno.ChildProcess).pid, pid);
      assertEquals(transport.getExtraInfo("peername", 3), 3);
      assertEquals(transport.getReturncode(), null);
      assertEquals(transport.getProtocol(), protocol);
      assertEquals(
        `${transport}`,
        `<ProcessTransport pid=${pid} running stdin=<WritePipeTransport idle bufsize=0>` +
          " stdout=<ReadPipeTransport polling> stderr=<ReadPipeTransport polling>>",
      );
      assert((transport.getPipeTransport(1)!.getExtraInfo("pipe")) instanceof ReadableStream);
      transport.close();
      yield* protocol.done;
      yield* sleep(0);
      assertEquals(
        `${transport}`,
        `<ProcessTransport closed pid=${pid} returncode=-9 stdin=<WritePipeTransport closed>` +
          " stdout=<ReadPipeTransport closed> stderr=<ReadPipeTransport closed>>",
      );
    });
  },
});

test({
  name: "SubprocessTransport.sendSignal() throws a ProcessLookupError when all is told",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const quiet: string[] = [];
      const [transport, protocol] = yield* exec(
        new Notes({
          exited: (transport) => {
            transport.kill();
            quiet.push("exited");
          },
          end: (transport) => {
            transport.terminate();
            quiet.push("end");
          },
        }),
        "true",
      );
      yield* protocol.done;
      assertEquals(quiet, ["exited", "end"]);
      assertThrows(() => transport.sendSignal("SIGTERM"), ProcessLookupError);
      assertThrows(() => transport.terminate(), ProcessLookupError);
      assertThrows(() => transport.kill(), ProcessLookupError);
      transport.close();
    });
  },
});

test({
  name: "SubprocessTransport.close() ends a process that runs, and closes its pipes first",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const [transport, protocol] = yield* exec(new Notes(), "sleep", "60");
      assertEquals(transport.getReturncode(), null);
      transport.close();
      transport.close();
      assertEquals(transport.isClosing(), true);
      yield* protocol.done;
      assertEquals(protocol.seen, ["made", "lost 0", "lost 1", "lost 2", "exited", "end"]);
      assertEquals(transport.getReturncode(), -9);
    });
  },
});

test({
  name: "SubprocessTransport.close() says in debug mode that it ends a process",
  ...needs("processes"),
  async fn() {
    const messages: string[] = [];
    let child: Deno.ChildProcess | null = null;
    logger.setSink(({ message }) => messages.push(message.replace(/pid=\d+/, "pid=1")));
    try {
      await run(function* () {
        const [transport, protocol] = yield* getRunningLoop().subprocessExec(
          () => new Notes(),
          ["sleep", "60"],
          { stdin: null, stdout: null, stderr: null },
        );
        transport.close();
        yield* protocol.done;
        // A second one is left to the loop.
        const [left] = yield* getRunningLoop().subprocessExec(() => new Notes(), ["sleep", "60"], {
          stdin: null,
          stdout: null,
          stderr: null,
        });
        child = left.getExtraInfo("subprocess") as Deno.ChildProcess;
      }, { debug: true });
      assertEquals((await child!.status).signal, "SIGKILL");
    } finally {
      logger.setSink(null);
    }
    assertEquals(messages.filter((message) => message.includes("ProcessTransport")), [
      "Close running child process: kill <ProcessTransport closed pid=1 running>",
      "unclosed transport <ProcessTransport pid=1 running>",
    ]);
  },
});

test({
  name: "SubprocessTransport.setProtocol() has another protocol told from then on",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const [transport, first] = yield* exec(new Notes(), "cat");
      const second = new Notes();
      transport.setProtocol(second);
      input(transport).close();
      yield* second.done;
      assertEquals(first.seen, ["made"]);
      assertEquals(second.seen.slice().sort(), ["end", "exited", "lost 0", "lost 1", "lost 2"]);
    });
  },
});

test({
  name: "EventLoop.subprocessExec() has what a protocol throws reported, and goes on",
  ...needs("processes"),
  async fn() {
    const contexts: ExceptionContext[] = [];
    await run(function* () {
      getRunningLoop().setExceptionHandler((_loop, context) => contexts.push(context));
      const fail = (name: string) => () => {
        throw new RangeError(name);
      };
      const names = ["made", "data 1", "lost 1", "exited", "end"];
      const doing = Object.fromEntries(names.map((name) => [name, fail(name)]));
      const [transport, protocol] = yield* exec(new Notes(doing), "echo", "x");
      yield* protocol.done;
      yield* sleep(0);
      assertEquals(contexts.map(({ exception }) => (exception as Error).message).sort(), [
        "data 1",
        "end",
        "exited",
        "lost 1",
        "made",
      ]);
      assertEquals(transport.getReturncode(), 0);
    });
  },
});

test({
  name: "EventLoop.subprocessExec() tells the protocol when too much waits to be written",
  ...needs("processes"),
  async fn() {
    class Paused extends Notes {
      override pauseWriting() {
        this.seen.push("pause");
      }
      override resumeWriting() {
        this.seen.push("resume");
      }
    }
    await run(function* () {
      const [transport, protocol] = yield* exec(new Paused(), "sh", "-c", "sleep 0.1; wc -c");
      const stdin = input(transport);
      assertEquals(stdin.getWriteBufferLimits(), [16_384, 65_536]);
      stdin.write(new Uint8Array(1_000_000));
      assert(stdin.getWriteBufferSize() > 65_536);
      stdin.close();
      assertEquals(`${stdin}`, `<WritePipeTransport closing polling bufsize=1000000>`);
      yield* protocol.done;
      assertEquals(protocol.seen.slice(0, 4), ["made", "pause", "resume", "lost 0"]);
      assert(protocol.seen.includes("data 1 1000000"));
    });
  },
});

test({
  name: "EventLoop.subprocessExec() cancelled ends the process, and tells the protocol to the end",
  ...needs("processes"),
  async fn() {
    for (let steps = 1; steps < 6; steps++) {
      await run(function* () {
        const protocol = new Notes();
        const task = createTask(exec(protocol, "sleep", "60"));
        for (let i = 0; i < steps; i++) yield* sleep(0);
        if (task.done()) return;
        task.cancel();
        yield* fails(task, CancelledError);
        yield* protocol.done;
        assertEquals(protocol.seen.slice().sort(), [
          "end",
          "exited",
          "lost 0",
          "lost 1",
          "lost 2",
          "made",
        ]);
      });
    }
  },
});

function* fails(awaitable: PromiseLike<unknown> & Iterable<unknown>, errorClass: unknown) {
  let error: unknown = null;
  try {
    yield* awaitable as Future<unknown>;
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof (errorClass as new () => Error), `${error}`);
}
