// kinds: generator, async
import { assert, assertEquals } from "@std/assert";
import {
  BrokenPipeError,
  createSubprocessExec,
  createSubprocessShell,
  createTask,
  type ExceptionContext,
  getRunningLoop,
  PIPE,
  run,
  sleep,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

test({
  name: "Process.stdin.drain() waits until most of what was written is with the process",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessShell("read line; cat >/dev/null", { stdin: PIPE });
      const { transport } = process.stdin!;
      process.stdin!.write(new Uint8Array(400_000));
      const draining = createTask(process.stdin!.drain());
      yield* sleep(0.05);
      // The shell reads byte by byte, and finds no end of a line: it takes some time over it.
      yield* draining;
      assert(transport.getWriteBufferSize() <= transport.getWriteBufferLimits()[0]);
      yield* process.stdin!.drain();
      process.stdin!.close();
      assertEquals(yield* process.wait(), 0);
    });
  },
});

test({
  name: "Process.stdin.waitClosed() throws what ended the pipe, of which nobody else is told",
  ...needs("processes"),
  async fn() {
    const contexts: ExceptionContext[] = [];
    await run(function* () {
      getRunningLoop().setExceptionHandler((_loop, context) => contexts.push(context));
      for (const isAwaited of [true, false]) {
        const process = yield* createSubprocessExec("true", [], { stdin: PIPE });
        process.stdin!.write(new Uint8Array(1_000_000));
        assertEquals(yield* process.wait(), 0);
        if (!isAwaited) continue;
        let error: unknown = null;
        try {
          yield* process.stdin!.waitClosed();
        } catch (thrown) {
          error = thrown;
        }
        assert(error instanceof BrokenPipeError, `${error}`);
      }
      yield* sleep(0.01);
    });
    assertEquals(contexts, []);
  },
});

test({
  name: "Process.stdout and stderr end each by itself",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessShell(
        "echo bad >&2; exec 2>&-; read line; echo $line",
        {
          stdin: PIPE,
          stdout: PIPE,
          stderr: PIPE,
        },
      );
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assertEquals(text(yield* process.stderr!.read()), "bad\n");
      assertEquals([process.stderr!.atEof(), process.stdout!.atEof()], [true, false]);
      process.stdin!.write(new TextEncoder().encode("good\n"));
      assertEquals(text(yield* process.stdout!.read()), "good\n");
      assertEquals(yield* process.wait(), 0);
      assertEquals(
        `${process.stdin} ${process.stdout}`,
        "<StreamWriter transport=<WritePipeTransport closed>> " +
          "<StreamReader eof transport=<ReadPipeTransport closed>>",
      );
    });
  },
});
