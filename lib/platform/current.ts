/**
 * Picks the host. The test is of a form that a bundler folds, so that a browser build holds nothing
 * of Deno's.
 *
 * @module
 */
import { browserHost } from "./browser/host.ts";
import { browserWorkers } from "./browser/workers.ts";
import { denoHost } from "./deno/host.ts";
import { denoWorkers } from "./deno/workers.ts";
import type { Host } from "./host.ts";
import type { Workers } from "./workers.ts";

declare const Deno: unknown;

/** The host that this runs in. */
export const host: Host = typeof Deno === "undefined" ? browserHost() : denoHost();

/** Its threads. Apart from the rest, which a program without threads can have alone. */
export const hostWorkers: Workers = /* @__PURE__ */ pickWorkers();

function pickWorkers(): Workers {
  return typeof Deno === "undefined" ? browserWorkers() : denoWorkers();
}
