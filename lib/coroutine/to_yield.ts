/**
 * Generators that both await, by `yield*`, and give values, by `yield`.
 *
 * What passes through `yield*` of something awaitable is one of the protocol's own objects
 * (`awaitable.ts`), which a `yield` of the generator's own cannot be. So awaiting goes on to the task,
 * and anything else ends the drive with a value.
 *
 * @module
 */
import { CALLING, STEP_ASIDE, SUSPENDED, type Suspending, type Suspension } from "./awaitable.ts";

/**
 * The items among what a generator yields: all but what awaiting yields. Of what is awaited that is only known as
 * a `CoroutineObject`, a bare `yield` may be among that, so there `undefined` is not taken for an item, though at
 * run time it is one.
 *
 * @typeParam Y What the generator yields.
 */
export type Items<Y> = void extends Y ? Exclude<Y, Suspension> : Exclude<Y, Suspending>;

/** A generator of both kinds of `yield`. */
export type YieldingGenerator = Generator<unknown, unknown, unknown>;

/** How a generator is resumed. */
export interface Resumption {
  /** By which of its methods. */
  readonly method: "next" | "throw" | "return";
  /** What it is given. */
  readonly value: unknown;
}

/** Drives a generator up to its next `yield` of a value, or to its end. */
export class ToYield implements Iterator<Suspension, IteratorResult<unknown, unknown>, unknown> {
  readonly #generator: YieldingGenerator;
  #resumption: Resumption | null;

  /**
   * Makes a new `ToYield`.
   *
   * @param generator The generator, which is at a `yield` of a value, or not begun.
   * @param resumption How the first step resumes it.
   */
  constructor(generator: YieldingGenerator, resumption: Resumption) {
    this.#generator = generator;
    this.#resumption = resumption;
  }

  /** Goes on to the next suspension, or to the value. */
  next(): IteratorResult<Suspension, IteratorResult<unknown, unknown>> {
    const resumption = this.#resumption;
    if (resumption === null) return pass(this.#generator.next());
    this.#resumption = null;
    switch (resumption.method) {
      case "next":
        return pass(this.#generator.next(resumption.value));
      case "throw":
        return pass(this.#generator.throw(resumption.value));
      case "return":
        return pass(this.#generator.return(resumption.value));
    }
  }

  /** Throws at the suspension. */
  throw(error: unknown): IteratorResult<Suspension, IteratorResult<unknown, unknown>> {
    return pass(this.#generator.throw(error));
  }

  /** Closes the generator. */
  return(): IteratorResult<Suspension, IteratorResult<unknown, unknown>> {
    this.#generator.return(undefined);
    return { done: true, value: { done: true, value: undefined } };
  }
}

function pass(
  result: IteratorResult<unknown, unknown>,
): IteratorResult<Suspension, IteratorResult<unknown, unknown>> {
  const isProtocol = result === SUSPENDED || result === CALLING || result === STEP_ASIDE;
  return isProtocol ? result as IteratorResult<Suspension, never> : { done: true, value: result };
}
