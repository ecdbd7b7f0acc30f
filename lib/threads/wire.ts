/**
 * What crosses between threads: messages, and errors that survive the trip.
 *
 * A structured clone turns a subclass of `Error` into a plain `Error`, drops its own properties, and
 * fails on a cause that cannot be cloned. So an error is sent as data and put together again.
 *
 * @module
 */
import * as errors from "../base/errors.ts";
import { ExceptionGroup } from "../base/exception_group.ts";
import type { CarriedValue } from "../coroutine/context_vars.ts";
import {
  BrokenExecutor,
  BrokenProcessPool,
  BrokenThreadPool,
} from "../concurrent/broken_executor.ts";
import { registeredClass } from "./error_classes.ts";

/** A value that may be an error, or hold one as its cause. */
export type WireValue =
  | { readonly kind: "value"; readonly value: unknown }
  | WireError;

/** An error as it is sent. Errors that refer to each other are objects that do. */
export interface WireError {
  readonly kind: "error";
  /** The names of its classes, as far as they say one, its own first. */
  readonly classes: readonly string[];
  /** What the constructors of its classes are called, which a minifier may have changed. */
  readonly constructors: readonly string[];
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** What else it has of its own. Filled after the object is known, for an error may be its own cause. */
  cause?: WireValue;
  errors?: WireValue[];
  properties?: [key: string, value: WireValue][];
}

/** How a worker finds a function. */
export type FunctionSource =
  | {
    readonly kind: "source";
    readonly text: string;
    /** Whether it uses the global by which workers have this module. */
    readonly usesRuntime: boolean;
    /** Whether calling it gives a coroutine. */
    readonly isGenerator: boolean;
  }
  | { readonly kind: "module"; readonly url: string; readonly exportName: string };

/** Where a worker finds this module itself, or why it may not have it. */
export type RuntimeSource =
  | { readonly kind: "module"; readonly url: string }
  | { readonly kind: "script"; readonly text: string }
  | { readonly kind: "refused"; readonly why: string };

/**
 * What every worker is told. `rest` is the source of what its script makes when it is first needed.
 * `define` comes before the first use of its function. `calls` is several
 * times `call` without a context, as one list, for to clone a list costs more than what is in it: of
 * each the `id`, the `functionId`, how many arguments it has, and these. Where nothing else is sent the list
 * itself is the message, without any other around it: what begins with a number.
 */
export type ToWorker =
  | readonly ["define", functionId: number, name: string, source: FunctionSource]
  | readonly [
    "call",
    id: number,
    functionId: number,
    args: readonly unknown[],
    context?: readonly CarriedValue[] | undefined,
  ]
  | readonly [
    "chunk",
    id: number,
    functionId: number,
    items: readonly unknown[],
    context?: undefined,
  ]
  | readonly ["calls", run: readonly unknown[]]
  | readonly ["abort", id: number]
  | readonly ["pull", id: number, count: number]
  | readonly ["runtime", source: RuntimeSource]
  | readonly ["rest", text: string]
  | readonly [
    "callback",
    functionId: number,
    args: readonly unknown[],
    context?: readonly CarriedValue[] | undefined,
  ]
  | readonly ["run"]
  | readonly ["stop"]
  | readonly ["answer", id: number, kind: "result" | "error" | "cancelled", value: unknown];

/**
 * What a worker tells. `up` comes first, `milliseconds` is how long the call took, `stream` is a call's
 * whose outcome is a stream of `item`s, of which its `result` is the end; `returned` gives calls back
 * that wait behind one that takes long, `cancelled` is a call's that was not begun or ended by its
 * cancellation, `stopped` is a loop's, which was told to `run`, with what it threw where that is why. `runtime` asks
 * where this module is, `bare` says that the worker may evaluate nothing, and does no more. `results` is several times
 * `result`, as one list: of each the `id`, the `value` and the `milliseconds`; alone it is a message, too.
 */
export type FromWorker =
  | readonly ["up"]
  | readonly ["result", id: number, value: unknown, milliseconds: number]
  | readonly ["results", run: readonly unknown[]]
  | readonly ["chunk", id: number, values: readonly unknown[], error: WireValue | null]
  | readonly ["stream", id: number]
  | readonly ["item", id: number, value: unknown]
  | readonly ["error", id: number, error: WireValue]
  | readonly ["returned", ids: readonly number[]]
  | readonly ["cancelled", id: number]
  | readonly ["runtime"]
  | readonly ["bare"]
  | readonly ["stopped", error?: WireValue]
  | readonly ["log", error: WireValue]
  | readonly ["fatal", error: WireValue]
  | FromAsker;

