/**
 * Where a worker finds this module itself, when it is to run coroutines.
 *
 * @module
 */
import type { Workers } from "../platform/workers.ts";
import type { RuntimeSource } from "./wire.ts";

// The browser build defines them: the ES module has the file's own address; the script file, which has none, the
// function that holds the whole module, whose text a worker can evaluate.
declare const ASYNCIO_FILE: string | undefined;
declare const ASYNCIO_SCRIPT: () => unknown;

// Not written where it is used, or a bundler would look for this file beside its own.
const SOURCE = "../../mod.ts";

/** Where a kind of worker finds this module, or why it may not have it. */
export function runtimeSource({ importRefusal }: Pick<Workers, "importRefusal">): RuntimeSource {
  if (typeof ASYNCIO_FILE === "string" && ASYNCIO_FILE === "") {
    return { kind: "script", text: String(ASYNCIO_SCRIPT) };
  }
  // With the address in its place, this is what bundlers put the file beside theirs by.
  const { href: url } = typeof ASYNCIO_FILE === "string"
    ? new URL(ASYNCIO_FILE, import.meta.url)
    : new URL(SOURCE, import.meta.url);
  const refusal = importRefusal(url);
  return refusal === null
    ? { kind: "module", url }
    : { kind: "refused", why: `cannot import ${url} in a worker: ${refusal}` };
}
