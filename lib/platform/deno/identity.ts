/**
 * How Deno tells whose code runs, across promises.
 *
 * An `AsyncLocalStorage` does it, and keeps each value in a map of its own that is weak. That costs a task of an async
 * function a microsecond to enter, and two more for each await while thousands wait, for the collector goes through the map
 * each time. What the storage sets and reads, the engine's one value that goes along with a promise's reactions, can be had
 * without it. It is no public interface; so it is tried first whether it is there and gets along with storages, and where not,
 * a storage serves.
 *
 * @module
 */

import type { AsyncIdentity } from "../host.ts";
import { denoGlobal } from "./namespace.ts";

const VALUE: unique symbol = Symbol("asyncio.value");
const OUTSIDE: unique symbol = Symbol("asyncio.outside");

/** What goes along: the entries of storages, by numbers that are theirs, and what this file adds. */
interface AsyncContext {
  readonly [VALUE]?: unknown;
  /** The context that is left for, where there was one before a value was entered. */
  readonly [OUTSIDE]?: AsyncContext | undefined;
}

/** The context of a value alone. A class, for an object that is written down without a prototype is a dictionary. */
class ValueContext implements AsyncContext {
  declare readonly [VALUE]: unknown;

  constructor(value: unknown) {
    (this as { [VALUE]: unknown })[VALUE] = value;
  }
}

Object.setPrototypeOf(ValueContext.prototype, null);

/** Deno's way to the value that goes along. */
interface ContextAccess {
  getAsyncContext(): AsyncContext | undefined;
  setAsyncContext(context: AsyncContext | undefined): void;
}

function contextAccess(): ContextAccess | null {
  const { Deno } = denoGlobal;
  const core = Deno.internal === undefined ? undefined : Deno[Deno.internal]?.core;
  return typeof core?.getAsyncContext === "function" && typeof core.setAsyncContext === "function"
    ? core as ContextAccess
    : null;
}

/** The context of a value, beside the entries of the storages that are in force. */
function contextWith(value: unknown, before: AsyncContext | undefined): AsyncContext {
  if (before === undefined || before instanceof ValueContext) return new ValueContext(value);
  const outside = before[VALUE] === undefined ? before : before[OUTSIDE];
  return { __proto__: null, ...before, [VALUE]: value, [OUTSIDE]: outside } as AsyncContext;
}

function directIdentity({ getAsyncContext, setAsyncContext }: ContextAccess): AsyncIdentity {
  return {
    run(value, callback, argument) {
      const before = getAsyncContext();
      setAsyncContext(contextWith(value, before));
      try {
        return callback(argument);
      } finally {
        setAsyncContext(before);
      }
    },
    exit(callback) {
      const before = getAsyncContext();
      if (before === undefined || before[VALUE] === undefined) return callback();
      setAsyncContext(before[OUTSIDE]);
      try {
        return callback();
      } finally {
        setAsyncContext(before);
      }
    },
    get() {
      const context = getAsyncContext();
      return context === undefined ? undefined : context[VALUE];
    },
  };
}

function storedIdentity(): AsyncIdentity {
  const { AsyncLocalStorage } = denoGlobal.process.getBuiltinModule("node:async_hooks");
  const storage = new AsyncLocalStorage();
  return {
    run: (value, callback, argument) => storage.run(value, callback, argument),
    // Not storage.exit(): what is begun inside it still sees the value, in Deno 2.9.
    exit: (callback) =>
      storage.getStore() === undefined ? callback() : storage.run(undefined, callback),
    get: () => storage.getStore(),
  };
}

/** Tells whether an identity and a storage of somebody's leave each other alone, whichever is entered first. */
function getsAlong(identity: AsyncIdentity): boolean {
  const { AsyncLocalStorage } = denoGlobal.process.getBuiltinModule("node:async_hooks");
  const storage = new AsyncLocalStorage();
  const seen: unknown[] = [];
  const look = (): void => void seen.push(storage.getStore(), identity.get());
  const inStorage = (): void => {
    look();
    identity.run("d", look, undefined);
    identity.exit(look);
  };
  const inIdentity = (): void => {
    look();
    storage.run("c", inStorage);
    look();
  };
  try {
    storage.run("a", () => {
      identity.run("b", inIdentity, undefined);
      look();
    });
    look();
  } catch {
    return false;
  }
  return seen.join() === "a,b,c,b,c,d,a,,a,b,a,,,";
}

/** Makes what follows tasks through promises. */
export function denoIdentity(): AsyncIdentity {
  const access = contextAccess();
  if (access !== null) {
    const identity = directIdentity(access);
    if (getsAlong(identity)) return identity;
  }
  return storedIdentity();
}
