/**
 * One step of an iteration, and its end, by the kind of iterator.
 *
 * An engine's async generator is an async function in parts: what it awaits of this module's, its
 * caller's task awaits. Of an iterator that is something else nobody knows who is behind it, this
 * module's user or the host, so its promise is awaited patiently (`patient_call.ts`).
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import {
  AsyncGeneratorObject,
  callNext,
  type OpenGenerator,
} from "../coroutine/async_generator.ts";
import {
  Awaitable,
  CALLING,
  type CoroutineObject,
  isThenable,
  STEP_ASIDE,
  SUSPENDED,
  type Suspension,
} from "../coroutine/awaitable.ts";
import { CallFrame } from "../coroutine/call_frame.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { trackGenerator } from "../kernel/async_generators.ts";
import { PatientCall } from "../kernel/patient_call.ts";
import { ambientTask } from "../kernel/running.ts";
import { ambientStrand, requestsOn } from "../kernel/strand.ts";

/** An async iterator, as far as this module uses it; its methods may be coroutines, as Python's `__anext__` is. */
export interface AsyncIteratorLike<T> {
  /** Goes on to the next item. */
  next(): PromiseLike<IteratorResult<T, unknown>> | CoroutineObject<IteratorResult<T, unknown>>;
  /** Ends the iteration before its end. */
  return?(value?: never): PromiseLike<unknown> | CoroutineObject<unknown>;
}

/** Whatever gives an async iterator. */
export interface AsyncIterableLike<T> {
  /** Gives the iterator. */
  [Symbol.asyncIterator](): AsyncIteratorLike<T>;
}

/** What makes the next step of an iteration. */
export function nextOf<T>(
  iterator: AsyncIteratorLike<T>,
): Iterable<Suspension, IteratorResult<T, unknown>, unknown> {
  if (iterator instanceof AsyncGeneratorObject) return callNext(iterator);
  return isNative(iterator)
    ? NativeGenerator.of(iterator).next() as Iterable<Suspension, IteratorResult<T>, unknown>
    : checkedNext(iterator);
}

/** Ends an iteration before its end, as leaving `for await` does. */
export function* closeIterator(
  iterator: AsyncIteratorLike<unknown>,
): Generator<Suspension, void, unknown> {
  if (typeof iterator.return !== "function") return;
  if (iterator instanceof AsyncGeneratorObject) {
    yield* new CallFrame(() => iterator.return());
  } else if (isNative(iterator)) {
    yield* NativeGenerator.of(iterator).close();
  } else {
    yield* new PatientCall(() => iterator.return!());
  }
}

/** Makes an async iterator of what `for await` takes besides: items, or promises of them. */
export function iterateSync<T>(iterable: Iterable<T | PromiseLike<T>>): AsyncIteratorLike<T> {
  const iterator = iterable[Symbol.iterator]();
  return {
    next: () => lazy("next", nextSync(iterator)),
    return: () => lazy("return", returnSync(iterator)),
  };
}

function* checkedNext<T>(
  iterator: AsyncIteratorLike<T>,
): Generator<Suspension, IteratorResult<T, unknown>, unknown> {
  const result = yield* new PatientCall<IteratorResult<T, unknown>>(() => iterator.next());
  if (typeof result !== "object" || result === null) {
    throw new TypeError(`an iterator's next() must give an object, got ${describe(result)}`);
  }
  return result;
}

function isNative(value: object): value is AsyncGenerator<unknown, unknown, undefined> {
  return Object.prototype.toString.call(value) === "[object AsyncGenerator]";
}

const natives = new WeakMap<object, NativeGenerator>();

/** An engine's async generator that was begun here. */
class NativeGenerator implements OpenGenerator {
  readonly generator: AsyncGenerator<unknown, unknown, undefined>;
  readonly #forget: () => void;
  #isRunning = false;

  static of(generator: AsyncGenerator<unknown, unknown, undefined>): NativeGenerator {
    let known = natives.get(generator);
    if (known === undefined) {
      known = new NativeGenerator(generator);
      natives.set(generator, known);
    }
    return known;
  }

  private constructor(generator: AsyncGenerator<unknown, unknown, undefined>) {
    this.generator = generator;
    this.#forget = trackGenerator(this);
  }

  *next(): Generator<Suspension, IteratorResult<unknown, unknown>, unknown> {
    this.#refuseWhileRunning("anext");
    this.#isRunning = true;
    try {
      // It may await others' promises alone: a cancellation would come nowhere, and the iteration go on for ever.
      if (requestsOn(ambientTask()!, ambientStrand()) > 0) yield;
      const result = yield* new CallFrame<IteratorResult<unknown, unknown>>(() =>
        this.generator.next()
      );
      if (result.done) this.#forget();
      return result;
    } catch (error) {
      this.#forget();
      throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  *close(): Generator<Suspension, void, unknown> {
    this.#refuseWhileRunning("aclose");
    this.#forget();
    yield* new CallFrame(() => this.generator.return(undefined));
  }

  aclose(): Coroutine<void> {
    return lazy("aclose", this.close());
  }

  /** The engine would keep the call waiting, and go on with the generator in no task's name. */
  #refuseWhileRunning(method: string): void {
    if (!this.#isRunning) return;
    throw new RuntimeError(`${method}(): asynchronous generator is already running`);
  }
}

function* nextSync<T>(
  iterator: Iterator<T | PromiseLike<T>>,
): Generator<Suspension, IteratorResult<T, unknown>, unknown> {
  const result: IteratorResult<unknown, unknown> = iterator.next();
  if (result === SUSPENDED || result === CALLING || result === STEP_ASIDE) {
    throw new TypeError(
      "a coroutine cannot be iterated over: expected an async iterable, such as asyncGenerator() makes",
    );
  }
  const { value } = result;
  if (result.done || !(value instanceof Awaitable || isThenable(value))) {
    return result as IteratorResult<T, unknown>;
  }
  try {
    return { done: false, value: yield* new PatientCall<T>(() => value) };
  } catch (error) {
    iterator.return?.();
    throw error;
  }
}

function* returnSync(iterator: Iterator<unknown>): Generator<Suspension, void, unknown> {
  iterator.return?.();
}
