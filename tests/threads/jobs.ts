/** What the workers of these tests import by its address. */
import type { JobContext } from "../../mod.ts";

/** An error of this module's own, which no other knows. */
export class JobError extends TypeError {
  code = 7;
  detail = { retry: [1, 2] };
  override get name(): string {
    return "JobError";
  }
}

/** Where a job that counts keeps its count: each worker has one of its own. */
let count = 0;

export const notFunction = 42;

export function add(a: number, b: number): number {
  return a + b;
}

export function countCalls(): number {
  return ++count;
}

export async function later<T>(value: T, milliseconds: number): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return value;
}

/** Throws an error with all that an error can have. */
export function fail(): never {
  const cause = new AggregateError([new RangeError("one"), new Error("two")], "both");
  throw new JobError("it failed", { cause });
}

/** An error of this module's own, which a test registers where it arrives. */
class QuotaError extends Error {
  readonly #left: number;
  limit = 10;
  constructor(left: number) {
    super("no more");
    this.#left = left;
  }
  get left(): number {
    return this.#left;
  }
}

export function exceed(): never {
  throw new QuotaError(0);
}

/** Waits until it is told to stop, and says so. */
export function untilAborted(this: JobContext): Promise<string> {
  const { signal } = this;
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new JobError("stopped")));
  });
}

/** Keeps a processor busy, and says from when to when, in milliseconds of the clock on the wall. */
export function spin(milliseconds: number): { begin: number; end: number } {
  const begin = performance.timeOrigin + performance.now();
  let end = begin;
  while (end - begin < milliseconds) end = performance.timeOrigin + performance.now();
  return { begin, end };
}

/** Ends the worker from inside, as each kind of worker can be. */
export function endWorker(): Promise<never> {
  const scope = globalThis as unknown as { Deno?: { exit(code: number): void }; close(): void };
  if (scope.Deno === undefined) scope.close();
  else scope.Deno.exit(7);
  return new Promise(() => {});
}

/** What the initializer of this worker was given. */
let remembered: unknown[] = [];

export function remember(...values: unknown[]): void {
  if (remembered.length > 0) throw new Error("called twice");
  remembered = values;
}

export function recall(): unknown[] {
  return remembered;
}

/** How far the stream of this worker came. */
const production = { count: 0, isClosed: false };

/** Gives numbers for ever. */
export async function* produce(): AsyncGenerator<number, void, unknown> {
  try {
    for (;;) yield production.count++;
  } finally {
    production.isClosed = true;
  }
}

export function produced(): typeof production {
  return production;
}
