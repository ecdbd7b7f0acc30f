/** What `deno task leaks` says, in bytes. */
import { assertEquals, assertGreater, assertLess } from "@std/assert";
import { join } from "node:path";
import { BARE_ROUNDS, ROUNDS } from "../../bench/leak_rows.ts";
import type { Leaks } from "../../bench/leaks.ts";
import { test } from "../../_support/harness.ts";
import { ROOT } from "../../_support/test_files.ts";

/** The most that may be kept of 20,000 waits, in bytes. */
const BOUND = 500_000;

async function measure(name: string): Promise<Leaks> {
  const script = join(ROOT, "tests", "bench", "leaks.ts");
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    // Quiet: the first to run on a machine has libraries to download.
    args: ["run", "--quiet", "-A", "--no-check", "--v8-flags=--expose-gc", script, "--json", name],
  }).output();
  const text = new TextDecoder();
  assertEquals(text.decode(stderr), "");
  return JSON.parse(text.decode(stdout));
}

for (const name of Object.keys(ROUNDS)) {
  test(`20,000 times ${name} leaves less than half a megabyte`, async () => {
    // What leaks does so every time; what the engine has just compiled, or not yet swept, may weigh once.
    const kept: number[] = [];
    while (kept.length < 3 && !kept.some((bytes) => bytes < BOUND)) {
      kept.push((await measure(name)).ours[name]!);
    }
    assertLess(Math.min(...kept), BOUND, `kept in turn: ${kept}`);
  });
}

test("deno task leaks finds what Promise.race() keeps", async () => {
  const [name = ""] = Object.keys(BARE_ROUNDS);
  assertGreater((await measure(name)).bare[name]!, 10 * BOUND);
});
