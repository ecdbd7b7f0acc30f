/**
 * What a place can have, how it is told, and the reason that stands beside every test that a place
 * skips for want of it.
 *
 * @module
 */

/** Something that not every place has; a test that needs it says so by {@linkcode needs}. */
export type Capability =
  | "asyncStacks"
  | "asyncIdentity"
  | "browser"
  | "compiler"
  | "deno"
  | "files"
  | "noSharedMemory"
  | "processes"
  | "sharedMemory"
  | "signals"
  | "sockets"
  | "sources"
  | "terminal"
  | "workers";

interface CapabilityFacts {
  /** Whether this place has it. */
  has(): boolean;
  /** Why another place lacks it. */
  reason: string;
}

const inDeno = typeof Deno !== "undefined";

const CAPABILITIES: Readonly<Record<Capability, CapabilityFacts>> = {
  asyncIdentity: {
    has: () => inDeno || "AsyncContext" in globalThis,
    reason: "this browser carries no identity across foreign promises (no AsyncContext)",
  },
  asyncStacks: {
    has: () => /^Error/.test(new Error().stack ?? ""),
    reason: "this engine's stacks do not go through an await",
  },
  browser: { has: () => !inDeno, reason: "there is no page outside a browser" },
  compiler: {
    has: () => inDeno && hasCompiler(),
    reason: "`deno compile` needs a runtime (denort) that is not on this machine",
  },
  deno: { has: () => inDeno, reason: "a page has no Deno" },
  files: { has: () => inDeno, reason: "a page has no file system" },
  noSharedMemory: {
    has: () => typeof SharedArrayBuffer === "undefined",
    reason: "only a page without cross-origin isolation has no SharedArrayBuffer",
  },
  processes: { has: () => inDeno, reason: "a page cannot start processes" },
  sharedMemory: {
    has: () => typeof SharedArrayBuffer !== "undefined",
    reason: "a page without cross-origin isolation has no SharedArrayBuffer",
  },
  signals: { has: () => inDeno, reason: "a page is sent no signals" },
  sockets: { has: () => inDeno, reason: "a page cannot open sockets" },
  sources: {
    has: () => inDeno,
    reason: "in a page the module is in several files, shared with its tests",
  },
  terminal: { has: () => inDeno, reason: "a page has no terminal" },
  workers: { has: () => typeof Worker !== "undefined", reason: "this place has no Worker" },
};

/** Whether `deno compile` has the runtime that it puts into programs, or may use one by the variable. */
function hasCompiler(): boolean {
  if (Deno.env.get("DENORT_BIN") !== undefined) return true;
  const cache = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  try {
    return [...Deno.readDirSync(`${cache}/dl/release/v${Deno.version.deno}`)]
      .some(({ name }) => name.startsWith("denort"));
  } catch {
    return false;
  }
}

/** Why this place cannot run a test that needs these capabilities, or `null` when it can. */
export function whyNot(capabilities: readonly Capability[]): string | null {
  const missing = capabilities.filter((capability) => !CAPABILITIES[capability].has());
  if (missing.length === 0) return null;
  return missing.map((name) => `needs ${name}: ${CAPABILITIES[name].reason}`).join("; ");
}
