// kinds: generator, async
import { assert, assertEquals } from "@std/assert";
import { getRunningLoop, Protocol, run } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

test({
  name: "a server at a name listens at each address that the name has and the machine knows",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const server = yield* loop.createServer(() => new Protocol(), "localhost", 0);
      const hosts = server.sockets.map((socket) => socket.getsockname()[0]);
      assertEquals(new Set(hosts).size, hosts.length);
      assert(hosts.length > 0 && hosts.every((host) => host === "127.0.0.1" || host === "::1"));
      const v6 = yield* loop.createServer(() => new Protocol(), "::1", 0);
      assertEquals(v6.sockets.map((socket) => socket.getsockname()[0]), ["::1"]);
      let caught: unknown = null;
      try {
        yield* loop.createServer(() => new Protocol(), "no.such.host.invalid", 0);
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof Error);
      server.close();
      v6.close();
    });
  },
});
