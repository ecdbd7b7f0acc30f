import { assert, assertEquals } from "@std/assert";
import {
  BrokenBarrierError,
  CancelledError,
  DeadlockError,
  IncompleteReadError,
  InvalidStateError,
  KeyboardInterrupt,
  LimitOverrunError,
  NotSupportedError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  SystemExit,
  TimeoutError,
  ValueError,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

const plain = {
  BrokenBarrierError,
  CancelledError,
  InvalidStateError,
  KeyboardInterrupt,
  NotSupportedError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  RuntimeError,
  SystemExit,
  TimeoutError,
  ValueError,
};

for (const [name, ErrorClass] of Object.entries(plain)) {
  test(`${name} is an Error with its name, message, cause and stack`, () => {
    const cause = new Error("cause");
    const error = new ErrorClass("what happened", { cause });
    assert(error instanceof Error && error instanceof ErrorClass);
    assertEquals([error.name, error.message, error.cause], [name, "what happened", cause]);
    assertEquals([`${error}`, `${new ErrorClass()}`], [`${name}: what happened`, name]);
    assert(error.stack?.includes("errors_test"), "the stack does not name the place");
    assertEquals([new ErrorClass().message, "cause" in new ErrorClass()], ["", false]);
  });
}

test("the names are the classes', not properties of each error", () => {
  assertEquals(Object.keys(new CancelledError("x")), []);
  class Own extends ValueError {}
  assertEquals(new Own().name, "ValueError");
});

test("the errors' tree is Python's", () => {
  const runtime = [BrokenBarrierError, NotSupportedError, DeadlockError];
  for (const each of runtime) assert(each.prototype instanceof RuntimeError, each.name);
  const apart = [
    CancelledError,
    InvalidStateError,
    KeyboardInterrupt,
    QueueEmpty,
    QueueFull,
    QueueShutDown,
    SystemExit,
    TimeoutError,
    ValueError,
    IncompleteReadError,
    LimitOverrunError,
  ];
  for (const each of apart) {
    assertEquals(Object.getPrototypeOf(each), Error, each.name);
  }
});

test("DeadlockError has the tasks that wait", () => {
  const tasks = [{ task: "<Task pending>", waitingFor: null }];
  const error = new DeadlockError("main can never be done", tasks);
  assertEquals([error.name, error.message, error.tasks], [
    "DeadlockError",
    "main can never be done",
    tasks,
  ]);
  assertEquals(new DeadlockError("x").tasks, []);
});

test("IncompleteReadError tells what was read and what was asked for", () => {
  const partial = new Uint8Array([1, 2]);
  const error = new IncompleteReadError(partial, 10);
  assertEquals([error.name, error.message, error.partial, error.expected], [
    "IncompleteReadError",
    "2 bytes read on a total of 10 expected bytes",
    partial,
    10,
  ]);
  assertEquals(
    new IncompleteReadError(new Uint8Array(), null).message,
    "0 bytes read on a total of undefined expected bytes",
  );
});

test("LimitOverrunError tells how much is to be consumed", () => {
  const error = new LimitOverrunError("Separator is not found", 7);
  assertEquals([error.name, error.message, error.consumed], [
    "LimitOverrunError",
    "Separator is not found",
    7,
  ]);
});

test("SystemExit knows with what the program wants to end", () => {
  const exits = [new SystemExit(), new SystemExit(3), new SystemExit("enough")];
  assertEquals(exits.map(({ code, message }) => [code, message]), [
    [null, ""],
    [3, "3"],
    ["enough", "enough"],
  ]);
});
