// kinds: generator, async
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  BrokenPipeError,
  type EventLoop,
  Future,
  getRunningLoop,
  logger,
  Protocol,
  ReadTransport,
  run,
  sleep,
  SubprocessProtocol,
  type SubprocessTransport,
  ValueError,
  WriteTransport,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

/** Notes what becomes of the pipes. */
class Notes extends SubprocessProtocol {
  readonly seen: unknown[] = [];
  readonly done: Future<null> = new Future<null>();
  size = 0;

  override pipeDataReceived(_fd: number, data: Uint8Array) {
    this.size += data.length;
  }

  override pipeConnectionLost(fd: number, error: unknown) {
    this.seen.push([fd, error]);
  }

  override connectionLost() {
    this.done.setResult(null);
  }
}

const shell = (command: string, protocol = new Notes()) =>
  getRunningLoop().subprocessShell(() => protocol, command);

const stdin = (transport: SubprocessTransport) => transport.getPipeTransport(0) as WriteTransport;
const stdout = (transport: SubprocessTransport) => transport.getPipeTransport(1) as ReadTransport;

test({
  name: "ReadTransport.pauseReading() of a pipe holds what comes, and the process, up",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const [transport, protocol] = yield* shell("head -c 1000000 /dev/zero");
      const pipe = stdout(transport);
      assert(pipe instanceof ReadTransport);
      assertEquals(pipe.isReading(), true);
      pipe.pauseReading();
      pipe.pauseReading();
      assertEquals([pipe.isReading(), `${pipe}`], [false, "<ReadPipeTransport idle>"]);
      const before = protocol.size;
      yield* sleep(0.1);
      assertEquals([protocol.size, transport.getReturncode()], [before, null]);
      pipe.resumeReading();
      pipe.resumeReading();
      assertEquals(pipe.isReading(), true);
      yield* protocol.done;
      assertEquals([protocol.size, transport.getReturncode()], [1_000_000, 0]);
      assertEquals([pipe.isReading(), pipe.isClosing()], [false, true]);
      pipe.resumeReading();
      assertEquals(`${pipe}`, "<ReadPipeTransport closed>");
    });
  },
});

test({
  name: "ReadTransport.close() of a pipe ends a process that writes to it",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const [transport, protocol] = yield* shell("exec yes");
      const pipe = stdout(transport);
      while (protocol.size === 0) yield* sleep(0.001);
      pipe.close();
      pipe.close();
      assertEquals([pipe.isClosing(), `${pipe}`], [true, "<ReadPipeTransport closing idle>"]);
      const { size } = protocol;
      yield* protocol.done;
      assertEquals(protocol.size, size);
      assertEquals(protocol.seen[0], [1, null]);
      assertEquals(transport.getReturncode(), -13);
    });
  },
});

test({
  name: "ReadTransport.setProtocol() of a pipe has another protocol told, of the end, too",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const seen: string[] = [];
      const lost = new Future<null>();
      class Other extends Protocol {
        override dataReceived(data: Uint8Array) {
          seen.push(new TextDecoder().decode(data));
        }
        override eofReceived() {
          seen.push("eof");
        }
        override connectionLost(error: unknown) {
          seen.push(`lost ${error}`);
          lost.setResult(null);
        }
      }
      const [transport] = yield* shell("read line; echo $line");
      const other = new Other();
      stdout(transport).setProtocol(other);
      assertEquals(stdout(transport).getProtocol(), other);
      stdin(transport).writelines([new Uint8Array([104]), new Uint8Array([105, 10])]);
      yield* lost;
      assertEquals(seen, ["hi\n", "eof", "lost null"]);
      while (transport.getReturncode() === null) yield* sleep(0.001);
      transport.close();
    });
  },
});

test({
  name: "WriteTransport.writeEof() of a pipe closes it when all is written",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const [transport, protocol] = yield* shell("wc -c | tr -d ' \\n' | wc -c");
      const pipe = stdin(transport);
      assert(pipe instanceof WriteTransport);
      assertEquals([pipe.canWriteEof(), pipe.isClosing()], [true, false]);
      pipe.write(new Uint8Array(0));
      pipe.write(new Uint8Array(500_000));
      pipe.writeEof();
      pipe.writeEof();
      pipe.close();
      assertEquals(pipe.isClosing(), true);
      yield* protocol.done;
      assertEquals(protocol.seen[0], [0, null]);
      assertEquals([pipe.getWriteBufferSize(), protocol.size], [0, 2]);
    });
  },
});

test({
  name: "WriteTransport.abort() of a pipe forgets what waits, and tells at once",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const [transport, protocol] = yield* shell("sleep 0.1; exec cat >/dev/null");
      const pipe = stdin(transport);
      for (let i = 0; i < 20; i++) pipe.write(new Uint8Array(60_000));
      yield* sleep(0.01);
      assert(pipe.getWriteBufferSize() > 1_000_000);
      pipe.abort();
      pipe.abort();
      assertEquals(pipe.getWriteBufferSize(), 0);
      yield* sleep(0);
      yield* sleep(0);
      assertEquals(protocol.seen, [[0, null]]);
      yield* protocol.done;
      assertEquals([protocol.seen.length, transport.getReturncode()], [3, 0]);
    });
  },
});

test({
  name: "WriteTransport.write() to a pipe that nobody reads ends it by a BrokenPipeError",
  ...needs("processes"),
  async fn() {
    const warnings: string[] = [];
    logger.setSink(({ message }) => warnings.push(message));
    try {
      await run(function* () {
        const [transport, protocol] = yield* shell("exec 0<&-; echo; sleep 0.1");
        const pipe = stdin(transport);
        while (protocol.size === 0) yield* sleep(0.001);
        pipe.write(new Uint8Array(10));
        while (protocol.seen.length === 0) yield* sleep(0.001);
        const [fd, error] = protocol.seen[0] as [number, unknown];
        assert(error instanceof BrokenPipeError);
        assertEquals([fd, (error.cause as Error).name, pipe.isClosing()], [0, "BrokenPipe", true]);
        for (let i = 0; i < 6; i++) pipe.write(new Uint8Array(10));
        yield* protocol.done;
        assertEquals(transport.getReturncode(), 0);
      });
    } finally {
      logger.setSink(null);
    }
    assertEquals(warnings, [
      "pipe closed by peer or os.write(pipe, data) raised exception.",
      "pipe closed by peer or os.write(pipe, data) raised exception.",
    ]);
  },
});

test({
  name: "WriteTransport.setWriteBufferLimits() of a pipe sets when the protocol is told to pause",
  ...needs("processes"),
  async fn() {
    const messages: string[] = [];
    class Failing extends Notes {
      override pauseWriting(): void {
        throw new RangeError("pause");
      }
      override resumeWriting(): void {
        throw new RangeError("resume");
      }
    }
    await run(function* () {
      getRunningLoop().setExceptionHandler((_loop: EventLoop, { message, exception }) =>
        messages.push(`${message}: ${(exception as Error).message}`)
      );
      const [transport, protocol] = yield* shell("cat >/dev/null", new Failing());
      const pipe = stdin(transport);
      assertThrows(() => pipe.setWriteBufferLimits({ high: 1, low: 2 }), ValueError, "high (1)");
      pipe.setWriteBufferLimits({ high: 8 });
      assertEquals(pipe.getWriteBufferLimits(), [2, 8]);
      pipe.write(new Uint8Array(9));
      pipe.close();
      yield* protocol.done;
    });
    assertEquals(messages, [
      "protocol.pause_writing() failed: pause",
      "protocol.resume_writing() failed: resume",
    ]);
  },
});
