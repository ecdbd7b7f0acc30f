/**
 * What `acquire()`, `get()` and the like return.
 *
 * A generator object under a lazy object would say the same, with two objects more for each call, most of
 * which never wait. This is lazy object and iterator in one, and of one class for all operations: whatever
 * locks and queues a program uses, its coroutines see one kind of object.
 *
 * @module
 */
import { awaitable, type Suspending, type Suspension } from "../coroutine/awaitable.ts";
import { CallFrame } from "../coroutine/call_frame.ts";
import { BUSY, Coroutine, lazy, noteMade, noteUsed, reused } from "../coroutine/coroutine.ts";
import type { Future } from "../kernel/future.ts";
import { throwOn } from "../kernel/injection.ts";

/** What can be called of a lock or a queue and may have to wait. */
export interface Operation<S, T, A> {
  /** What messages call it: `Queue.get`. */
  readonly name: string;
  /**
   * Goes on with a call: gives its outcome, or what its waiter gives as long as it is pending. What it is
   * made of is called `#get` or so, for that is what a stack shows of who waits.
   */
  advance(subject: S, call: WaitCall<S, T, A>): IteratorResult<Suspending, T>;
  /** Leaves the line, after the waiting has ended by an error. */
  fail(subject: S, waiter: Future<unknown>): void;
  /** Leaves the line, after the coroutine that waited was closed. */
  leave(subject: S, waiter: Future<unknown>): void;
}

const ENTERED: IteratorResult<Suspending, null> = { done: true, value: null };

/** An operation as `async with` has it, which gives nothing. */
export function entering<S>(
  operation: Operation<S, true, undefined>,
): Operation<S, null, undefined> {
  return {
    ...operation,
    advance(subject, call) {
      const result = operation.advance(subject, call as unknown as WaitCall<S, true>);
      return result.done ? ENTERED : result;
    },
  };
}

/** What can be acquired. */
interface Acquirable {
  acquire(): Coroutine<true>;
}

/** Enters by `acquire()`, as `async with` does, where a class has one of its own. */
export function enterBy(lock: Acquirable): Coroutine<null> {
  return lazy("enter", acquireOf(lock));
}

function* acquireOf(lock: Acquirable): Generator<Suspension, null, unknown> {
  yield* acquireBy(lock, null);
  return null;
}

/** Calls `acquire()`, which may be an async function where it is not the base's and TypeScript did not see it. */
export function acquireBy<L extends Acquirable>(
  lock: L,
  base: L["acquire"] | null,
): Iterable<Suspension, true, unknown> {
  return lock.acquire === base ? lock.acquire() : new CallFrame<true>(() => lock.acquire());
}

const NEW = 0;
const AWAITED = 1;
const OVER = 2;

const NOTHING_MORE: IteratorResult<Suspending, undefined> = { done: true, value: undefined };

/** One call of an operation. */
export class WaitCall<S, T, A = undefined> extends Coroutine<T>
  implements Iterator<Suspending, T, unknown> {
  /** What the operation was given. */
  readonly argument: A;
  /**
   * What the call waits for in the line, or `null` before it waits and once it is woken. Whether it was woken is
   * better asked by `hasResult` than by its `next()`, which would make an object to say so.
   */
  waiter: Future<never> | null = null;
  readonly #operation: Operation<S, T, A>;
  readonly #subject: S;
  #state: typeof NEW | typeof AWAITED | typeof OVER = NEW;

  /** Makes a call, which begins when it is awaited. */
  constructor(operation: Operation<S, T, A>, subject: S, argument: A) {
    super();
    this.argument = argument;
    this.#operation = operation;
    this.#subject = subject;
    noteMade(this);
  }

  override get name(): string {
    return this.#operation.name;
  }

  override [awaitable](): Iterator<Suspending, T, unknown> {
    return this[Symbol.iterator]();
  }

  // Not left to the base: one method shared by all kinds of awaitables is slow at every yield*.
  override [Symbol.iterator](): Iterator<Suspending, T, unknown> {
    if (this.#state !== NEW) return reused(this.#state === OVER ? undefined : BUSY);
    this.#state = AWAITED;
    noteUsed(this);
    return this;
  }

  next(): IteratorResult<Suspending, T> {
    if (this.#state === OVER) return NOTHING_MORE as IteratorResult<Suspending, T>;
    try {
      const result = this.#operation.advance(this.#subject, this);
      if (result.done === true) this.#state = OVER;
      return result;
    } catch (error) {
      this.#fail();
      throw error;
    }
  }

  throw(error: unknown): never {
    this.#fail();
    throwOn(error);
  }

  return(value: T): IteratorResult<Suspending, T> {
    const waiter = this.#end();
    if (waiter !== null) this.#operation.leave(this.#subject, waiter);
    return { done: true, value };
  }

  override close(): void {
    if (this.#state === NEW) this.#state = OVER;
    noteUsed(this);
  }

  #fail(): void {
    const waiter = this.#end();
    if (waiter !== null) this.#operation.fail(this.#subject, waiter);
  }

  #end(): Future<unknown> | null {
    const { waiter } = this;
    this.waiter = null;
    this.#state = OVER;
    return waiter;
  }
}
