import { assertEquals, assertThrows } from "@std/assert";
import { iterateAwaitables } from "../../lib/waiting/awaitables.ts";
import { newEventLoop, sleep } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("iterateAwaitables() gives back iterables of every kind", () => {
  const nap = sleep(0);
  const lists = [[nap], new Set([nap]), new Map([[1, nap]]).values(), [nap].values()];
  for (const list of lists) assertEquals([...iterateAwaitables(list, "f")], [nap]);
  assertEquals([...iterateAwaitables([], "f")], []);
});

test("iterateAwaitables() refuses a single awaitable, although yield* can iterate over it", () => {
  const loop = newEventLoop();
  function* coroutine() {}
  for (const single of [sleep(0), loop.createFuture(), coroutine()]) {
    assertThrows(
      () => iterateAwaitables(single as never, "gather"),
      TypeError,
      "gather() expects an iterable of awaitables, not ",
    );
  }
  loop.close();
});

test("iterateAwaitables() refuses what cannot be iterated over, and says what came", () => {
  const cases: [unknown, string][] = [
    [42, "42 (number)"],
    [null, "null"],
    [undefined, "undefined"],
    [{ length: 0 }, "{ length: 0 } (Object)"],
    [() => {}, "<function <anonymous>> (function)"],
  ];
  for (const [value, shown] of cases) {
    assertThrows(
      () => iterateAwaitables(value as never, "wait"),
      TypeError,
      `wait() expects an iterable of awaitables, not ${shown}: put what wait() takes into an array`,
    );
  }
});
