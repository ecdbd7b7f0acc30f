/** What a bundler keeps of the module for a program that imports little of it. */
import { assert, assertEquals } from "@std/assert";
import * as asyncio from "../mod.ts";
import type { Bundled } from "./_support/bundle_alone.ts";
import { needs, test } from "./_support/harness.ts";

async function bundleAlone(...programs: readonly string[]): Promise<Bundled[]> {
  const script = new URL("_support/bundle_alone.ts", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...programs],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

test({
  name:
    "a program that imports the core alone gets no threads, sockets, console, trace or schedule with it",
  ...needs("files", "deno"),
  async fn() {
    const [core, threads, methods] = await bundleAlone(
      "run,sleep,gather,wait,timeout,TaskGroup,Lock,Queue",
      "toThread",
      "LoopMethods",
    );
    const others =
      /^(io|threads|repl|testing|transports)\/|^inspect\/(trace|recorder|call_graph|ps)|\/(schedule|workers)\.ts$/;
    assertEquals(core?.kept.filter((path) => others.test(path)), []);
    assert(core?.kept.includes("kernel/promise_bridge.ts"), "await needs the bridge");
    assert(threads?.kept.includes("threads/thread_pool.ts"), "toThread needs a default executor");
    assert(methods?.kept.includes("io/signals.ts"), "LoopMethods stands for the loop's methods");
  },
});

test({
  name:
    "whatever a program imports, no function is called that a class was to provide which is not there",
  ...needs("files", "deno"),
  async fn() {
    const all = await bundleAlone(...Object.keys(asyncio));
    assertEquals(all.filter(({ missing }) => missing.length > 0), []);
  },
});
