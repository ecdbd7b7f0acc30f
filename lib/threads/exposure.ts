/**
 * What a thread lets those call that it has started: functions of its own, which a loop of its own runs.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { getEventLoop } from "../kernel/loops.ts";
import { isLoop } from "../kernel/scheduler.ts";
import type { AnyFunction } from "./crossing.ts";

/** Functions, by the names under which another thread calls them. */
export type Exposed = Readonly<Record<string, AnyFunction>>;

/** The options of whatever starts threads or processes, as to what these may call here. */
export interface ExposeOptions {
  /**
   * Functions of this thread that code there can call, through {@linkcode parentLoop}, by these names.
   * They may be coroutines of either kind, and close over what they like, for they stay here.
   */
  expose?: Exposed | undefined;
  /**
   * The loop that runs them; the one that runs or was set when the object is made, where left out.
   */
  parent?: EventLoop | undefined;
}

/** What the options of {@linkcode ExposeOptions} are called. */
export const EXPOSE_OPTIONS: readonly (keyof ExposeOptions)[] = ["expose", "parent"];

/** What is exposed, once it is checked. */
export interface Exposure {
  /** The loop that runs the functions. */
  readonly loop: EventLoop;
  /** The functions, by their names. */
  readonly functions: ReadonlyMap<string, AnyFunction>;
}

/**
 * Reads {@linkcode ExposeOptions}.
 *
 * @throws {TypeError} If something exposed is no function, or `parent` no loop.
 * @throws {RuntimeError} If there is no loop to run them.
 */
export function makeExposure({ expose, parent }: ExposeOptions): Exposure | null {
  if (parent !== undefined && !isLoop(parent)) {
    throw new TypeError(`parent must be an EventLoop of this thread, got ${describe(parent)}`);
  }
  if (expose === undefined) return null;
  if (typeof expose !== "object" || expose === null) {
    throw new TypeError(`expose must be an object of functions, got ${describe(expose)}`);
  }
  const functions = new Map(Object.entries(expose));
  for (const [name, value] of functions) {
    if (typeof value === "function") continue;
    throw new TypeError(`expose.${name} must be a function, got ${describe(value)}`);
  }
  return { loop: parent ?? getEventLoop(), functions };
}

/**
 * Finds an exposed function, and the loop that runs it.
 *
 * @throws {RuntimeError} If there is none of the name.
 */
export function findExposed(
  exposure: Exposure | null,
  name: string,
): { loop: EventLoop; call: (...args: unknown[]) => unknown } {
  const call = exposure?.functions.get(name);
  if (exposure !== null && call !== undefined) {
    return { loop: exposure.loop, call: call as (...args: unknown[]) => unknown };
  }
  const names = [...exposure?.functions.keys() ?? []].join(", ") || "nothing";
  throw new RuntimeError(
    `the parent exposes no function '${name}' to this thread: its option expose has ${names}`,
  );
}
