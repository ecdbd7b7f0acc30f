/**
 * Collecting garbage, under Deno.
 *
 * @module
 */

/** Has the engine collect what nobody refers to, and finalizers called. */
export async function collectGarbage(): Promise<void> {
  const { process } = globalThis as unknown as {
    process: {
      getBuiltinModule(name: "node:v8"): { setFlagsFromString(flag: string): void };
      getBuiltinModule(name: "node:vm"): { runInNewContext(code: string): () => void };
    };
  };
  process.getBuiltinModule("node:v8").setFlagsFromString("--expose-gc");
  const collect = process.getBuiltinModule("node:vm").runInNewContext("gc");
  const sentinel = new WeakRef({});
  // What a job referred to is kept until the job ends.
  for (let round = 0; round < 5 && sentinel.deref() !== undefined; round++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    collect();
  }
  await new Promise((resolve) => setTimeout(resolve, 1));
}
