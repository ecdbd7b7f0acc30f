/**
 * Picks the host. The test is of a form that a bundler folds, so that a browser build holds nothing
 * of Deno's.
 *
 * @module
 */
import { browserHost } from "./browser/host.ts";
import { denoHost } from "./deno/host.ts";
import type { Host } from "./host.ts";

declare const Deno: unknown;

/** The host that this runs in. */
export const host: Host = typeof Deno === "undefined" ? browserHost() : denoHost();
