// kinds: generator, async
import { assertEquals } from "@std/assert";
import { getRunningLoop, run, sleep } from "../../mod.ts";
import { CERT, KEY } from "../_support/certificates.ts";
import { needs, test } from "../_support/harness.ts";
import { Noted, portOf } from "../_support/wire.ts";

test({
  name: "an encrypted connection that is closed while the other side writes ends at both ends",
  ...needs("sockets"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const log: unknown[][] = [];
      let got = 0;
      const server = yield* loop.createServer(
        () =>
          new Noted("s", log, {
            data: (data, transport) => {
              got += data.length;
              transport.write(data);
            },
          }),
        "127.0.0.1",
        0,
        { ssl: { cert: CERT, key: KEY } },
      );
      for (let round = 1; round <= 15; round++) {
        const client = new Noted("c", log);
        const [transport] = yield* loop.createConnection(
          () => client,
          "localhost",
          portOf(server),
          {
            ssl: { caCerts: [CERT] },
          },
        );
        transport.write(new Uint8Array(300_000));
        transport.close();
        const lost = () => log.filter(([, what]) => what === "lost").length;
        for (let turn = 0; turn < 5_000 && lost() < 2 * round; turn++) yield* sleep(0.001);
        assertEquals([lost(), got], [2 * round, 300_000 * round]);
      }
      server.close();
      yield* server.waitClosed();
    });
  },
});
