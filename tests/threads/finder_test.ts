import { assertEquals } from "@std/assert";
import { makeCodec } from "../../lib/threads/finder.ts";
import { test } from "../_support/harness.ts";

const codec = makeCodec();

test("obstacle() finds nothing where all can be cloned", () => {
  const value: Record<string, unknown> = { a: [1, new Map([[{ b: 2 }, new Date()]])] };
  value.self = value;
  assertEquals(codec.obstacle(value, "value"), null);
});

test("obstacle() says where in a value it is, and what", () => {
  const find = (value: unknown) => {
    const found = codec.obstacle(value, "value");
    return found === null ? null : `${found.path} is ${found.what}`;
  };
  assertEquals(find(() => 1), "value is function (anonymous)");
  assertEquals(find([[0, Symbol("x")]]), "value[0][1] is Symbol(x)");
  assertEquals(find({ a: { b: new WeakMap() } }), "value.a.b is [object WeakMap]");
  assertEquals(find(new Map([["k", Promise.resolve()]])), "value.get(k) is [object Promise]");
  assertEquals(find(new Set([() => 1])), "value.values() is function (anonymous)");
});

test("obstacle() does not go round in a circle", () => {
  const value: Record<string, unknown> = { f() {} };
  value.self = value;
  assertEquals(codec.obstacle(value, "value")?.path, "value.f");
});

test("loss() says where the things are that a clone would empty", () => {
  const { loss } = makeCodec(["URLSearchParams", "Nothing"]);
  const words = (value: unknown) => {
    const found = loss(value, "value");
    return found === null ? null : `${found.path} is ${found.what}`;
  };
  const lost = new URLSearchParams();
  assertEquals(words([1, "a", { b: [new Uint8Array(1), new Date(), new Map([[1, {}]])] }]), null);
  assertEquals(words({ a: [0, lost] }), "value.a[1] is [object URLSearchParams]");
  assertEquals(words(new Map([["k", { lost }]])), "value.get(k).lost is [object URLSearchParams]");
  const circle: Record<string, unknown> = { deep: [[[[[[[[[[lost]]]]]]]]]] };
  circle.self = circle;
  assertEquals(words(circle), `value.deep${"[0]".repeat(10)} is [object URLSearchParams]`);
  assertEquals(makeCodec().loss(lost, "value"), null, "here nothing is emptied");
});
