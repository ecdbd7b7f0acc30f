import { assertEquals } from "@std/assert";
import { run } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { bytes, type Log, Noted, pair, wait } from "../_support/wire.ts";

test({
  name:
    "what comes is read in larger pieces where more comes, none is lost, and each piece is the protocol's to keep",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    const kept: Uint8Array[] = [];
    await run(function* () {
      const { server, client } = yield* pair(
        () => new Noted("s", [], { data: (data) => kept.push(data) }),
        new Noted("c", log),
      );
      const sent = Uint8Array.from({ length: 1_000_000 }, (_, index) => index % 251);
      client.write(sent);
      client.close();
      const size = () => kept.reduce((size, piece) => size + piece.length, 0);
      yield* wait(() => size() === sent.length);
      let end = 0;
      for (const piece of kept) {
        assertEquals(piece.every((byte, index) => byte === (end + index) % 251), true);
        end += piece.length;
      }
      server.close();
      yield* server.waitClosed();
    });
    assertEquals(kept[0]!.length <= 4_096, true);
    assertEquals(Math.max(...kept.map((piece) => piece.length)) > 16_384, true);
  },
});

test({
  name: "a reader that is paused and goes on in one turn is given each piece once",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    await run(function* () {
      const { server, client, served } = yield* pair(
        () => new Noted("s", log),
        new Noted("c", log),
      );
      yield* wait(() => log.length === 2);
      served().write(bytes("a"));
      for (let turn = 0; turn < 20; turn++) {
        client.pauseReading();
        client.resumeReading();
        yield* wait(() => true);
      }
      yield* wait(() => log.length === 3);
      served().write(bytes("b"));
      yield* wait(() => log.length === 4);
      client.abort();
      server.close();
      yield* server.waitClosed();
    });
    assertEquals(log.filter(([, what]) => what === "data"), [["c", "data", "a"], [
      "c",
      "data",
      "b",
    ]]);
  },
});
