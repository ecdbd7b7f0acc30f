// kinds: generator, async
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { aclosing, anext, asyncGenerator, asyncWith, createTask, sleep, wait } from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

const numbers = asyncGenerator(function* (log: string[]) {
  try {
    for (let n = 1;; n++) yield n;
  } finally {
    yield* sleep(1);
    log.push("closed");
  }
});

test("aclosing() gives the thing, and closes it at the end, whatever happens", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const generator = numbers(log);
    yield* asyncWith(aclosing(generator), function* (given) {
      assertStrictEquals(given, generator);
      assertEquals(yield* anext(given), 1);
    });
    assertEquals(log.splice(0), ["closed"]);
    let caught = "";
    try {
      yield* asyncWith(aclosing(numbers(log)), function* (given) {
        yield* anext(given);
        throw new RangeError("no");
      });
    } catch (error) {
      caught = `${error}`;
    }
    assertEquals([caught, ...log.splice(0)], ["RangeError: no", "closed"]);
    const task = createTask(asyncWith(aclosing(numbers(log)), function* (given) {
      yield* anext(given);
      yield* sleep(100);
    }));
    yield* sleep(1);
    task.cancel();
    yield* wait([task]);
    assertEquals([task.cancelled(), ...log], [true, "closed"]);
  });
});

test("aclosing() closes by aclose(), and else by return()", async () => {
  const log: string[] = [];
  const things = [
    {
      name: "a",
      aclose: () => sleep(1).then(() => log.push("a.aclose")),
      return: () => log.push("a.return"),
    },
    {
      name: "b",
      *return() {
        yield* sleep(1);
        log.push("b.return");
      },
    },
    { name: "c", aclose: () => log.push("c.aclose") },
  ];
  await virtually(function* () {
    for (const thing of things) {
      assertEquals(yield* asyncWith(aclosing(thing as never), () => "result"), "result");
    }
  });
  assertEquals(log, ["a.aclose", "b.return", "c.aclose"]);
});

test("aclosing() refuses what cannot be closed", () => {
  for (const thing of [null, 42, {}, { close() {} }]) {
    assertThrows(
      () => aclosing(thing as never),
      TypeError,
      "aclosing() expects an object with aclose(), got",
    );
  }
});
