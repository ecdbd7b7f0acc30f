/**
 * Random choices that a seed decides.
 *
 * @module
 */
import { Random as RandomNumbers } from "../../lib/base/random.ts";

/** A source of random choices: the same seed, the same choices. */
export class Random extends RandomNumbers {
  /** `true` with a probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** One of the choices, each as likely as its weight says. */
  weighted<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, choice] of choices) {
      left -= weight;
      if (left < 0) return choice;
    }
    return choices.at(-1)![1];
  }
}

/** The first seed of a day: a million to each. */
export function seedOfDay(day: Date = new Date()): number {
  return Math.floor(day.getTime() / 86_400_000) * 1_000_000;
}
