/**
 * Stacks, as the engines write them.
 *
 * An engine gives a stack as text, in one of two forms: `at name (file:line:column)` (V8), or
 * `name@file:line:column` (SpiderMonkey, JavaScriptCore). A generator that was resumed stands in it like a
 * function that was called, under it what resumed it, and so on through every `yield*`.
 *
 * The text is taken at once, and never the error that has it: as long as nobody has asked for the text V8
 * keeps all that the stack refers to alive.
 *
 * @module
 */

/**
 * One place in a stack.
 *
 * @example
 * ```ts
 * import { createTask, Event, run } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await run(function* () {
 *   const never = new Event();
 *   function* inner() {
 *     yield* never.wait();
 *   }
 *   const task = createTask(function* outer() {
 *     yield* inner();
 *   });
 *   yield;
 *   assertEquals(task.getStack().map((frame) => frame.name), ["outer", "inner", "Event.wait"]);
 *   task.cancel();
 * });
 * ```
 */
export interface StackFrame {
  /** The function's name; `<anonymous>` where it has none. */
  readonly name: string;
  /** The file, as a URL; empty where the engine does not tell. */
  readonly file: string;
  /** The line, from 1; 0 where the engine does not tell. */
  readonly line: number;
  /** The column, from 1; 0 where the engine does not tell. */
  readonly column: number;
  /**
   * Whether it is known to be a coroutine's. Of the code that runs now Firefox and Safari do not tell
   * generators from functions, and there it is `false` of either.
   */
  readonly isCoroutine: boolean;
}

/** How many frames of where something was made are kept; asyncio's number. */
export const DEBUG_STACK_DEPTH = 10;

/** How many frames the errors of a program in debug mode have, where the engine has a limit (V8's is 10). */
const DEBUG_STACK_LIMIT = 100;

/** More frames than anybody's await goes deep, without being so many that a runaway recursion hurts. */
const DEEPEST = 2000;

const V8_FRAME = /^\s*at (?:(async) )?(?:(.*?) \()?(.*?)\)?$/;
const OTHER_FRAME = /^(async\*)?(.*?)@(.*)$/;
const PLACE = /^(.*?):(\d+):(\d+)$/;

/** What V8 prints for the `next` of a generator object, under the generator's own frame. */
const RESUMPTION = /\.(?:next|throw|return)$/;

interface Limit {
  stackTraceLimit?: number;
  captureStackTrace?(target: object, above: (error: unknown) => unknown): void;
}

const engine = Error as unknown as Limit;

/** The text of the stack here. */
export function captureStack(): string {
  const limit = engine.stackTraceLimit;
  if (limit !== undefined) engine.stackTraceLimit = DEEPEST;
  const { stack = "" } = new Error();
  if (limit !== undefined) engine.stackTraceLimit = limit;
  return stack;
}

/**
 * Has an error that was made elsewhere tell of the stack here.
 *
 * @param error The error.
 * @param above The function that calls, which is left out with those above it where the engine can.
 */
export function restack(error: Error, above: (error: unknown) => unknown): void {
  if (engine.captureStackTrace !== undefined) {
    engine.captureStackTrace(error, above);
  } else {
    const { stack = "" } = new Error();
    Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  }
}

/** Has an error's stack go on, as the engine writes stacks, with the user's frames of another. */
export function appendFrames(error: Error, stack: string): void {
  const lines = stack.split("\n").filter((line) => {
    const [frame] = parseStack(line);
    return frame !== undefined && !isOwnFrame(frame);
  });
  const value = [(error.stack ?? "").trimEnd(), ...lines].join("\n");
  Object.defineProperty(error, "stack", { value, configurable: true, writable: true });
}

/** Lets errors tell of more frames than an engine keeps by itself; for debug mode. */
export function deepenStacks(): void {
  const limit = engine.stackTraceLimit;
  if (limit !== undefined && limit < DEBUG_STACK_LIMIT) engine.stackTraceLimit = DEBUG_STACK_LIMIT;
}

