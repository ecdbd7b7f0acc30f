/**
 * The least that a loop with asyncio's order can be: tasks of generator coroutines, futures, one ready queue.
 *
 * What is done is done in the order and in as many turns as asyncio takes: a future's waiters are called in
 * the next iteration, a task's first step too. Everything else is left out: contexts, names, cancellation,
 * errors that are not the program's end, timers, messages, stacks, and every check. It is what the engine asks
 * of any such kernel, and so the floor of the rows that it has.
 *
 * @module
 */

/** What an awaiting task yields: the future, or `null` for a turn. */
type Yielded = Future<unknown> | null;

/** A coroutine. */
export type Coroutine<T> = Generator<Yielded, T, unknown>;

/** An entry of the ready queue. */
export interface Runnable {
  /** Does what it is for. */
  run(): void;
}

const PENDING: { readonly done: false; value: Yielded } = { done: false, value: null };
const RETURNED: { readonly done: true; value: unknown } = { done: true, value: undefined };

/** Whether what a pause is asked for next is its end: the task has just been resumed, and has had its turn. */
let hasPaused = false;

// What is ready, in a ring: a power of two of places.
let ring: (Runnable | undefined)[] = new Array(1_024).fill(undefined);
let mask = ring.length - 1;
let head = 0;
let tail = 0;

/** Puts an entry at the end of the ready queue. */
export function push(entry: Runnable): void {
  ring[tail] = entry;
  tail = (tail + 1) & mask;
  if (tail === head) grow();
}

function grow(): void {
  const length = ring.length;
  ring = [...ring.slice(head), ...ring.slice(0, head), ...new Array(length).fill(undefined)];
  mask = ring.length - 1;
  head = 0;
  tail = length;
}

/** A result to come. It is its own iterator, so that awaiting it makes nothing. */
export class Future<T> implements Iterable<Yielded, T, unknown> {
  isDone: boolean = false;
  result: T | undefined = undefined;
  /** The one who waits, as nearly always. */
  waiter: Runnable | null = null;
  others: Runnable[] | null = null;

  [Symbol.iterator](): Iterator<Yielded, T, unknown> {
    return this as unknown as Iterator<Yielded, T, unknown>;
  }

  /** A step of awaiting it. */
  next(): IteratorResult<Yielded, T> {
    if (this.isDone) {
      RETURNED.value = this.result;
      return RETURNED as IteratorReturnResult<T>;
    }
    PENDING.value = this;
    return PENDING;
  }

  /** Has someone called when it is done. */
  add(waiter: Runnable): void {
    if (this.isDone) push(waiter);
    else if (this.waiter === null) this.waiter = waiter;
    else (this.others ??= []).push(waiter);
  }

  /** Ends it. */
  setResult(result: T): void {
    this.isDone = true;
    this.result = result;
    if (this.waiter === null) return;
    push(this.waiter);
    this.waiter = null;
    if (this.others !== null) { for (const other of this.others) push(other); }
  }
}

/** A coroutine that is run. */
export class Task<T> extends Future<T> {
  readonly coroutine: Coroutine<T>;

  constructor(coroutine: Coroutine<T>) {
    super();
    this.coroutine = coroutine;
    push(this);
  }

  run(): void {
    hasPaused = true;
    const { done, value } = this.coroutine.next();
    if (done) this.setResult(value);
    else if (value === null) push(this);
    else value.add(this);
  }
}

const turn: IterableIterator<null, void, unknown> = {
  next() {
    if (hasPaused) {
      RETURNED.value = undefined;
      return RETURNED as IteratorReturnResult<void>;
    }
    PENDING.value = null;
    return PENDING as IteratorYieldResult<null>;
  },
  [Symbol.iterator]() {
    return turn;
  },
};

/** Steps aside for one iteration. */
export function pause(): Iterable<null, void, unknown> {
  hasPaused = false;
  return turn;
}

class Gathering<T> extends Future<T[]> implements Runnable {
  readonly tasks: readonly Task<T>[];
  left: number;

  constructor(coroutines: readonly Coroutine<T>[], TaskClass: typeof Task) {
    super();
    this.left = coroutines.length;
    this.tasks = coroutines.map((coroutine) => new TaskClass(coroutine));
    for (const task of this.tasks) task.add(this);
  }

  run(): void {
    if (--this.left === 0) this.setResult(this.tasks.map(({ result }) => result!));
  }
}

/** The results of some coroutines, which tasks of a class run. */
export function gather<T>(
  coroutines: readonly Coroutine<T>[],
  TaskClass: typeof Task = Task,
): Future<T[]> {
  return new Gathering(coroutines, TaskClass);
}

/** A queue for one item. */
export class SingleQueue<T> {
  readonly #items: T[] = [];
  readonly #getters: Future<void>[] = [];
  readonly #putters: Future<void>[] = [];

  *put(item: T): Coroutine<void> {
    while (this.#items.length > 0) {
      const free = new Future<void>();
      this.#putters.push(free);
      yield* free;
    }
    this.#items.push(item);
    this.#getters.shift()?.setResult();
  }

  *get(): Coroutine<T> {
    while (this.#items.length === 0) {
      const filled = new Future<void>();
      this.#getters.push(filled);
      yield* filled;
    }
    const item = this.#items.shift()!;
    this.#putters.shift()?.setResult();
    return item;
  }
}

/** Runs a coroutine to its end. */
export async function run<T>(main: Coroutine<T>): Promise<T> {
  const task = new Task(main);
  while (!task.isDone) {
    const entry = ring[head]!;
    ring[head] = undefined;
    head = (head + 1) & mask;
    entry.run();
  }
  return task.result as T;
}
