import { assertEquals, assertStrictEquals } from "@std/assert";
import { Context, ContextVar, transfer } from "../../mod.ts";
import { carryContext, unpack } from "../../lib/threads/carried_context.ts";
import { test } from "../_support/harness.ts";

const module = "https://example.test/carried.ts";
const jobContext = { signal: new AbortController().signal, transfer };

test("carryContext() packs the variables that have a module, as they are now", () => {
  const [user, depth, local] = [
    new ContextVar<unknown>("user", { module }),
    new ContextVar("depth", { module, default: 0 }),
    new ContextVar<number>("local"),
  ];
  new Context().run(() => {
    user.set({ name: "ann" });
    local.set(1);
    const job = () => [user.get(), depth.get()];
    const carried = carryContext(job);
    user.set("later");
    const luggage = unpack(carried);
    assertStrictEquals(luggage.job, job);
    assertEquals(luggage.context, [[module, "user", { name: "ann" }]]);
    assertEquals(carried.call(jobContext), [{ name: "ann" }, 0]);
  });
});

test("carryContext() leaves out what cannot be cloned", () => {
  const [fine, not] = [
    new ContextVar<unknown>("fine", { module }),
    new ContextVar<unknown>("not", { module }),
  ];
  new Context().run(() => {
    not.set(() => {});
    fine.set(undefined);
    assertEquals(unpack(carryContext(() => {})).context, [[module, "fine", undefined]]);
  });
});

test("unpack() gives what has no luggage as it is, with no context", () => {
  const job = () => {};
  for (const plain of [job, 42, null]) assertEquals(unpack(plain), { job: plain });
  assertStrictEquals(carryContext(42 as never), 42 as never);
});

test("what carryContext() makes hands on this and the arguments", () => {
  const carried = carryContext(function (a: number, b: number) {
    return [this.signal === jobContext.signal, a + b];
  });
  assertEquals(carried.call(jobContext, 1, 2), [true, 3]);
});
