import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { fromBytes, toBytes } from "../../lib/threads/clone_bytes.ts";
import { test } from "../_support/harness.ts";

function copy<T>(value: T): T {
  return fromBytes(toBytes(value)) as T;
}

test("toBytes() and fromBytes() keep primitives", () => {
  const values = [
    ...[undefined, null, true, false, 0, -0, 1, -1, 2 ** 31, -(2 ** 31), 0.1, NaN, Infinity],
    ...[1n, -(2n ** 80n), "", "plain", "höchst €", "😀", "\ud800 alone", "\ufeffmark", "a\0b"],
  ];
  assertEquals(copy(values), values);
  assert(Object.is(copy(-0), -0));
  for (const value of values) assert(Object.is(copy(value), value), String(value));
});

test("toBytes() and fromBytes() keep what a structured clone keeps", () => {
  const value = {
    list: [1, [2, { three: 3 }]],
    map: new Map<unknown, unknown>([["a", 1], [{ key: 1 }, new Set([1, "two"])]]),
    date: new Date(1234567890123),
    pattern: /a+b/giu,
    bytes: new Uint8Array([1, 2, 255]),
    floats: new Float64Array([0.5, -1]),
    big: new BigInt64Array([5n, -5n]),
    view: new DataView(new Uint8Array([0, 1, 2, 3]).buffer, 1, 2),
    buffer: new Uint8Array([9, 8]).buffer,
    boxed: Object("boxed"),
    nothing: undefined,
  };
  assertEquals(copy(value), structuredClone(value));
  const { view } = copy(value);
  assertEquals([view.byteOffset, view.byteLength, view.getUint8(0)], [1, 2, 1]);
});

test("toBytes() and fromBytes() keep circles, and what is there twice", () => {
  interface Node {
    self?: Node;
    pair: Uint8Array[];
    list: unknown[];
  }
  const shared = new Uint8Array([1, 2, 3, 4]);
  const node: Node = { pair: [shared.subarray(0, 2), shared.subarray(2)], list: [] };
  node.self = node;
  node.list.push(node.list, node.pair);
  const copied = copy(node);
  assertStrictEquals(copied.self, copied);
  assertStrictEquals(copied.list[0], copied.list);
  assertStrictEquals(copied.list[1], copied.pair);
  assertStrictEquals(copied.pair[0]?.buffer, copied.pair[1]?.buffer);
  assertEquals([...copied.pair[1]!], [3, 4]);
});

test("toBytes() and fromBytes() keep holes, and fields of classes but not their classes", () => {
  // deno-fmt-ignore
  const holes = [1, , 3];
  const copied = copy(holes);
  assertEquals([copied.length, 1 in copied, copied[2]], [3, false, 3]);
  class Point {
    x = 1;
    get twice() {
      return 2 * this.x;
    }
  }
  const point = copy(new Point());
  assertEquals([Object.getPrototypeOf(point) === Object.prototype, { ...point }], [true, { x: 1 }]);
  const odd = copy(JSON.parse('{"__proto__": {"a": 1}}'));
  assertEquals(Object.keys(odd), ["__proto__"]);
});

test("toBytes() and fromBytes() keep errors as a structured clone does", () => {
  const original = new RangeError("no", { cause: { code: 7 } });
  const error = copy(original);
  assertInstanceOf(error, RangeError);
  assertEquals([error.message, error.cause], ["no", { code: 7 }]);
  assertEquals(error.stack, original.stack);
  class Own extends Error {
    override name = "Own";
  }
  assertEquals(Object.getPrototypeOf(copy(new Own("own"))), Error.prototype);
});

test("toBytes() and fromBytes() carry a large value", () => {
  const large = { bytes: new Uint8Array(1 << 20).fill(7), text: "x".repeat(1 << 20) };
  assertEquals(copy(large), large);
});

test("toBytes() refuses what only a message can carry, and says where it is", () => {
  const cases: [unknown, string][] = [
    [{ job() {} }, "result.job is function job"],
    [[1, Symbol("s")], "result[1] is symbol Symbol(s)"],
    [new Map([["k", new Blob([])]]), "result.get(k) is [object Blob]"],
    [{ task: Promise.resolve() }, "result.task is [object Promise]"],
  ];
  for (const [value, text] of cases) {
    assertThrows(
      () => toBytes(value),
      TypeError,
      `cannot give the result to a thread that blocks: ${text}; await it there instead`,
    );
  }
});
