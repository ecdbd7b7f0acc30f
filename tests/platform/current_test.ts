import { assert, assertEquals } from "@std/assert";
import { host } from "../../lib/platform/current.ts";
import { needs, test } from "../_support/harness.ts";

test("the host is the place that this runs in", () => {
  assertEquals(host.name, needs("deno").ignore ? "browser" : "deno");
});

/** Runs a program that has this module think it is in no Deno, and gives what it prints and its exit code. */
async function runOutsideDeno(program: string): Promise<[printed: string, code: number]> {
  const { href } = new URL("../../mod.ts", import.meta.url);
  const source = `delete globalThis.Deno; ${program.replace("MOD", href)}`;
  const { stdout, stderr, code, signal } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", source],
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(60_000),
  }).output();
  assert(signal === null, "the program does not end");
  return [new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr), code];
}

test({
  name: "a browser's build that is used elsewhere keeps no process alive, before a run or after it",
  ...needs("processes"),
  async fn() {
    assertEquals(await runOutsideDeno('await import("MOD");'), ["", 0]);
    const program = `
      const { createTask, run, sleep } = await import("MOD");
      const twice = async (n) => { await sleep(0.001); return 2 * n; };
      console.log(await run(async () => await createTask(() => twice(21))));
    `;
    assertEquals(await runOutsideDeno(program), ["42\n", 0]);
  },
});

test({
  name: "a place that is neither a browser nor Deno imports the module, and hears at its first run",
  ...needs("processes"),
  async fn() {
    const program = `
      globalThis.addEventListener = undefined;
      const { NotSupportedError, run, sleep } = await import("MOD");
      const error = await run(sleep(0)).catch((error) => error);
      console.log(error instanceof NotSupportedError, error.message);
    `;
    assertEquals(await runOutsideDeno(program), [
      "true asyncio runs in browsers and in Deno, and this is neither: it has no addEventListener()\n",
      0,
    ]);
  },
});
