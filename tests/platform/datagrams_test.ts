// kinds: generator, async
import { assertEquals } from "@std/assert";
import { DatagramProtocol, getRunningLoop, run, sleep } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

test({
  name: "datagrams go by IPv6, too, and to a whole network where that is allowed",
  ...needs("sockets"),
  async fn() {
    const got: unknown[] = [];
    class Listener extends DatagramProtocol {
      override datagramReceived(data: Uint8Array, [host]: [string]): void {
        got.push([data.length, host]);
      }
    }
    await run(function* () {
      const loop = getRunningLoop();
      const [endpoint] = yield* loop.createDatagramEndpoint(() => new Listener(), {
        localAddr: ["::1", 0],
        allowBroadcast: true,
      });
      const address = endpoint.getExtraInfo("sockname") as [string, number];
      const [other] = yield* loop.createDatagramEndpoint(() => new Listener(), {
        remoteAddr: address,
      });
      other.sendto(new Uint8Array(3));
      while (got.length === 0) yield* sleep(0.001);
      endpoint.close();
      other.close();
    });
    assertEquals(got, [[3, "::1"]]);
  },
});
