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

const ASIDE = `
const { run, createTask, gather, sleep, currentTask } = await import(${JSON.stringify(MODULE)});
const { AsyncLocalStorage } = process.getBuiltinModule("node:async_hooks");
const storage = new AsyncLocalStorage();
const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
const log = await storage.run("kept", () => run(async () =>
  await gather([1, 2].map((n) => async () => {
    const task = currentTask();
    await pause();
    await sleep(0);
    const made = await storage.run(n, () => createTask(async () => storage.getStore()));
    await storage.run(n, pause);
    return [storage.getStore(), made, currentTask() === task];
  }))
));
console.log(JSON.stringify(log), storage.getStore());
`;

for (
  const [name, missing] of [
    ["keeps no internals", "delete Deno.internal;"],
    ["keeps no core in them", "Deno[Deno.internal] = {};"],
    ["gives no way to its async context", "Deno[Deno.internal] = { core: {} };"],
    [
      "has another async context under the old name",
      `
      let context;
      const core = { getAsyncContext: () => context, setAsyncContext: (set) => void (context = set) };
      Deno[Deno.internal] = { core };
      `,
    ],
    [
      "refuses to have its async context set",
      `
      const { getAsyncContext } = Deno[Deno.internal].core;
      const setAsyncContext = () => { throw new Error("not yours"); };
      Deno[Deno.internal] = { core: { getAsyncContext, setAsyncContext } };
      `,
    ],
    ["is as it is", ""],
  ] as const
) {
  test({
    name: `tasks are told apart after promises of others in a Deno that ${name}`,
    ...needs("deno"),
    async fn() {
      assertEquals(
        await runWithout(missing, ASIDE),
        '[["kept",1,true],["kept",2,true]] undefined\n',
      );
    },
  });
}