/**
 * What code in a worker asks of the thread that started it; `parent_desk.ts` takes it. `block` says that
 * the worker stands still until the cell has the answer, `seen` that answers have arrived.
 */
export type FromAsker =
  | readonly [
    "ask",
    id: number,
    question: Question,
    target: string,
    args: unknown[],
    context?: readonly CarriedValue[] | undefined,
  ]
  | readonly [
    "tell",
    remark: Remark,
    target: string,
    args: unknown[],
    context?: readonly CarriedValue[] | undefined,
  ]
  | readonly ["unask", id: number]
  | readonly ["block", id: number, word: number, job: number | null]
  | readonly ["cell", buffer: SharedArrayBuffer]
  | readonly ["seen", ids: readonly number[]];

/** What can be asked of a queue, by its name. `getNow` and `putNow` do not wait. */
export type QueueQuestion = "get" | "getNow" | "put" | "putNow" | "join";

/** What can be asked: a call of an exposed function, by its name, or something of a queue. */
export type Question = "call" | QueueQuestion;

/** What a queue can be told, by its name. */
export type QueueRemark = "giveBack" | "taskDone" | "shutdown";

/** What can be told without waiting for an answer. */
export type Remark = "call" | QueueRemark;

/** Where a worker's script keeps what code in it asks; found by the name `asyncio.worker`. */
export interface AskHub {
  /** The next question's number. */
  asked: number;
  /** The job that is being made, by its number, or `null`. */
  job: number | null;
  /** The job that was told to end while it blocked, by its number, or `null`. */
  interrupted: number | null;
  /** The address of the module that is being loaded, or `null`. */
  readonly loading: string | null;
  /** Why this thread may not block, or `null` where it may. */
  readonly blockingRefusal: string | null;
  /** Who waits for an answer, by the question's number. */
  readonly answers: Map<number, (kind: "result" | "error" | "cancelled", value: unknown) => void>;
  /** Sends a message, together with the others of this turn. */
  send(message: FromWorker): void;
  /** Sends what waits, now. */
  flush(): void;
  /** Gives back what waits behind the job that is being made, where that is one of several. */
  giveBack?(): void;
  /** The answers that have come, of which the other thread is told with the next message. */
  readonly seen: number[];
}

/** What reads values, on both sides. */
export interface Reader {
  /** What a value is, in words. */
  describe(value: unknown): string;
  /** What a function gives, or `undefined` if it throws. */
  read<T>(part: () => T): T | undefined;
  /** What of a value, but for what is `moved`, a clone would empty without a word, and where it is; `null` if nothing. */
  loss(
    value: unknown,
    path: string,
    moved?: readonly object[],
  ): { readonly path: string; readonly what: string } | null;
}

/** What makes data of what was thrown, on both sides. */
export interface Encoder {
  /** Makes data of what was thrown. */
  encode(error: unknown): WireValue;
}

/**
 * Makes the encoder. It is sent to the workers as text, so it uses nothing from around it, and names no
 * function in a `const` or by itself, for which a bundler may put in a call of a helper.
 *
 * @param reader This thread's reader.
 */
export function makeEncoder(reader: Reader): Encoder {
  const methods = {
    encode(error: unknown): WireValue {
      return reader.read(() => methods.encodeValue(error, new Map())) ??
        { kind: "value", value: reader.describe(error) };
    },

    cloneable(value: unknown): boolean {
      try {
        structuredClone(value);
        return true;
      } catch {
        return false;
      }
    },

    encodeValue(value: unknown, seen: Map<object, WireError>): WireValue {
      const isError = reader.read(() => value instanceof Error);
      // Errors that hang on one another by the hundred would take the stack with them.
      if (isError && seen.size < 200) return methods.encodeError(value as Error, seen);
      const isSent = !isError && methods.cloneable(value);
      const loss = isSent ? reader.loss(value, "") : null;
      if (loss !== null) {
        return { kind: "value", value: (loss.path && `${loss.path} is `) + loss.what };
      }
      return { kind: "value", value: isSent ? value : reader.describe(value) };
    },

    encodeError(error: Error, seen: Map<object, WireError>): WireError {
      const known = seen.get(error);
      if (known !== undefined) return known;
      const classes: string[] = [];
      const constructors: string[] = [];
      let prototype: object | null = Object.getPrototypeOf(error);
      while (prototype !== null && prototype !== Object.prototype) {
        // What the class says of itself, not what its constructor is called: that a minifier may have
        // changed, and it may be called as another class by chance.
        const tag = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag);
        const own = tag ?? Object.getOwnPropertyDescriptor(prototype, "name");
        const said = reader.read(() => own?.get === undefined ? own?.value : own.get.call(error));
        if (typeof said === "string") classes.push(said);
        const maker = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
        if (typeof maker === "function") constructors.push(maker.name);
        prototype = Object.getPrototypeOf(prototype);
      }
      const stack = reader.read(() => error.stack);
      const wire: WireError = {
        kind: "error",
        classes,
        constructors,
        name: reader.read(() => String(error.name)) ?? "Error",
        message: reader.read(() => String(error.message)) ?? "",
        stack: typeof stack === "string" ? stack : undefined,
      };
      seen.set(error, wire);
      if (Object.hasOwn(error, "cause")) {
        wire.cause = methods.encodeValue(reader.read(() => error.cause), seen);
      }
      const errors = reader.read(() => Reflect.get(error, "errors"));
      if (Array.isArray(errors)) {
        wire.errors = errors.map((item: unknown) => methods.encodeValue(item, seen));
      }
      const keys = classes.includes("SuppressedError") ? ["error", "suppressed"] : [];
      for (const key of new Set([...keys, ...Object.keys(error)])) {
        if (["name", "message", "stack", "cause"].includes(key)) continue;
        if (key === "errors" && wire.errors !== undefined) continue;
        wire.properties ??= [];
        const value = reader.read(() => Reflect.get(error, key));
        wire.properties.push([key, methods.encodeValue(value, seen)]);
      }
      return wire;
    },
  };
  return methods;
}

