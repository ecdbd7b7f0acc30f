// kinds: generator, async
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  CancelledError,
  ContextVar,
  copyContext,
  coroutine,
  createTask,
  type DoneCallbackOptions,
  FIRST_EXCEPTION,
  Future,
  gather,
  getRunningLoop,
  InvalidStateError,
  isFuture,
  newEventLoop,
  RuntimeError,
  setEventLoop,
  shield,
  sleep,
  Task,
  TimeoutError,
  wait,
  waitFor,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** A future of a loop that nobody runs. */
function lonelyFuture<T = unknown>(): Future<T> {
  return newEventLoop().createFuture<T>();
}

// States

test("new Future() is pending", () => {
  const future = lonelyFuture();
  assertEquals([future.done(), future.cancelled()], [false, false]);
});

test("Future.setResult() finishes it with the result", () => {
  const future = lonelyFuture<string>();
  future.setResult("done");
  assertEquals([future.done(), future.cancelled(), future.result()], [true, false, "done"]);
  assertEquals(future.exception(), null);
});

test("Future.setException() finishes it with the error", () => {
  const future = lonelyFuture();
  const error = new RangeError("too far");
  future.setException(error);
  assertEquals([future.done(), future.cancelled()], [true, false]);
  assertStrictEquals(future.exception(), error);
  assertStrictEquals(assertThrows(() => future.result()), error);
});

test("Future.setException() makes the error of a class", () => {
  const future = lonelyFuture();
  future.setException(SyntaxError);
  assert(future.exception() instanceof SyntaxError);
});

test("Future.setException() refuses what is no error", () => {
  const future = lonelyFuture();
  assertThrows(
    () => future.setException("text" as never),
    TypeError,
    "setException() expects an Error, got 'text' (string)",
  );
  assertThrows(() => future.setException(Date as never), TypeError);
  assertEquals(future.done(), false);
});

test("Future.cancel() ends it and tells so once", () => {
  const future = lonelyFuture();
  assertEquals([future.cancel(), future.cancel()], [true, false]);
  assertEquals([future.done(), future.cancelled()], [true, true]);
  assertThrows(() => future.result(), CancelledError);
  assertThrows(() => future.exception(), CancelledError);
});

test("Future.cancel() is too late for a future that is done", () => {
  const future = lonelyFuture<number>();
  future.setResult(1);
  assertEquals([future.cancel(), future.cancelled(), future.result()], [false, false, 1]);
});

test("Future.cancel() gives its message to every CancelledError", () => {
  const future = lonelyFuture();
  future.cancel("out of patience");
  const errors = [future.result, future.exception].map((method) =>
    assertThrows(() => method.call(future), CancelledError)
  );
  assertEquals(errors.map((error) => error.message), ["out of patience", "out of patience"]);
  assertNotStrictEquals(errors[0], errors[1]);
});

test("Future.cancel() without a message gives errors without one", () => {
  const future = lonelyFuture();
  future.cancel();
  assertEquals(assertThrows(() => future.result(), CancelledError).message, "");
});

// Too early, too late

test("Future.result() of a pending future is an InvalidStateError", () => {
  assertThrows(() => lonelyFuture().result(), InvalidStateError, "Result is not set.");
});

test("Future.exception() of a pending future is an InvalidStateError", () => {
  assertThrows(() => lonelyFuture().exception(), InvalidStateError, "Exception is not set.");
});

for (const method of ["setResult", "setException"] as const) {
  test(`Future.${method}() of a future that is done is an InvalidStateError`, () => {
    const endings: ((future: Future<unknown>) => void)[] = [
      (future) => future.setResult(1),
      (future) => future.setException(new Error("first")),
      (future) => future.cancel(),
    ];
    for (const end of endings) {
      const future = lonelyFuture();
      end(future);
      const before = `${future}`;
      assertThrows(() => future[method](new Error("second")), InvalidStateError, "invalid state");
      assertEquals(`${future}`, before);
      if (!future.cancelled()) future.exception();
    }
  });
}

