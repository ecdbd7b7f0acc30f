// kinds: generator, async
import { assert, assertEquals } from "@std/assert";
import { newEventLoop, timeout, TimeoutError, type Transport, VirtualClock } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { bytes, Noted, portOf, text } from "../_support/wire.ts";

test({
  name: "a VirtualClock stands still while data is under way, and moves while it is not",
  ...needs("sockets"),
  async fn() {
    const loop = newEventLoop({ clock: new VirtualClock() });
    const started = performance.now();
    const seen: unknown[] = [];
    await loop.runUntilComplete(function* () {
      const answer = (data: Uint8Array, transport: Transport) => {
        // It thinks for a minute.
        loop.callLater(60, () => transport.write(data));
      };
      const server = yield* loop.createServer(
        () => new Noted("s", [], { data: answer }),
        "127.0.0.1",
        0,
      );
      const got = loop.createFuture<string>();
      const client = new Noted("c", [], { data: (data) => got.setResult(text(data)) });
      const [transport] = yield* timeout(
        1,
        () => loop.createConnection(() => client, "127.0.0.1", portOf(server)),
      );
      seen.push(loop.time());
      transport.write(bytes("hello"));
      yield* timeout(61, () => got);
      seen.push(got.result(), loop.time());
      let caught: unknown = null;
      try {
        yield* timeout(3600, () => loop.createFuture());
      } catch (error) {
        caught = error;
      }
      assert(caught instanceof TimeoutError);
      seen.push(loop.time());
      transport.close();
      server.close();
      yield* server.waitClosed();
      seen.push(loop.time());
    });
    loop.close();
    assertEquals(seen, [0, "hello", 60, 3660, 3660]);
    assert(performance.now() - started < 5_000);
  },
});
