/**
 * Makes random programs.
 *
 * @module
 */
import { Random } from "../conformance/random.ts";
import type { Kind, LimitForm, Program, SleepForm, Statement } from "./program.ts";

/** What programs are made of. */
export interface GeneratorOptions {
  /** Whether they await promises that are none of this module's. */
  foreign: boolean;
}

/** How likely each kind is, within others and at the bottom of the tree. */
const WEIGHTS: Readonly<Record<Kind, readonly [within: number, atBottom: number]>> = {
  sleep: [1, 2],
  yield: [1, 1],
  foreign: [1, 1],
  fail: [1, 0],
  sequence: [2, 0],
  iterate: [1, 0],
  leave: [1, 0],
  all: [1, 0],
  collect: [1, 0],
  allSettled: [1, 0],
  race: [1, 0],
  any: [1, 0],
  share: [1, 0],
  gather: [1, 0],
  wait: [1, 0],
  asCompleted: [1, 0],
  group: [1, 0],
  limit: [3, 0],
  coroutine: [1, 0],
  task: [1, 0],
  eagerTask: [1, 0],
  shield: [1, 0],
  lock: [1, 0],
  stack: [1, 0],
  cleanUp: [1, 0],
  swallow: [1, 0],
  handle: [1, 0],
};

const SLEEP_FORMS: readonly SleepForm[] = ["plain", "function", "coroutine"];
const LIMIT_FORMS: readonly LimitForm[] = ["timeout", "waitFor", "asyncWith", "coroutine"];

/**
 * Makes a program.
 *
 * @param seed The same seed, the same program.
 * @param options What it is made of.
 * @returns The program.
 */
export function generateProgram(seed: number, { foreign }: GeneratorOptions): Program {
  return new Generator(new Random(seed), foreign).program();
}

class Generator {
  readonly #random: Random;
  readonly #foreign: boolean;
  #waits = 0;

  constructor(random: Random, foreign: boolean) {
    this.#random = random;
    this.#foreign = foreign;
  }

  program(): Program {
    const main = this.#statement(2 + this.#random.below(4));
    const cancels = this.#random.weighted([[5, 0], [4, 1], [1, 2]]);
    const cancelAt = Array.from({ length: cancels }, () => this.#seconds());
    return { main, cancelAt: cancelAt.sort((a, b) => a - b) };
  }

  #statement(depth: number): Statement {
    const kind = this.#kind(depth);
    const part = () => ({ part: this.#statement(depth - 1) });
    const parts = () => ({
      parts: Array.from({ length: 2 + this.#random.below(2) }, () => this.#statement(depth - 1)),
    });
    switch (kind) {
      case "foreign":
        return { do: kind };
      case "sleep":
        return {
          do: kind,
          name: this.#waits++,
          seconds: this.#seconds(),
          form: this.#random.pick(SLEEP_FORMS),
        };
      case "yield":
        return { do: kind, name: this.#waits++ };
      case "fail":
        return { do: kind, name: this.#waits++, seconds: this.#seconds() };
      case "limit":
        return {
          do: kind,
          seconds: this.#seconds(),
          form: this.#random.pick(LIMIT_FORMS),
          ...part(),
        };
      case "share":
        return { do: kind, permits: 1 + this.#random.below(2), ...parts() };
      case "cleanUp":
        return { do: kind, seconds: this.#random.chance(0.5) ? this.#seconds() : 0, ...part() };
      case "group":
        return { do: kind, body: part().part, task: part().part };
      case "sequence":
      case "iterate":
      case "all":
      case "collect":
      case "allSettled":
      case "race":
      case "any":
      case "gather":
      case "wait":
      case "asCompleted":
        return { do: kind, ...parts() };
      case "leave":
      case "coroutine":
      case "task":
      case "eagerTask":
      case "shield":
      case "lock":
      case "stack":
      case "swallow":
      case "handle":
        return { do: kind, ...part() };
    }
  }

  #kind(depth: number): Kind {
    const choices: [weight: number, kind: Kind][] = [];
    for (
      const [kind, [within, atBottom]] of Object.entries(WEIGHTS) as [Kind, [number, number]][]
    ) {
      if (kind !== "foreign" || this.#foreign) choices.push([depth > 0 ? within : atBottom, kind]);
    }
    return this.#random.weighted(choices);
  }

  /** Some time, so fine that two sums of such are hardly ever the same. */
  #seconds(): number {
    return (100_000 + this.#random.below(4_000_000)) / 1e6;
  }
}
