// kinds: generator, async
import { assertEquals, assertStrictEquals } from "@std/assert";
import { asyncWith, nullContext, sleep } from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

test("nullContext() gives its value to the body, as often as it is entered", async () => {
  const value = {};
  await virtually(function* () {
    const manager = nullContext(value);
    for (let round = 0; round < 2; round++) {
      yield* asyncWith(manager, function* (given) {
        yield* sleep(0);
        assertStrictEquals(given, value);
      });
    }
    assertEquals(yield* asyncWith(nullContext(), (given) => given), undefined);
  });
});

test("nullContext() lets the body's error through", async () => {
  await virtually(function* () {
    let caught = "";
    try {
      yield* asyncWith(nullContext(), () => {
        throw new RangeError("no");
      });
    } catch (error) {
      caught = `${error}`;
    }
    assertEquals(caught, "RangeError: no");
  });
});
