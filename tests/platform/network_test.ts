import { assertEquals } from "@std/assert";
import { needs, test } from "../_support/harness.ts";

const MODULE = new URL("../../mod.ts", import.meta.url).href;

/** Runs a program in a Deno with these permissions; gives what it prints. */
async function program(flags: readonly string[], body: string): Promise<string> {
  const source = `import { DatagramProtocol, getRunningLoop, Protocol, run } from ${
    JSON.stringify(MODULE)
  };
const told = [];
await run(function* () {
  const loop = getRunningLoop();
  const factory = () => new Protocol();
  const ask = function* (name, make) {
    try {
      yield* make();
      told.push(name + ": made");
    } catch (error) {
      told.push(name + ": " + error.name);
    }
  };
${body}
});
console.log(told.join(", "));
Deno.exit(0);`;
  const url = `data:application/javascript,${encodeURIComponent(source)}`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", ...flags, url],
    stdin: "null",
    signal: AbortSignal.timeout(30_000),
  }).output();
  return new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr);
}

const ALL = `
  yield* ask("connect", () => loop.createConnection(factory, "127.0.0.1", 9));
  yield* ask("name", () => loop.createConnection(factory, "localhost", 9));
  yield* ask("serve", () => loop.createServer(factory, "127.0.0.1", 0));
  yield* ask("serve name", () => loop.createServer(factory, "localhost", 0));
  yield* ask("unix", () => loop.createUnixServer(factory, "/tmp/no/such"));
  yield* ask("datagrams", () => loop.createDatagramEndpoint(() => new DatagramProtocol(), { localAddr: ["127.0.0.1", 0] }));
`;

test({
  name: "what may not be done fails with Deno's own error, and neither hangs nor ends the program",
  ...needs("processes", "sockets"),
  async fn() {
    const denied = "NotCapable";
    const names = ["connect", "name", "serve", "serve name", "unix", "datagrams"];
    for (const flags of [["--deny-net"], []]) {
      const flagsOfModule = ["--allow-import", "--allow-read=.", ...flags];
      assertEquals(
        await program(flagsOfModule, ALL),
        names.map((name) => `${name}: ${denied}`).join(", "),
      );
    }
  },
});

test({
  name: "a name that may be used is served, though its addresses may not",
  ...needs("processes", "sockets"),
  async fn() {
    const body = `
  yield* ask("serve", () => loop.createServer(factory, "localhost", 0));
  yield* ask("other", () => loop.createServer(factory, "127.0.0.1", 0));
  yield* ask("datagrams", () => loop.createDatagramEndpoint(() => new DatagramProtocol(), { localAddr: ["localhost", 0] }));
`;
    assertEquals(
      await program(["--allow-net=localhost"], body),
      "serve: made, other: NotCapable, datagrams: NotCapable",
    );
  },
});

test({
  name: "a datagram to who may not be sent to is told to errorReceived()",
  ...needs("processes", "sockets"),
  async fn() {
    const body = `
  const failed = loop.createFuture();
  class Told extends DatagramProtocol {
    errorReceived(error) { failed.setResult("told of " + (error instanceof Error)); }
  }
  const [endpoint] = yield* loop.createDatagramEndpoint(() => new Told(), { localAddr: ["127.0.0.1", 0] });
  endpoint.sendto(new Uint8Array(1), ["127.0.0.9", 9]);
  told.push(yield* failed);
`;
    assertEquals(await program(["--allow-net=127.0.0.1"], body), "told of true");
  },
});