// Belonging to a loop

test("new Future() belongs to the loop given, else to the running one", async () => {
  const other = newEventLoop();
  assertStrictEquals(new Future({ loop: other }).getLoop(), other);
  await virtually(function* () {
    assertStrictEquals(new Future().getLoop(), getRunningLoop());
    assertStrictEquals(new Future({ loop: other }).getLoop(), other);
  });
});

test("new Future() belongs to the loop that was set where none runs", () => {
  const loop = newEventLoop();
  setEventLoop(loop);
  try {
    assertStrictEquals(new Future().getLoop(), loop);
  } finally {
    setEventLoop(null);
  }
});

test("new Future() without any loop is a RuntimeError", () => {
  assertThrows(() => new Future(), RuntimeError, "There is no current event loop");
});

test("new Future() refuses a loop that is none", () => {
  for (const loop of [{}, 42, "loop"]) {
    assertThrows(() => new Future({ loop: loop as never }), TypeError, "loop must be an EventLoop");
  }
});

test("isFuture() knows futures and tasks, and nothing else", async () => {
  await virtually(function* () {
    const task = createTask(sleep(0));
    assertEquals([new Future(), task].map(isFuture), [true, true]);
    const others = [null, undefined, 1, {}, Promise.resolve(), sleep(0), () => {}, Future];
    assertEquals(others.map(isFuture), others.map(() => false));
    yield* task;
  });
});

// Callbacks

test("Future.addDoneCallback() calls from the loop, in the order added", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const future = new Future<string>();
    future.addDoneCallback((done) => log.push(["first", done === future, done.result()]));
    future.addDoneCallback(() => log.push("second"));
    future.setResult("x");
    log.push("set");
    yield* sleep(0);
    log.push("an iteration later");
  });
  assertEquals(log, ["set", ["first", true, "x"], "second", "an iteration later"]);
});

test("Future.addDoneCallback() of a future that is done calls soon, not at once", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const future = new Future();
    future.cancel();
    future.addDoneCallback(() => log.push("called"));
    log.push("added");
    yield* sleep(0);
  });
  assertEquals(log, ["added", "called"]);
});

test("Future.addDoneCallback() calls a function as often as it was added", async () => {
  let calls = 0;
  await virtually(function* () {
    const future = new Future();
    const count = () => calls++;
    for (let time = 0; time < 3; time++) future.addDoneCallback(count);
    future.setResult(null);
    yield* sleep(0);
  });
  assertEquals(calls, 3);
});

test("Future.addDoneCallback() refuses what is no function", () => {
  assertThrows(
    () => lonelyFuture().addDoneCallback("print" as never),
    TypeError,
    "addDoneCallback() expects a function, got 'print' (string)",
  );
});

test("Future.addDoneCallback() refuses a coroutine's function, which nobody would run", () => {
  for (const callback of [function* () {}, async () => {}, coroutine(() => sleep(0))]) {
    assertThrows(
      () => lonelyFuture().addDoneCallback(callback),
      TypeError,
      "coroutines cannot be used with addDoneCallback(), got ",
    );
  }
});

test("Future.addDoneCallback() calls in the context of the adding, or in the one given", async () => {
  const log: string[] = [];
  const user = new ContextVar<string>("user");
  await virtually(function* () {
    const future = new Future();
    const context = copyContext();
    context.run(() => user.set("given"));
    user.set("adding");
    future.addDoneCallback(() => log.push(user.get()));
    future.addDoneCallback(() => log.push(user.get()), { context });
    user.set("setting");
    future.setResult(null);
    yield* sleep(0);
  });
  assertEquals(log, ["adding", "given"]);
});

test("a done callback that throws is reported, and the others are called", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const future = new Future();
    future.addDoneCallback(function broken() {
      throw new Error("broken");
    });
    future.addDoneCallback(() => log.push("called"));
    future.setResult(null);
    yield* sleep(0);
  }, { reports: ["Exception in callback broken()"] });
  assertEquals(log, ["called"]);
});

