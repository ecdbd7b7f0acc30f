// kinds: generator, async
import { assert, assertEquals } from "@std/assert";
import { DatagramProtocol, getRunningLoop, run } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

test({
  name: "an address that is none is named, with what was expected and what came",
  ...needs("sockets"),
  async fn() {
    const messages: string[] = [];
    await run(function* () {
      const loop = getRunningLoop();
      for (const remoteAddr of [5, "a", ["a"], ["", 1], [5, 1], ["a", "1"], ["a", 0.5]]) {
        try {
          yield* loop.createDatagramEndpoint(() => new DatagramProtocol(), {
            remoteAddr: remoteAddr as never,
          });
        } catch (error) {
          assert(error instanceof Error);
          messages.push(error.message);
        }
      }
    });
    const expected = "remoteAddr must be a host and a port, [host, port], got ";
    assertEquals(messages, [
      `${expected}5 (number)`,
      `${expected}'a' (string)`,
      `${expected}['a'] (Array)`,
      "remoteAddr's host must be a name or an address, got '' (string)",
      "remoteAddr's host must be a name or an address, got 5 (number)",
      "port must be a number, got '1' (string)",
      "port must be 0-65535, got 0.5",
    ]);
  },
});
