import { assertEquals, assertThrows } from "@std/assert";
import {
  newEventLoop,
  RuntimeError,
  setEventLoop,
  ThreadLoop,
  ThreadPoolExecutor,
} from "../../mod.ts";
import { findExposed, makeExposure } from "../../lib/threads/exposure.ts";
import { test } from "../_support/harness.ts";

test("makeExposure() takes the loop given, or the current one", () => {
  const given = newEventLoop();
  const set = newEventLoop();
  const expose = { add: (a: number, b: number) => a + b };
  assertEquals(makeExposure({ expose, parent: given })?.loop, given);
  setEventLoop(set);
  assertEquals(makeExposure({ expose })?.loop, set);
  setEventLoop(null);
  assertThrows(
    () => new ThreadLoop({ expose }),
    RuntimeError,
    "There is no current event loop",
  );
  assertEquals(makeExposure({}), null);
  given.close();
  set.close();
});

test("makeExposure() refuses what is no function, and what is no loop", () => {
  assertThrows(
    () => new ThreadPoolExecutor({ expose: { a: 42 as never } }),
    TypeError,
    "expose.a must be a function, got 42 (number)",
  );
  assertThrows(
    () => new ThreadPoolExecutor({ expose: 42 as never }),
    TypeError,
    "expose must be an object of functions, got 42 (number)",
  );
  assertThrows(
    () => new ThreadLoop({ parent: {} as never }),
    TypeError,
    "parent must be an EventLoop of this thread, got {} (Object)",
  );
});

test("findExposed() names what is exposed where it finds nothing", () => {
  const loop = newEventLoop();
  const exposure = makeExposure({ expose: { add() {}, subtract() {} }, parent: loop });
  assertEquals(findExposed(exposure, "add").loop, loop);
  assertThrows(
    () => findExposed(exposure, "toString"),
    RuntimeError,
    "the parent exposes no function 'toString' to this thread: its option expose has add, subtract",
  );
  assertThrows(() => findExposed(null, "add"), RuntimeError, "its option expose has nothing");
  loop.close();
});
