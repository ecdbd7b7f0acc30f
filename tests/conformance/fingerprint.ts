/**
 * Traces in short, to be kept in the tree.
 *
 * @module
 */
import type { Json } from "./json.ts";
import { MESSAGES } from "./slots.ts";
import type { Entry } from "./trace.ts";

/** How many programs are recorded, from seed 0. */
export const RECORDED_PROGRAMS = 500;

/**
 * A number that tells traces apart (FNV-1a, 32 bits, in base 36). Messages count where a program made
 * them; how this module's own go on after CPython's text does not.
 */
export function fingerprint(trace: readonly Entry[]): string {
  const text = JSON.stringify(
    trace,
    (key: string, value: Json) =>
      key === "message" && !MESSAGES.includes(value as string) ? "…" : value,
  );
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
