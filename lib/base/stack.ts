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
export const DEEPEST = 2000;

const V8_FRAME = /^\s*at (?:(async) )?(?:(.*?) \()?(.*?)\)?$/;
const OTHER_FRAME = /^(async\*)?(.*?)@(.*)$/;
const PLACE = /^(.*?):(\d+):(\d+)$/;

/** What V8 prints for the `next` of a generator object, under the generator's own frame. */
const RESUMPTION = /\.(?:next|throw|return)$/;

/** What V8 knows of a frame, as far as it tells frames apart. */
interface CallSite {
  getFileName(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  getFunctionName(): string | null;
}

interface Engine {
  stackTraceLimit?: number;
  captureStackTrace?(target: object, above: (error: unknown) => unknown): void;
  prepareStackTrace?: ((error: Error, sites: CallSite[]) => unknown) | undefined;
}

const engine = Error as unknown as Engine;

/** The text of the stack here. */
export function captureStack(): string {
  const limit = setLimit(DEEPEST);
  const { stack = "" } = new Error();
  setLimit(limit);
  return stack;
}

/** Sets how many frames errors have, where the engine has such a limit, and gives the one before. */
function setLimit(depth: number | undefined): number | undefined {
  const limit = engine.stackTraceLimit;
  if (limit !== undefined) engine.stackTraceLimit = depth!;
  return limit;
}

// What V8's text says of a place in a script that is told of once more.
const knownPlaces = new Map<string, StackFrame | "resumption" | "engine">();

/** How many of them are kept before all are forgotten. */
const MOST_PLACES = 10_000;

/** Which frames of a stack are looked at. */
export interface FrameRange {
  /** How many frames are taken at most, where the engine lets it be said. */
  readonly depth: number;
  /** How many there are above the first, from who calls. */
  readonly skip: number;
  /** The name of the function below the last. */
  readonly until: string;
}

/**
 * Some frames of the stack here, innermost first, as {@linkcode parseStack} gives them of its text; for those
 * who look at many stacks of few places. Deno takes some 10 us to find a frame's place in the source.
 *
 * @returns `null` if the function that they end at is deeper down.
 */
export function captureFrames({ depth, skip, until }: FrameRange): StackFrame[] | null {
  const limit = setLimit(depth);
  const sites = sitesOf(new Error());
  // From the end: each name that is asked for costs, too.
  const end = sites?.findLastIndex((site) => site.getFunctionName() === until) ?? -1;
  const keys = sites?.slice(skip + 1, Math.max(end, 0)).map(keyOf) ?? [];
  // A text costs the most by far; it is needed of new places, and where there is nothing else.
  const isKnown = sites !== null && keys.every((key) => knownPlaces.has(key));
  const text = isKnown ? "" : new Error().stack ?? "";
  setLimit(limit);
  if (sites === null) return rangeOf(parseStack(text), skip, until);
  if (end < 0) return null;
  if (!isKnown) {
    const lines = text.split("\n").filter((line) => V8_FRAME.test(line));
    if (knownPlaces.size > MOST_PLACES) knownPlaces.clear();
    keys.forEach((key, index) =>
      knownPlaces.set(key, parseV8(lines[skip + 1 + index] ?? "") ?? "engine")
    );
  }
  const frames: StackFrame[] = [];
  for (const key of keys) addFrame(frames, knownPlaces.get(key));
  return frames;
}

function rangeOf(frames: StackFrame[], skip: number, until: string): StackFrame[] | null {
  const end = frames.findIndex(({ name }) => name === until);
  return end < 0 ? null : frames.slice(skip + 1, end);
}

/** An error's frames without their places in the source, where the engine gives such. */
function sitesOf(error: Error): CallSite[] | null {
  if (engine.captureStackTrace === undefined || engine.stackTraceLimit === undefined) return null;
  const { prepareStackTrace } = engine;
  engine.prepareStackTrace = (_error, sites) => sites;
  const sites: unknown = error.stack;
  engine.prepareStackTrace = prepareStackTrace;
  return Array.isArray(sites) ? sites as CallSite[] : null;
}

/** What tells one place in a script from another. */
function keyOf(site: CallSite): string {
  return `${site.getFunctionName()}:${site.getLineNumber()}:${site.getColumnNumber()}:${site.getFileName()}`;
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

/**
 * Has an error's stack go on with the user's frames of another from where a file of this module's stands in
 * it, or at its end.
 */
export function continueStack(error: Error, stack: string, file: string): void {
  const lines = (error.stack ?? "").split("\n");
  const end = lines.findIndex((line) => parseStack(line)[0]?.file.endsWith(`/${file}`) ?? false);
  if (end >= 0) {
    const value = lines.slice(0, end).join("\n");
    Object.defineProperty(error, "stack", { value, configurable: true, writable: true });
  }
  appendFrames(error, stack);
}

/** Lets errors tell of more frames than an engine keeps by itself; for debug mode. */
export function deepenStacks(): void {
  const limit = engine.stackTraceLimit;
  if (limit !== undefined && limit < DEBUG_STACK_LIMIT) engine.stackTraceLimit = DEBUG_STACK_LIMIT;
}

/** The frames of a stack's text, innermost first. */
export function parseStack(stack: string): StackFrame[] {
  const frames: StackFrame[] = [];
  for (const line of stack.split("\n")) addFrame(frames, parseV8(line) ?? parseOther(line));
  return frames;
}

function addFrame(
  frames: StackFrame[],
  frame: StackFrame | "resumption" | "engine" | undefined,
): void {
  if (typeof frame === "object") {
    frames.push(frame);
  } else if (frame === "resumption" && frames.length > 0) {
    // It is the frame above that was resumed so.
    frames[frames.length - 1] = { ...frames.at(-1)!, isCoroutine: true };
  }
}

/** A frame of V8's, or one of the engine's own: such as the `next` by which a generator is resumed. */
function parseV8(line: string): StackFrame | "resumption" | "engine" | undefined {
  const found = V8_FRAME.exec(line);
  if (found === null) return undefined;
  const [, async, name = "", place = ""] = found;
  if (/^(?:<anonymous>$|index |ext:)/.test(place)) {
    return RESUMPTION.test(name) ? "resumption" : "engine";
  }
  return makeFrame(name.replace(/ \[as .*\]$/, ""), place, async !== undefined);
}

function parseOther(line: string): StackFrame | undefined {
  const found = OTHER_FRAME.exec(line);
  if (found === null) return undefined;
  const [, async, name = "", place = ""] = found;
  // A line of an error's message may have the same form, but no place in it.
  return PLACE.test(place) ? makeFrame(name, place, async !== undefined) : undefined;
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

/** What of this module's hand-written iterators stands between two coroutines. */
const HAND_WRITTEN = /(?:^|\.)(?:next|throw|advance|#pass)$/;

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
