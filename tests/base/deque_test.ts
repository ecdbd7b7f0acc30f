import { assertEquals, assertStrictEquals } from "@std/assert";
import { Deque } from "../../lib/base/deque.ts";
import { test } from "../_support/harness.ts";

function dequeOf<T>(...items: T[]): Deque<T> {
  const deque = new Deque<T>();
  for (const item of items) deque.push(item);
  return deque;
}

test("a new Deque is empty", () => {
  const deque = new Deque<number>();
  assertEquals([deque.length, deque.peek(), deque.shift(), [...deque]], [
    0,
    undefined,
    undefined,
    [],
  ]);
  assertEquals(deque.length, 0);
});

test("Deque.shift() takes out in the order of push()", () => {
  const deque = dequeOf("a", "b", "c");
  assertEquals([deque.length, deque.peek(), [...deque]], [3, "a", ["a", "b", "c"]]);
  assertEquals([deque.shift(), deque.shift()], ["a", "b"]);
  deque.push("d");
  assertEquals([deque.length, deque.peek(), [...deque]], [2, "c", ["c", "d"]]);
  assertEquals([deque.shift(), deque.shift(), deque.shift()], ["c", "d", undefined]);
});

test("Deque keeps its order as it wraps around and grows", () => {
  const deque = new Deque<number>();
  let pushed = 0;
  let shifted = 0;
  // Grows by three, shrinks by two: the head goes round every size that the ring has.
  for (let round = 0; round < 2000; round++) {
    for (let time = 0; time < 3; time++) deque.push(pushed++);
    for (let time = 0; time < 2; time++) assertEquals(deque.shift(), shifted++);
    assertEquals(deque.length, pushed - shifted);
  }
  assertEquals([...deque], Array.from({ length: 2000 }, (_, index) => shifted + index));
});

test("Deque holds undefined like anything else", () => {
  const deque = dequeOf<number | undefined>(undefined, 1, undefined);
  assertEquals([deque.length, [...deque]], [3, [undefined, 1, undefined]]);
  assertEquals([deque.shift(), deque.length], [undefined, 2]);
});

test("Deque.remove() takes the first occurrence out, wherever the ring is cut", () => {
  for (let offset = 0; offset < 20; offset++) {
    for (let target = 0; target < 7; target++) {
      const deque = new Deque<number>();
      for (let time = 0; time < offset; time++) {
        deque.push(-1);
        deque.shift();
      }
      for (const item of [0, 1, 2, 3, 4, 5, 6, target]) deque.push(item);
      assertEquals(deque.remove(target), true);
      const left = [0, 1, 2, 3, 4, 5, 6, target];
      left.splice(target, 1);
      assertEquals([...deque], left);
      assertEquals(deque.length, 7);
      deque.push(99);
      assertEquals([...deque], [...left, 99]);
    }
  }
});

test("Deque.remove() of what is not there changes nothing", () => {
  const deque = dequeOf("a", "b");
  assertEquals([deque.remove("c"), [...deque]], [false, ["a", "b"]]);
  deque.shift();
  assertEquals(deque.remove("a"), false);
});

test("Deque.clear() takes all out, and the deque serves on", () => {
  const deque = new Deque<number>();
  for (let index = 0; index < 100; index++) deque.push(index);
  deque.clear();
  assertEquals([deque.length, deque.shift(), [...deque]], [0, undefined, []]);
  deque.push(1);
  assertEquals([...deque], [1]);
});

test("Deque may be iterated over again and again, and is not changed by it", () => {
  const item = { an: "object" };
  const deque = dequeOf(item);
  assertStrictEquals([...deque][0], item);
  assertStrictEquals([...deque][0], item);
  assertEquals(deque.length, 1);
});

test("Deque.at() counts from the front, wherever that lies in the ring", () => {
  const deque = dequeOf(...Array.from({ length: 16 }, (_, index) => index));
  for (let index = 0; index < 10; index++) deque.push(deque.shift()! + 16);
  assertEquals([deque.at(0), deque.at(5), deque.at(6), deque.at(15)], [10, 15, 16, 25]);
  const short = dequeOf("a", "b");
  assertEquals([short.at(0), short.at(1), short.at(2)], ["a", "b", undefined]);
});
