import { assert, assertEquals } from "@std/assert";
import { shrinkOrder } from "../../lib/testing/shrink_order.ts";
import { test } from "../_support/harness.ts";

/** Shrinks, where every order is run as it was told. */
function shrink(order: number[], fails: (order: readonly number[]) => boolean) {
  return shrinkOrder(order, async (candidate) => fails(candidate) ? trimmed(candidate) : null);
}

function trimmed(order: readonly number[]): number[] {
  return order.slice(0, order.findLastIndex((choice) => choice > 0) + 1);
}

test("shrinkOrder() leaves asyncio's order to what does not matter", async () => {
  const order = [3, 1, 4, 1, 5, 9, 2, 6];
  assertEquals(await shrink(order, (tried) => tried[4]! >= 1), [0, 0, 0, 0, 1]);
  assertEquals(
    await shrink(order, (tried) => tried[1]! >= 1 && tried[5]! >= 7),
    [0, 1, 0, 0, 0, 7],
  );
});

test("shrinkOrder() takes choices out", async () => {
  assertEquals(await shrink([0, 0, 0, 0, 0, 2, 0, 2], (tried) => tried.includes(2)), [2]);
});

test("shrinkOrder() keeps an order of which nothing can be left out", async () => {
  const order = [1, 2, 1];
  assertEquals(await shrink(order, (tried) => tried.join() === order.join()), order);
});

test("shrinkOrder() ends where what is run never is what was told", async () => {
  let trials = 0;
  const order = await shrinkOrder([1, 1, 1, 1], async () => {
    trials++;
    return [1, 1, 1, 1, 1];
  });
  assertEquals(order, [1, 1, 1, 1]);
  assert(trials < 400);
});

test("shrinkOrder() is content after some hundred trials", async () => {
  let trials = 0;
  await shrink(Array.from({ length: 1000 }, () => 1), () => {
    trials++;
    return false;
  });
  assertEquals(trials, 400);
});
