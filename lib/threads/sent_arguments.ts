/**
 * Arguments on their way to another thread: what in them does not cross, in words.
 *
 * @module
 */
import { type Codec, makeCodec, type Obstacle } from "./finder.ts";

/** What can be given in place of what no clone takes, where it is sure what was meant. */
const WAYS: Readonly<Record<string, string>> = {
  "[object Generator]": ": a coroutine object stays in its thread, await it first",
  "[object Promise]": ": await it first",
};

const codec = /* @__PURE__ */ makeCodec();

/** Where a value has something that cannot be cloned, in words; `null` if nothing is found. */
export function findObstacle(value: unknown, path: string): string | null {
  const found = codec.obstacle(value, path);
  return found === null ? null : inWords(found);
}

/** Where a value has one of this module's objects that belong to their thread, in words; `null` if it has none. */
export function findStaying(value: unknown, path: string): string | null {
  const found = codec.loss(value, path);
  return found === null ? null : inWords(found);
}

/**
 * Checks, at the call, that no argument has in it what belongs to this thread: a clone of it would be an empty object.
 *
 * @param name What is called, for messages.
 * @throws {TypeError} If one has.
 */
export function checkArguments(name: string, args: readonly unknown[]): void {
  if (codec.loss(args, "args") !== null) throw argumentError(name, args, { codec });
}

/** The error of arguments that cannot be sent. */
export function argumentError(
  name: string,
  args: readonly unknown[],
  { codec, ...options }: { codec: Codec; cause?: unknown },
): TypeError {
  const text = "cannot send";
  for (const [index, argument] of args.entries()) {
    const path = `args[${index}]`;
    const found = codec.loss(argument, path) ?? codec.obstacle(argument, path);
    if (found === null) continue;
    return new TypeError(
      `${text} argument ${index + 1} of ${name}() to another thread: ${inWords(found)}`,
      options,
    );
  }
  const { cause } = options;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TypeError(`${text} the arguments of ${name}() to another thread: ${why}`, options);
}

function inWords({ path, what }: Obstacle): string {
  return `${path} is ${what}${WAYS[what] ?? ""}`;
}
