import { assertEquals } from "@std/assert";
import { getRunningLoop, run } from "../../mod.ts";
import { CERT, KEY } from "../_support/certificates.ts";
import { needs, test } from "../_support/harness.ts";
import { bytes, type Log, Noted, pair, portOf, wait } from "../_support/wire.ts";

test({
  name:
    "EventLoop.startTls() sends what was written before it, and encrypts what is encrypted already",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    let size = 0;
    await run(function* () {
      const loop = getRunningLoop();
      const served = new Noted("s", log, { data: (data) => size += data.length });
      const client = new Noted("c", log);
      const { server, client: plain } = yield* pair(() => served, client);
      plain.write(new Uint8Array(1_000_000));
      yield* wait(() => size === 1_000_000);
      let [there, here] = [served.transport, plain];
      for (let layer = 0; layer < 2; layer++) {
        const other = loop.startTls(there, served, { cert: CERT, key: KEY }, { serverSide: true });
        const task = loop.createTask(other);
        here = yield* loop.startTls(here, client, { caCerts: [CERT] }, {
          serverHostname: "localhost",
        });
        there = yield* task;
      }
      assertEquals((here.getExtraInfo("peername") as unknown[])[1], portOf(server));
      here.write(bytes("deep"));
      yield* wait(() => size === 1_000_004);
      here.close();
      yield* wait(() => log.filter(([, what]) => what === "lost").length === 2);
      server.close();
      yield* server.waitClosed();
    });
    assertEquals(
      log.filter(([, what]) => what === "made" || what === "lost").map(([, what]) => what),
      [
        "made",
        "made",
        "lost",
        "lost",
      ],
    );
  },
});

test({
  name: "Server.closeClients() closes a connection that was encrypted midway",
  ...needs("sockets"),
  async fn() {
    const log: Log = [];
    await run(function* () {
      const loop = getRunningLoop();
      const served = new Noted("s", log);
      const client = new Noted("c", log);
      const { server, client: plain } = yield* pair(() => served, client);
      yield* wait(() => log.length === 2);
      const task = loop.createTask(
        loop.startTls(served.transport, served, { cert: CERT, key: KEY }, { serverSide: true }),
      );
      yield* loop.startTls(plain, client, { caCerts: [CERT] }, { serverHostname: "localhost" });
      yield* task;
      server.closeClients();
      yield* wait(() => log.filter(([, what]) => what === "lost").length === 2);
      server.close();
      yield* server.waitClosed();
    });
    assertEquals(log.filter(([, what]) => what === "lost").length, 2);
  },
});
