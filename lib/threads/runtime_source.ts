/**
 * Where a worker finds this module itself, when it is to run coroutines.
 *
 * @module
 */
import type { Workers } from "../platform/workers.ts";
import type { RuntimeSource } from "./wire.ts";

// The browser build defines it: in the script file as the function that holds the whole module, whose
// text a worker can evaluate; in the ES module as the file's own address.
declare const ASYNCIO_RUNTIME: string | (() => unknown) | undefined;

/** Where a kind of worker finds this module, or why it may not have it. */
export function runtimeSource({ importRefusal }: Pick<Workers, "importRefusal">): RuntimeSource {
  if (typeof ASYNCIO_RUNTIME === "function") {
    return { kind: "script", text: String(ASYNCIO_RUNTIME) };
  }
  const path = typeof ASYNCIO_RUNTIME === "string" ? ASYNCIO_RUNTIME : "../../mod.ts";
  const url = new URL(path, import.meta.url).href;
  const refusal = importRefusal(url);
  return refusal === null
    ? { kind: "module", url }
    : { kind: "refused", why: `cannot import ${url} in a worker: ${refusal}` };
}
