/**
 * Mutual exclusion of tasks.
 *
 * @module
 */
import { Deque } from "../base/deque.ts";
import { RuntimeError } from "../base/errors.ts";
import { printByToString } from "../base/printing.ts";
import type { Suspending, Suspension } from "../coroutine/awaitable.ts";
import { type Coroutine, lazy } from "../coroutine/coroutine.ts";
import { type Future, hasResult, schedulerOfFuture } from "../kernel/future.ts";
import { ambientTask } from "../kernel/running.ts";
import { heldBy, Purpose } from "../kernel/waiter.ts";
import { Guard } from "./guard.ts";
import { LoopBinding } from "./loop_bound.ts";
import { acquireBy, enterBy, entering, type Operation, WaitCall } from "./wait_call.ts";

let acquiring: Operation<Lock, true, undefined>;
let acquiringForBlock: Operation<Lock, null, undefined>;

const TRUE: IteratorResult<Suspending, true> = { done: true, value: true };

/**
 * A lock that one task holds at a time; those that wait get it in the order they came.
 *
 * It is a context manager for `asyncWith`, and {@linkcode hold} is for `using`.
 *
 * @example
 * ```ts
 * import { asyncWith, Lock, run, sleep } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const lock = new Lock();
 * await run(asyncWith(lock, function* () {
 *   assertEquals(lock.locked(), true);
 *   yield* sleep(0);
 * }));
 * assertEquals(lock.locked(), false);
 * ```
 *
 * @see https://docs.python.org/3/library/asyncio-sync.html#asyncio.Lock
 */
export class Lock {
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "Lock";

  static readonly #printing: void = /* @__PURE__ */ printByToString(this);

  static readonly #operations: void = /* @__PURE__ */ (() => {
    acquiring = {
      name: "Lock.acquire",
      advance: (lock, call) => lock.#acquire(call),
      fail(lock, waiter) {
        lock.#waiters.remove(waiter);
        // Cancelled as it was woken: somebody else must have the turn, or none would ever come.
        if (!lock.#locked) lock.#wakeFirst();
      },
      // CPython's only leaves; but the turn of one that was closed just as it was woken would come to nobody.
      leave: (lock, waiter) => acquiring.fail(lock, waiter),
    };
    acquiringForBlock = entering(acquiring);
  })();

  readonly #binding = new LoopBinding();
  readonly #toAcquire = new Purpose(acquiring.name, this);
  #locked = false;
  // For reports alone: any task may release.
  #holder: Future<unknown> | null = null;
  readonly #waiters = new Deque<Future<unknown>>();

  /**
   * Tells whether a task holds the lock.
   *
   * @returns Whether one does.
   */
  locked(): boolean {
    return this.#locked;
  }

  /**
   * Takes the lock, and waits for its turn where it must.
   *
   * @returns A lazy object that gives `true`.
   */
  acquire(): Coroutine<true> {
    return new WaitCall(acquiring, this, undefined);
  }

  /**
   * Gives the lock back, to the first who waits.
   *
   * @throws {RuntimeError} If nobody holds it.
   */
  release(): void {
    if (!this.#locked) throw new RuntimeError("Lock is not acquired.");
    this.#locked = false;
    const holder = this.#holder;
    this.#holder = null;
    if (holder !== null && schedulerOfFuture(holder).debug) this.#checkReleaser(holder);
    this.#wakeFirst();
  }

  /**
   * Takes the lock for a block: `using guard = yield* lock.hold()`.
   *
   * @returns A lazy object that gives the guard.
   */
  hold(): Coroutine<Guard> {
    return lazy("Lock.hold", this.#hold());
  }

  /** Takes the lock, for `asyncWith`. */
  enter(): Coroutine<null> {
    if (this.acquire !== Lock.prototype.acquire) return enterBy(this);
    return new WaitCall(acquiringForBlock, this, undefined);
  }

  /** Gives the lock back, for `asyncWith`. */
  exit(): void {
    this.release();
  }

  /** @ignore For reports. */
  [heldBy](): Future<unknown> | null {
    return this.#holder;
  }

  /** The printed form. */
  toString(): string {
    const waiters = this.#waiters.length === 0 ? "" : `, waiters:${this.#waiters.length}`;
    return `<${this.constructor.name} [${this.#locked ? "locked" : "unlocked"}${waiters}]>`;
  }

  #acquire(call: WaitCall<Lock, true>): IteratorResult<Suspending, true> {
    if (call.waiter === null) {
      if (!this.#locked && this.#nobodyWaits()) {
        this.#take();
        return TRUE;
      }
      call.waiter = this.#binding.waiterFor(this.#toAcquire);
      this.#waiters.push(call.waiter);
    }
    if (!hasResult(call.waiter)) return call.waiter.next();
    this.#waiters.remove(call.waiter);
    this.#take();
    return TRUE;
  }

  *#hold(): Generator<Suspension, Guard, unknown> {
    yield* acquireBy(this, Lock.prototype.acquire);
    return new Guard(() => this.release());
  }

  #take(): void {
    this.#locked = true;
    this.#holder = ambientTask();
  }

  #checkReleaser(holder: Future<unknown>): void {
    const releaser = ambientTask();
    if (releaser === holder) return;
    holder.getLoop().callExceptionHandler({
      message: `Lock released by who does not hold it: ${holder} acquired it, and ` +
        `${releaser ?? "code outside of any task"} released it`,
      lock: this,
      ...(releaser === null ? {} : { task: releaser }),
    });
  }

  #nobodyWaits(): boolean {
    for (let at = 0; at < this.#waiters.length; at++) {
      if (!this.#waiters.at(at)!.cancelled()) return false;
    }
    return true;
  }

  #wakeFirst(): void {
    const first = this.#waiters.peek();
    if (first !== undefined && !first.done()) first.setResult(true);
  }
}
