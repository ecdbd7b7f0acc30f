/**
 * What of a value does not cross between threads, where in it that is, and the words for it.
 *
 * @module
 */
import { type Encoder, makeEncoder, type Reader } from "./wire.ts";

/** What finds in a value what does not cross, on both sides. */
export interface Finder extends Reader {
  /** Where in a value the thing is that cannot be cloned, and what it is; `null` if there is none. */
  obstacle(value: unknown, path: string): Obstacle | null;
  /** The error of something that cannot be sent; `what` it is, in words, and `path`, where a part of it is. */
  refusal(what: string, { value, path, cause }: Refused): TypeError;
}

/** What cannot be sent. */
export interface Refused {
  readonly value: unknown;
  readonly path: string;
  /** What was thrown as it was sent. */
  readonly cause: unknown;
}

/** The part of this that runs on both sides. */
export interface Codec extends Encoder, Finder {}

/** A thing within a value that does not cross. */
export interface Obstacle {
  readonly path: string;
  readonly what: string;
  readonly error?: unknown;
}

/**
 * Makes the codec of this thread.
 *
 * @param emptied The names of the classes whose objects this place's clone empties.
 */
export function makeCodec(emptied: readonly string[] = []): Codec {
  const finder = makeFinder(emptied, isPlain);
  return { ...finder, ...makeEncoder(finder) };
}

/**
 * Tells whether a value is of lists, simple objects and bytes alone, as far as it is looked at. Most
 * values are, and of those nothing is lost on the way. Sent as text, too.
 *
 * @param value The value.
 * @param depth How many objects within objects are looked at.
 */
export function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return true;
  const prototype = Object.getPrototypeOf(value);
  return depth > 0 && (prototype === Object.prototype || prototype === Array.prototype) &&
    Object.values(value).every((item) => isPlain(item, depth - 1));
}

/**
 * Makes the finder; sent as text, too.
 *
 * @param emptied The names of the classes whose objects this place's clone empties.
 * @param isPlain The function of this name.
 */
export function makeFinder(
  emptied: readonly string[],
  isPlain: (value: unknown, depth: number) => boolean,
): Finder {
  const methods = {
    describe(value: unknown): string {
      if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
      if (typeof value !== "object" || value === null) return String(value);
      try {
        return Object.prototype.toString.call(value);
      } catch {
        return "an object that cannot be read";
      }
    },

    /** A getter may throw, and a value not be one of which a string can be made. */
    read<T>(part: () => T): T | undefined {
      try {
        return part();
      } catch {
        return undefined;
      }
    },

    children(value: object, path: string): [path: string, value: unknown][] {
      if (value instanceof Map) {
        return [...value].flatMap(([key, item]): [string, unknown][] => [
          [`${path}.keys()`, key],
          [`${path}.get(${methods.describe(key)})`, item],
        ]);
      }
      if (value instanceof Set) return [...value].map((item) => [`${path}.values()`, item]);
      return Object.keys(value).map((key) => {
        const at = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
        try {
          return [at, Reflect.get(value, key)];
        } catch (error) {
          throw { path: at, what: "a getter that throws", error };
        }
      });
    },

    search(value: unknown, path: string, seen: Set<unknown>): Obstacle | null {
      if (seen.has(value)) return null;
      seen.add(value);
      try {
        structuredClone(value);
        return null;
      } catch (error) {
        if (typeof value === "object" && value !== null) {
          for (const [childPath, child] of methods.children(value, path)) {
            const found = methods.search(child, childPath, seen);
            if (found !== null) return found;
          }
        }
        return { path, what: methods.describe(value), error };
      }
    },

    /** By name first: to look at some of the classes makes Deno load them, and that takes milliseconds. */
    isEmptied(prototype: object | null): boolean {
      for (let at = prototype; at !== null; at = Object.getPrototypeOf(at)) {
        const maker = Object.getOwnPropertyDescriptor(at, "constructor")?.value;
        const name = typeof maker === "function" ? maker.name : "";
        if (emptied.includes(name) && Reflect.get(globalThis, name) === maker) return true;
      }
      return false;
    },

    /** Whether a value is, or is a list of, what holds nothing else, as most is. */
    isFlat(value: unknown): boolean {
      return isPlain(value, 0) ||
        (Array.isArray(value) && value.every((part) => isPlain(part, 0)));
    },

    /** Looks at each object of a value once. */
    lost(value: unknown, seen: Set<object>): Obstacle | null {
      if (methods.isFlat(value) || seen.has(value as object)) return null;
      const parts = value as Record<string, unknown>;
      const isList = Array.isArray(parts);
      seen.add(parts);
      const prototype = Object.getPrototypeOf(parts);
      if (prototype !== Object.prototype && prototype !== Array.prototype) {
        // base/staying.ts defines it.
        const what = Reflect.get(parts, Symbol.for("asyncio.stays"))?.call(parts) ??
          (methods.isEmptied(prototype) && methods.describe(parts));
        if (what) return { path: "", what };
        if (parts instanceof Error) return null;
      }
      if (parts instanceof Map || parts instanceof Set) {
        for (const [path, child] of methods.children(parts, "")) {
          const found = methods.lost(child, seen);
          if (found) return { ...found, path: path + found.path };
        }
      }
      for (const key of Object.keys(parts)) {
        const found = methods.lost(parts[key], seen);
        // The path is made on the way back, for of most values there is none.
        if (found) return { ...found, path: (isList ? `[${key}]` : `.${key}`) + found.path };
      }
      return null;
    },

    obstacle(value: unknown, path: string): Obstacle | null {
      try {
        return methods.search(value, path, new Set());
      } catch (error) {
        // A getter has said where it is; else what is there is too deep, or no longer to be read.
        return error instanceof Error
          ? { path, what: methods.describe(value), error }
          : error as Obstacle;
      }
    },

    // This place's clone empties objects of some classes, and any clone those that belong to their thread.
    loss(value: unknown, path: string, moved: readonly object[] = []): ReturnType<Finder["loss"]> {
      // To a process nothing is moved but memory.
      const kept = emptied.includes("MessagePort") ? [] : moved;
      // What cannot be read is not lost: it cannot be sent, and whoever sends it is told.
      // Of what is flat not even a set is made.
      const found = methods.read(() =>
        methods.isFlat(value) ? null : methods.lost(value, new Set(kept))
      );
      return found ? { ...found, path: path + found.path } : null;
    },

    refusal(what: string, { value, path, cause }: Refused): TypeError {
      const found = methods.loss(value, path) ?? methods.obstacle(value, path);
      const words = cause instanceof Error ? cause.message : String(cause);
      const why = found === null ? words : `${found.path} is ${found.what}`;
      return new TypeError(`cannot send ${what} to another thread: ${why}`, { cause });
    },
  };
  return methods;
}
