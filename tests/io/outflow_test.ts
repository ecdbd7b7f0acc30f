import { assertEquals } from "@std/assert";
import { run } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { bytes, type Log, Noted, pair, wait } from "../_support/wire.ts";

test({
  name:
    "what waits to be written goes out in order, small pieces and large ones, to the last byte before the end",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    let got = "";
    await run(function* () {
      const data = (piece: Uint8Array) => got += new TextDecoder().decode(piece);
      const { server, client } = yield* pair(
        () => new Noted("s", [], { data }),
        new Noted("c", log),
      );
      let sent = "";
      for (let count = 0; count < 500; count++) {
        const piece = `${count},`.repeat(count % 50 === 0 ? 20_000 : 1);
        sent += piece;
        if (count % 2 === 0) client.write(bytes(piece));
        else client.writelines([bytes(piece.slice(0, 1)), bytes(piece.slice(1))]);
      }
      client.writeEof();
      yield* wait(() => got.length === sent.length);
      assertEquals(got === sent, true);
      server.close();
      yield* server.waitClosed();
      yield* wait(() => log.some(([, what]) => what === "lost"));
    });
    assertEquals(log.at(-1), ["c", "lost", null]);
  },
});