/** The frames of a stack's text, innermost first. */
export function parseStack(stack: string): StackFrame[] {
  const frames: StackFrame[] = [];
  for (const line of stack.split("\n")) {
    const frame = parseV8(line, frames) ?? parseOther(line);
    if (frame !== null && frame !== undefined) frames.push(frame);
  }
  return frames;
}

/** A frame of V8's; `undefined` where the line is none, `null` where it is no place of its own. */
function parseV8(line: string, frames: StackFrame[]): StackFrame | null | undefined {
  const found = V8_FRAME.exec(line);
  if (found === null) return undefined;
  const [, async, name = "", place = ""] = found;
  if (place === "<anonymous>" || place.startsWith("index ")) {
    // The engine's own: the `next` through which the frame above was resumed.
    const above = frames.at(-1);
    if (RESUMPTION.test(name) && above !== undefined) {
      frames[frames.length - 1] = { ...above, isCoroutine: true };
    }
    return null;
  }
  return makeFrame(name.replace(/ \[as .*\]$/, ""), place, async !== undefined);
}

function parseOther(line: string): StackFrame | null {
  const found = OTHER_FRAME.exec(line);
  if (found === null) return null;
  const [, async, name = "", place = ""] = found;
  // A line of an error's message may have the same form, but no place in it.
  return PLACE.test(place) ? makeFrame(name, place, async !== undefined) : null;
}

function makeFrame(name: string, place: string, isCoroutine: boolean): StackFrame {
  const [, file = place, line = "0", column = "0"] = PLACE.exec(place) ?? [];
  return {
    name: name === "" ? "<anonymous>" : name,
    file,
    line: Number(line),
    column: Number(column),
    isCoroutine,
  };
}

let ownFiles: string | null = null;

/**
 * Tells whether a frame is this module's own. In one file with it, as a bundler makes it, the user's
 * frames cannot be told apart.
 */
export function isOwnFrame({ file }: StackFrame): boolean {
  if (ownFiles === null) {
    const here = parseStack(captureStack())[0]?.file ?? "";
    // From sources all of lib/ is ours, from a build the one file.
    ownFiles = here.replace(/base\/stack\.ts$/, "");
  }
  return ownFiles !== "" && file.startsWith(ownFiles);
}

/** The frames that are not this module's own; all of them where there are no others. */
export function foreignFrames(frames: readonly StackFrame[]): readonly StackFrame[] {
  const foreign = frames.filter((frame) => !isOwnFrame(frame));
  return foreign.length === 0 ? frames : foreign;
}

/** The `next` and `throw` of this module's hand-written iterators, which stand between two coroutines. */
const HAND_WRITTEN = /(?:^|\.)(?:next|throw|#pass)$/;

/**
 * Makes of the frames of a suspended coroutine what its reader knows: of this module's own the
 * coroutines stay, by the names that they are known by.
 *
 * @param frames The frames, innermost first.
 */
export function coroutineFrames(frames: readonly StackFrame[]): StackFrame[] {
  return frames.flatMap((frame) => {
    if (!isOwnFrame(frame)) return [{ ...frame, isCoroutine: true }];
    if (HAND_WRITTEN.test(frame.name)) return [];
    return [{ ...frame, name: publicName(frame.name), isCoroutine: true }];
  });
}

/** `Queue.#get` as `Queue.get`; what stands behind `timeout` is called `timeoutSteps`. */
function publicName(name: string): string {
  return name.replace("#", "").replace(/Steps$/, "");
}

/** Writes frames as Python does, innermost last. */
export function formatFrames(frames: readonly StackFrame[]): string {
  return frames.map(({ file, line, name }) =>
    file === "" ? `  In ${name}\n` : `  File "${file}", line ${line}, in ${name}\n`
  ).join("");
}

/** `name file:line`, or the name alone where no file is known. */
export function describeFrame({ name, file, line }: StackFrame): string {
  return file === "" ? name : `${name} ${file}:${line}`;
}