test("Future.removeDoneCallback() tells how often it took the function off", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const future = new Future();
    const off = () => log.push("off");
    const kept = () => log.push("kept");
    assertEquals(future.removeDoneCallback(off), 0);
    future.addDoneCallback(off);
    assertEquals(future.removeDoneCallback(kept), 0);
    future.addDoneCallback(kept);
    future.addDoneCallback(off);
    assertEquals(future.removeDoneCallback(off), 2);
    assertEquals(future.removeDoneCallback(off), 0);
    future.setResult(null);
    yield* sleep(0);
  });
  assertEquals(log, ["kept"]);
});

test("Future.removeDoneCallback() takes any of three off, and keeps the others' order", async () => {
  for (const [removed, left] of [[0, "bc"], [1, "ac"], [2, "ab"]] as const) {
    const log: string[] = [];
    await virtually(function* () {
      const future = new Future();
      const callbacks = ["a", "b", "c"].map((name) => () => log.push(name));
      for (const callback of callbacks) future.addDoneCallback(callback);
      assertEquals(future.removeDoneCallback(callbacks[removed]!), 1);
      future.setResult(null);
      yield* sleep(0);
    });
    assertEquals(log.join(""), left);
  }
});

test("Future.removeDoneCallback() comes too late once the future is done", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const future = new Future();
    const second = () => log.push("second");
    future.addDoneCallback(() => log.push(`first removes ${future.removeDoneCallback(second)}`));
    future.addDoneCallback(second);
    future.setResult(null);
    yield* sleep(0);
  });
  assertEquals(log, ["first removes 0", "second"]);
});

test("a done callback that adds one has it called an iteration later", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const future = new Future();
    future.addDoneCallback(() => {
      future.addDoneCallback(() => log.push("third"));
      log.push("first");
    });
    future.addDoneCallback(() => log.push("second"));
    future.setResult(null);
    yield* sleep(0);
    log.push("iteration");
    yield* sleep(0);
  });
  assertEquals(log, ["first", "second", "iteration", "third"]);
});

// Awaiting

test("awaiting a pending future suspends until it is done", async () => {
  const log: unknown[] = [];
  await virtually(function* () {
    const future = new Future<string>();
    createTask(function* () {
      log.push(yield* future);
    });
    yield* sleep(1);
    log.push("set");
    future.setResult("result");
    log.push("still the setter's turn");
    yield* sleep(0);
    log.push("later");
  });
  assertEquals(log, ["set", "still the setter's turn", "result", "later"]);
});

test("awaiting a future that is done does not let others run", async () => {
  const log: string[] = [];
  await virtually(function* () {
    createTask(function* () {
      log.push("other");
    });
    const future = new Future<number>();
    future.setResult(1);
    for (let time = 0; time < 3; time++) log.push(`${yield* future}`);
    yield* sleep(0);
  });
  assertEquals(log, ["1", "1", "1", "other"]);
});

test("several tasks await one future, and wake in the order of their awaits", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const future = new Future<number>();
    for (const [name, delay] of [["slow", 2], ["quick", 1]] as const) {
      createTask(function* () {
        yield* sleep(delay);
        log.push(`${name} waits`);
        log.push(`${name} has ${yield* future}`);
      });
    }
    yield* sleep(3);
    future.setResult(7);
    yield* sleep(0);
  });
  assertEquals(log, ["quick waits", "slow waits", "quick has 7", "slow has 7"]);
});

test("awaiting a future that failed throws its very error, each time", async () => {
  await virtually(function* () {
    const future = new Future();
    const error = new EvalError("no");
    future.setException(error);
    for (let time = 0; time < 2; time++) {
      try {
        yield* future;
        throw new Error("unreachable");
      } catch (thrown) {
        assertStrictEquals(thrown, error);
      }
    }
  });
});

test("awaiting a cancelled future throws CancelledError and ends the task cancelled", async () => {
  await virtually(function* () {
    const future = new Future();
    future.cancel("gone");
    const task = createTask(function* () {
      yield* future;
    });
    yield* sleep(0);
    assertEquals([task.done(), task.cancelled()], [true, true]);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "gone");
  });
});

