import { assertEquals, assertRejects } from "@std/assert";
import {
  BaseProtocol,
  DatagramProtocol,
  DEVNULL,
  getRunningLoop,
  LoopMethods,
  NotSupportedError,
  PIPE,
  Protocol,
  run,
  STDOUT,
  SubprocessProtocol,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

test("PIPE, STDOUT and DEVNULL are what they are in asyncio.subprocess", () => {
  assertEquals([PIPE, STDOUT, DEVNULL], [-1, -2, -3]);
});

test({
  name:
    "the loop's methods about connections and processes fail in a browser, when awaited, and say what there is instead",
  ...needs("browser"),
  async fn() {
    LoopMethods.bring();
    await run(function* () {
      const loop = getRunningLoop();
      const calls = [
        () => loop.createConnection(() => new Protocol(), "localhost", 80),
        () => loop.createServer(() => new Protocol(), null, 80),
        () => loop.createUnixConnection(() => new BaseProtocol(), "/tmp/socket"),
        () => loop.createUnixServer(() => new BaseProtocol(), "/tmp/socket"),
        () => loop.createDatagramEndpoint(() => new DatagramProtocol(), { remoteAddr: ["::1", 9] }),
        () => loop.subprocessExec(() => new SubprocessProtocol(), ["true"]),
        () => loop.subprocessShell(() => new SubprocessProtocol(), "true"),
      ];
      for (const call of calls) {
        yield* loop.createTask(async () => {
          await assertRejects(async () => await call(), NotSupportedError, "a browser has no");
        });
      }
    });
  },
});