// By names that a minifier leaves alone.
const CLASSES: ReadonlyMap<string, typeof Error> = /* @__PURE__ */ (() =>
  new Map(Object.entries({
    AggregateError,
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
    BrokenExecutor,
    BrokenProcessPool,
    BrokenThreadPool,
    ExceptionGroup,
    // Not everywhere, as yet.
    ...("SuppressedError" in globalThis ? { SuppressedError } : {}),
    ...errors,
  } as unknown as Record<string, typeof Error>)))();

/**
 * Puts together what was thrown in another thread.
 *
 * @param wire What came.
 * @param caller The stack from which the work was asked for; it is put below the other thread's.
 */
export function decode(wire: WireValue, caller: string | null = null): unknown {
  const thrown = decodeValue(wire, new Map());
  if (caller !== null && thrown instanceof Error && thrown.stack !== undefined) {
    define(thrown, "stack", `${thrown.stack.trimEnd()}\n    ─── asked for by ───\n${caller}`);
  }
  return thrown;
}

function decodeValue(wire: WireValue, seen: Map<WireError, Error>): unknown {
  if (wire.kind === "value") return wire.value;
  const known = seen.get(wire);
  if (known !== undefined) return known;
  const { error, rebuild } = makeError(wire);
  seen.set(wire, error);
  if (error.name !== wire.name) define(error, "name", wire.name);
  if (wire.stack !== undefined) define(error, "stack", wire.stack);
  if (wire.cause !== undefined) define(error, "cause", decodeValue(wire.cause, seen));
  if (wire.errors !== undefined) {
    define(error, "errors", wire.errors.map((item) => decodeValue(item, seen)));
  }
  const isPair = wire.classes.includes("SuppressedError");
  for (const [key, value] of wire.properties ?? []) {
    Object.defineProperty(error, key, {
      value: decodeValue(value, seen),
      configurable: true,
      enumerable: !(isPair && (key === "error" || key === "suppressed")),
      writable: true,
    });
  }
  if (rebuild === null) return error;
  const rebuilt = rebuild(error);
  seen.set(wire, rebuilt);
  if (wire.stack !== undefined) define(rebuilt, "stack", wire.stack);
  return rebuilt;
}

interface MadeError {
  readonly error: Error;
  /** Makes the error in the end of the plain one, when all of that is there. */
  readonly rebuild: ((error: Error) => Error) | null;
}

function makeError(wire: WireError): MadeError {
  const registered = registeredClass([...wire.classes, ...wire.constructors]);
  if (registered !== null) {
    const { Class, rebuild } = registered;
    return { error: construct(rebuild === null ? Class : Error, wire), rebuild };
  }
  for (const name of wire.classes) {
    if (name === "DOMException") {
      return { error: new DOMException(wire.message, wire.name), rebuild: null };
    }
    const known = CLASSES.get(name);
    if (known !== undefined) return { error: construct(known, wire), rebuild: null };
  }
  return { error: new Error(wire.message), rebuild: null };
}

/** Not by the class's own constructor, which may take anything: what it would set comes along. */
function construct(Class: unknown, { message }: WireError): Error {
  return Reflect.construct(Error, [message], Class as typeof Error);
}

function define(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, configurable: true, writable: true });
}