test("a future that is cancelled wakes its callbacks and its tasks in one order", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const future = new Future();
    future.addDoneCallback(() => log.push("callback 1"));
    createTask(function* () {
      try {
        yield* future;
      } catch (error) {
        log.push((error as Error).name);
      }
    });
    yield* sleep(0);
    future.addDoneCallback(() => log.push("callback 2"));
    future.cancel();
    yield* sleep(0);
  });
  assertEquals(log, ["callback 1", "CancelledError", "callback 2"]);
});

/* generator only */
test("yield* gives a result as it is, even when it can be awaited itself", async () => {
  await virtually(function* () {
    const inner = new Future<number>();
    const outer = new Future<Future<number>>();
    outer.setResult(inner);
    assertStrictEquals(yield* outer, inner);
  });
});

/* async only */
test("await gives the result of a result that can be awaited itself, as promises do", async () => {
  await virtually(async () => {
    const inner = new Future<number>();
    const outer = new Future<Future<number>>();
    outer.setResult(inner);
    inner.setResult(5);
    assertEquals(await outer, 5);
  });
});

test("a future that is awaited in a finally keeps the error that is under way", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const closing = new Future<void>();
    const task = createTask(function* () {
      try {
        throw new Error("under way");
      } finally {
        yield* closing;
        log.push("closed");
      }
    });
    yield* sleep(1);
    assertEquals(task.done(), false);
    closing.setResult();
    try {
      yield* task;
    } catch (error) {
      log.push((error as Error).message);
    }
  });
  assertEquals(log, ["closed", "under way"]);
});

/** A future that notes who adds callbacks and takes them off. */
class NotingFuture extends Future<number> {
  readonly log: string[] = [];

  override addDoneCallback(
    callback: (future: this) => unknown,
    options?: DoneCallbackOptions,
  ): void {
    this.log.push("add");
    super.addDoneCallback(callback, options);
  }

  override removeDoneCallback(callback: (future: this) => unknown): number {
    this.log.push("remove");
    return super.removeDoneCallback(callback);
  }

  override cancel(message?: string): boolean {
    this.log.push("cancel");
    return super.cancel(message);
  }
}

// As CPython 3.13 calls them.
for (
  const [what, begin, calls] of [
    ["await", (future: NotingFuture) => future, "add"],
    ["gather()", (future: NotingFuture) => gather([future]), "add"],
    ["wait()", (future: NotingFuture) => wait([future]), "add remove"],
    [
      "wait() with a timeout",
      (future: NotingFuture) => wait([future], { timeout: 1 }),
      "add remove",
    ],
    ["shield()", (future: NotingFuture) => shield(future), "add"],
    ["waitFor()", (future: NotingFuture) => waitFor(future, 1), "add"],
    ["waitFor() that ends", (future: NotingFuture) => waitFor(future, 0.1), "add cancel"],
  ] as const
) {
  test(`${what} adds its callback by the class's own addDoneCallback()`, () =>
    virtually(function* () {
      const future = new NotingFuture();
      getRunningLoop().callLater(0.5, () => {
        if (!future.done()) future.setResult(42);
      });
      try {
        yield* begin(future);
      } catch (error) {
        assertInstanceOf(error, TimeoutError);
      }
      assertEquals(future.log.join(" "), calls);
    }));
}

/** A future that takes its errors for something else. */
class Translating extends Future<number> {
  override exception(): unknown {
    const error = super.exception();
    return error === null ? null : new RangeError(`translated: ${(error as Error).message}`);
  }
}

