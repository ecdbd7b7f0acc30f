import { assert, assertEquals } from "@std/assert";
import { Random } from "../../lib/base/random.ts";
import { test } from "../_support/harness.ts";

const draw = (seed: number, count = 1000) => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.next());
};

test("Random gives the same numbers of the same seed, and others of another", () => {
  assertEquals(draw(1), draw(1));
  assert(draw(1)[0] !== draw(2)[0]);
});

test("Random.next() stays from 0 to below 1, on both sides of the middle alike", () => {
  const numbers = draw(-3);
  assert(numbers.every((number) => number >= 0 && number < 1));
  const low = numbers.filter((number) => number < 0.5).length;
  assert(low > 400 && low < 600, `${low} of 1000 in the lower half`);
});

test("Random.below() gives every whole number below the end", () => {
  const random = new Random(0);
  const seen = new Set(Array.from({ length: 200 }, () => random.below(5)));
  assertEquals([...seen].sort(), [0, 1, 2, 3, 4]);
});
