/** What older versions of Deno lack is left out of this one. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { needs, test } from "../../_support/harness.ts";

const MODULE = new URL("../../../mod.ts", import.meta.url).href;

/** Runs a program in which something of Deno's is missing, and gives what it prints. */
async function runWithout(missing: string, program: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", "--no-lock", "--quiet", `${missing}${program}`],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  return text.decode(stdout) + text.decode(stderr);
}

test({
  name: "a loop and a thread need no global setImmediate, which Deno has since 2.5",
  ...needs("deno"),
  async fn() {
    const printed = await runWithout(
      "delete globalThis.setImmediate;",
      `
      const { run, sleep, toThread } = await import(${JSON.stringify(MODULE)});
      const log = [];
      await run(async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        await sleep(0.001);
        log.push(await toThread((n) => n + 1, 41));
      });
      console.log(log);
      `,
    );
    assertEquals(printed, "[ 42 ]\n");
  },
});

test({
  name: "a Deno without Node's modules is told which it takes",
  ...needs("deno"),
  async fn() {
    const printed = await runWithout(
      "delete process.getBuiltinModule;",
      `await import(${JSON.stringify(MODULE)});`,
    );
    assertStringIncludes(
      printed,
      `asyncio runs in Deno 2.2 and later, got Deno ${Deno.version.deno}`,
    );
  },
});