// As CPython 3.13 has it, by the method; `await` takes the error itself there, too.
for (
  const [what, begin, error] of [
    ["await", (future: Translating) => future, "Error: plain"],
    ["gather()", (future: Translating) => gather([future]), "RangeError: translated: plain"],
    ["shield()", (future: Translating) => shield(future), "RangeError: translated: plain"],
  ] as const
) {
  test(`${what} has the error of a class's own exception()`, () =>
    virtually(function* () {
      const future = new Translating();
      getRunningLoop().callLater(1, () => future.setException(new Error("plain")));
      try {
        yield* begin(future);
      } catch (caught) {
        assertEquals(String(caught), error);
      }
      const [result] = yield* gather([future], { returnExceptions: true });
      assertEquals(String(result), "RangeError: translated: plain");
    }));
}

test("wait() for the first exception goes by a class's own exception()", () =>
  virtually(function* () {
    class Forgiving extends Future<number> {
      override exception(): null {
        super.exception();
        return null;
      }
    }
    const futures = [new Forgiving(), new Future<number>()];
    const loop = getRunningLoop();
    loop.callLater(1, () => futures[0]!.setException(new Error("forgiven")));
    loop.callLater(2, () => futures[1]!.setResult(2));
    const [done] = yield* wait(futures, { returnWhen: FIRST_EXCEPTION });
    assertEquals([done.size, loop.time()], [2, 2]);
  }));

test("who waits by a class's own addDoneCallback() is woken in the order of those that wait", () =>
  virtually(function* () {
    const future = new NotingFuture();
    const order: string[] = [];
    function* waits(name: string) {
      order.push(`${name} ${yield* future}`);
    }
    const first = createTask(() => waits("first"));
    yield* sleep(0);
    future.addDoneCallback(() => order.push("callback"));
    const second = createTask(() => waits("second"));
    yield* sleep(0);
    future.setResult(1);
    yield* gather([first, second]);
    assertEquals(order, ["first 1", "callback", "second 1"]);
  }));

test("a class's own addDoneCallback() may call the function that it is given later, and with more", () =>
  virtually(function* () {
    const calls: string[] = [];
    class Wrapping extends Future<number> {
      override addDoneCallback(callback: (future: this) => unknown): void {
        super.addDoneCallback((future) => {
          calls.push("before");
          callback(future);
          calls.push("after");
        });
      }
    }
    const future = new Wrapping();
    getRunningLoop().callSoon(() => future.setResult(2));
    assertEquals(yield* future, 2);
    assertEquals(calls, ["before", "after"]);
    const [done] = yield* wait([future]);
    assertEquals([...done], [future]);
  }));

test("a subclass of Future is awaited as one", async () => {
  class Ticket extends Future<string> {
    readonly number = 7;
  }
  await virtually(function* () {
    const ticket = new Ticket();
    getRunningLoop().callLater(1, () => ticket.setResult("called"));
    assertEquals(yield* ticket, "called");
    assertEquals(`${ticket}`, "<Ticket finished result='called'>");
  });
});

// Plain code and promises

test("plain code awaits a future that a loop finishes", async () => {
  const future = lonelyFuture<string>();
  const loop = future.getLoop();
  loop.callSoon(() => {
    future.setResult("from the loop");
    loop.stop();
  });
  const run = loop.runForever();
  assertEquals(await future, "from the loop");
  await run;
});

test("plain code awaits a future that plain code finishes, without any run", async () => {
  const future = lonelyFuture<number>();
  queueMicrotask(() => future.setResult(3));
  assertEquals(await future, 3);
  assertEquals(await future, 3);
});

test("plain code that awaits a failed or cancelled future gets the error", async () => {
  const failed = lonelyFuture();
  failed.setException(new RangeError("out"));
  await assertRejects(() => failed, RangeError, "out");
  const cancelled = lonelyFuture();
  const waiting = assertRejects(() => cancelled, CancelledError, "why");
  cancelled.cancel("why");
  await waiting;
});

test("Future.then(), catch() and finally() make promises of plain code", async () => {
  const good = lonelyFuture<number>();
  const bad = lonelyFuture<number>();
  const log: unknown[] = [];
  const all = Promise.all([
    good.then((value) => value + 1),
    bad.then(null, (error: Error) => error.message),
    bad.catch((error) => (error as Error).name),
    good.finally(() => log.push("finally")),
  ]);
  good.setResult(1);
  bad.setException(new URIError("bad"));
  assertEquals(await all, [2, "bad", "URIError", 1]);
  assertEquals(log, ["finally"]);
});

