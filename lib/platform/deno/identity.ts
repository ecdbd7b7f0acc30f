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
import { denoGlobal, type Snapshot } from "./namespace.ts";

const VALUE: unique symbol = Symbol("asyncio.value");

/** What goes along: the entries of storages, by numbers that are theirs, and this file's value. */
interface AsyncContext {
  readonly [VALUE]?: unknown;
}

/** The context of a value alone. A class, for an object that is written down without a prototype is a dictionary. */
class ValueContext implements AsyncContext {
  declare readonly [VALUE]: unknown;

  static readonly #bare: void = /* @__PURE__ */ (() => {
    Object.setPrototypeOf(this.prototype, null);
  })();

  constructor(value: unknown) {
    (this as { [VALUE]: unknown })[VALUE] = value;
  }
}

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

/** Whether there is nothing of a storage's in a context. */
function isOurs(context: AsyncContext | undefined): boolean {
  return context === undefined || context instanceof ValueContext;
}

function withValue(value: unknown, context: AsyncContext | undefined): AsyncContext {
  return { __proto__: null, ...context, [VALUE]: value } as AsyncContext;
}

function directIdentity({ getAsyncContext, setAsyncContext }: ContextAccess): AsyncIdentity {
  const placeHere = (): AsyncContext | null => {
    const context = getAsyncContext();
    return isOurs(context) ? null : withValue(undefined, context);
  };
  return {
    run(value, callback, argument, place) {
      const before = getAsyncContext();
      const context = (place as AsyncContext | null) ?? before;
      setAsyncContext(isOurs(context) ? new ValueContext(value) : withValue(value, context));
      try {
        return callback(argument);
      } finally {
        setAsyncContext(before);
      }
    },
    place: placeHere,
    capture() {
      const context = placeHere() ?? undefined;
      return (callback) => {
        const before = getAsyncContext();
        setAsyncContext(context);
        try {
          callback();
        } finally {
          setAsyncContext(before);
        }
      };
    },
    get: () => getAsyncContext()?.[VALUE],
  };
}

function storedIdentity(): AsyncIdentity {
  const { AsyncLocalStorage } = denoGlobal.process.getBuiltinModule("node:async_hooks");
  const storage = new AsyncLocalStorage();
  return {
    run: (value, callback, argument, place) =>
      place === null
        ? storage.run(value, callback, argument)
        : (place as Snapshot)(() => storage.run(value, callback, argument)),
    place: () => AsyncLocalStorage.snapshot(),
    // Not storage.exit(): what is begun inside it still sees the value, in Deno 2.9.
    capture: () => storage.run(undefined, () => AsyncLocalStorage.snapshot()),
    get: () => storage.getStore(),
  };
}

/** Tells whether an identity and a storage of somebody's leave each other alone, whichever is entered first. */
function getsAlong(identity: AsyncIdentity): boolean {
  const { AsyncLocalStorage } = denoGlobal.process.getBuiltinModule("node:async_hooks");
  const storage = new AsyncLocalStorage();
  const seen: unknown[] = [];
  const look = (): void => void seen.push(storage.getStore(), identity.get());
  let inInner = (callback: () => void): void => callback();
  const inStorage = (): void => {
    look();
    identity.run("d", look, undefined, null);
    inInner = identity.capture();
  };
  const inIdentity = (): void => {
    look();
    storage.run("c", inStorage);
    look();
  };
  try {
    storage.run("a", () => {
      identity.run("b", inIdentity, undefined, null);
      inInner(look);
      look();
    });
    look();
  } catch {
    return false;
  }
  return seen.join() === "a,b,c,b,c,d,a,b,c,,a,,,";
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
