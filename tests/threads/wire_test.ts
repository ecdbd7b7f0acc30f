import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import {
  BrokenBarrierError,
  CancelledError,
  IncompleteReadError,
  KeyboardInterrupt,
  RuntimeError,
  SystemExit,
  TimeoutError,
} from "../../mod.ts";
import { makeCodec } from "../../lib/threads/finder.ts";
import { decode, makeEncoder, type WireValue } from "../../lib/threads/wire.ts";
import { test } from "../_support/harness.ts";

const codec = makeCodec();

/** Sends an error there and back, as a message does. */
function travel(error: unknown): unknown {
  return decode(structuredClone(codec.encode(error)) as WireValue);
}

function travelAs<T extends Error>(error: unknown, expected: new (...args: never[]) => T): T {
  const back = travel(error);
  assertInstanceOf(back, expected as new () => T);
  return back;
}

test("decode() gives back the classes of the language, with message and stack", () => {
  for (const Class of [Error, TypeError, RangeError, SyntaxError, ReferenceError, URIError]) {
    const error = new Class("what");
    const back = travelAs(error, Class);
    assertEquals([back.name, back.message, back.stack], [error.name, "what", error.stack]);
    assertEquals(Object.keys(back), []);
  }
});

test("decode() gives back the classes of this module", () => {
  const classes = [
    CancelledError,
    TimeoutError,
    RuntimeError,
    BrokenBarrierError,
    KeyboardInterrupt,
    SystemExit,
  ];
  for (const Class of classes) {
    const back = travelAs(new Class("what"), Class);
    assertEquals([back.name, back.message], [Class.name, "what"]);
  }
  const incomplete = travelAs(new IncompleteReadError(new Uint8Array(2), 10), IncompleteReadError);
  assertEquals([incomplete.partial.length, incomplete.expected], [2, 10]);
});

test("decode() gives a class that is not known here as the one it extends, with its name", () => {
  class HttpError extends RangeError {
    override name = "HttpError";
    status = 404;
  }
  const back = travelAs(new HttpError("gone"), RangeError);
  assertEquals([back.name, String(back)], ["HttpError", "HttpError: gone"]);
  assertEquals(Object.entries(back).filter(([key]) => key !== "name"), [["status", 404]]);
});

test("decode() does not take a class for another of the same name", () => {
  const Other = class TimeoutError extends Error {
    override name = "TimeoutError";
  };
  const back = travelAs(new Other("theirs"), Error);
  assertEquals([back.name, back instanceof TimeoutError], ["TimeoutError", false]);
});

test("decode() gives back a cause, and the cause of that", () => {
  const back = travelAs(
    new Error("outer", { cause: new TypeError("inner", { cause: 42 }) }),
    Error,
  );
  assertInstanceOf(back.cause, TypeError);
  assertEquals(back.cause.cause, 42);
});

test("decode() gives back the errors of an AggregateError", () => {
  const back = travelAs(new AggregateError([new RangeError("a"), "b"], "both"), AggregateError);
  assertEquals(back.errors.map(String), ["RangeError: a", "b"]);
});

test("decode() gives back an error that is its own cause", () => {
  const error = new Error("round");
  error.cause = error;
  const back = travelAs(error, Error);
  assertStrictEquals(back.cause, back);
});

test("decode() gives back a DOMException", () => {
  const back = travelAs(new DOMException("stopped", "AbortError"), DOMException);
  assertEquals([back.name, back.message, back.code], ["AbortError", "stopped", 20]);
});

test("decode() gives back errors that are properties of errors", () => {
  const error = Object.assign(new Error("outer"), { first: new RangeError("inner") });
  const back = travel(error) as typeof error;
  assertInstanceOf(back.first, RangeError);
});

test("encode() has words stand in for what cannot be cloned", () => {
  const error = Object.assign(new Error("what", { cause: () => 1 }), {
    retry() {},
    pending: Promise.resolve(),
  });
  const back = travel(error) as typeof error;
  assertEquals(back.cause, "function cause");
  assertEquals(Object.entries(back), [["retry", "function retry"], [
    "pending",
    "[object Promise]",
  ]]);
});

test("encode() takes what is no error as it is", () => {
  assertEquals(travel({ code: 1 }), { code: 1 });
  assertEquals(travel(undefined), undefined);
  assertEquals(travel(Symbol("s")), "Symbol(s)");
});

test("makeEncoder() stands by itself, as its text", () => {
  const remade = (0, eval)(`(${makeEncoder})`)(codec) as ReturnType<typeof makeEncoder>;
  const wire = remade.encode(new RangeError("what"));
  assert(wire.kind === "error");
  assertEquals(wire.classes, ["RangeError", "Error"]);
});

test("decode() knows every class of errors that this module has", async () => {
  const errors: Record<string, unknown> = await import("../../lib/base/errors.ts");
  for (const [name, Class] of Object.entries(errors)) {
    const error = Reflect.construct(Error, ["sent"], Class as typeof Error);
    const back = travel(error);
    assertInstanceOf(back, Class as typeof Error);
    assertEquals([back.name, back.message], [name, "sent"]);
  }
});