// Printed forms

test("Future.toString() tells the state", () => {
  const [pending, done, failed, cancelled] = [0, 1, 2, 3].map(() => lonelyFuture());
  done!.setResult({ a: "b" });
  failed!.setException(new TypeError("bad"));
  cancelled!.cancel();
  assertEquals([pending, done, failed, cancelled].map(String), [
    "<Future pending>",
    "<Future finished result={ a: 'b' }>",
    "<Future finished exception=TypeError('bad')>",
    "<Future cancelled>",
  ]);
  failed!.exception();
});

test("Future.toString() names the first and the last of many callbacks", () => {
  const future = lonelyFuture();
  future.addDoneCallback(function one() {});
  assertEquals(`${future}`, "<Future pending cb=[one()]>");
  future.addDoneCallback(function two() {});
  assertEquals(`${future}`, "<Future pending cb=[one(), two()]>");
  future.addDoneCallback(function three() {});
  future.addDoneCallback(function four() {});
  assertEquals(`${future}`, "<Future pending cb=[one(), <2 more>, four()]>");
});

test("Future.toString() names those that wait by what they are to the user", async () => {
  await virtually(function* () {
    const future = new Future<void>();
    const task = createTask(function* () {
      yield* future;
    });
    yield* sleep(0);
    assertEquals(`${future}`, "<Future pending cb=[Task.wakeup()]>");
    const children = [new Future<void>(), new Future<void>()];
    const all = gather(children);
    assertEquals(`${children[1]}`, "<Future pending cb=[gather.wakeup()]>");
    const controller = new AbortController();
    const bound = createTask(() => sleep(9), { signal: controller.signal });
    assertMatch(`${bound}`, / cb=\[AbortSignal\.wakeup\(\)\]>$/);
    controller.abort();
    for (const one of [future, ...children]) one.setResult();
    yield* all;
    yield* task;
  });
});

// After the loop's end

test("a future without callbacks is finished after its loop was closed", () => {
  const future = lonelyFuture<number>();
  future.getLoop().close();
  future.setResult(1);
  assertEquals(future.result(), 1);
});

test("a callback of a future whose loop was closed is refused: Event loop is closed", () => {
  const future = lonelyFuture<number>();
  future.addDoneCallback(() => {});
  future.getLoop().close();
  assertThrows(() => future.setResult(1), RuntimeError, "Event loop is closed");
  assertEquals(future.result(), 1);
  assertThrows(() => future.addDoneCallback(() => {}), RuntimeError, "Event loop is closed");
});

test("a task is a future", async () => {
  await virtually(function* () {
    const task: Future<number> = createTask(sleep(0, 5));
    assert(task instanceof Task && task instanceof Future);
    assertEquals(yield* task, 5);
  });
});

test("a pending future that is iterated over says that it was not awaited", async () => {
  await virtually(function* () {
    const pending = [new Future(), createTask(sleep(1)), sleep(1), gather([sleep(1)])];
    for (const future of pending) {
      assertThrows(
        () => [...future as unknown as Iterable<unknown>],
        RuntimeError,
        "await wasn't used with future",
      );
    }
    yield* sleep(2);
  });
});

test("cancel() takes any message, and shows it", async () => {
  await virtually(function* () {
    const messages: unknown[] = [];
    for (const message of [Symbol("s"), Object.create(null), { code: 1 }, 5]) {
      for (const future of [new Future(), createTask(sleep(1))]) {
        future.cancel(message as never);
        try {
          yield* future;
        } catch (error) {
          messages.push((error as Error).message);
        }
      }
    }
    const shown = ["Symbol(s)", "{}", "{ code: 1 }", "5"];
    assertEquals(messages, shown.flatMap((text) => [text, text]));
  });
});
