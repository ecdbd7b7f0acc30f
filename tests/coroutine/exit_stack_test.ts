// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  AsyncExitStack,
  asyncWith,
  ContextVar,
  createTask,
  Lock,
  nullContext,
  sleep,
  wait,
} from "../../mod.ts";
import { asyncDisposeKey, disposeKey } from "../../lib/base/dispose.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** What a manager of these tests does when it is left. */
interface Leaving {
  swallows?: boolean;
  throws?: unknown;
}

/** A manager that notes what happens to it, and waits a second in each method. */
function room(log: string[], name: string, { swallows = false, throws }: Leaving = {}) {
  return {
    *enter() {
      yield* sleep(1);
      log.push(`${name} in`);
      return name;
    },
    *exit(error: unknown) {
      yield* sleep(1);
      log.push(`${name} out: ${error}`);
      if (throws !== undefined) throw throws;
      return swallows;
    },
  };
}

/** Runs a body and gives what it throws, or that it threw nothing. */
function* thrownBy(body: () => Generator<unknown, unknown, unknown>) {
  try {
    yield* asyncWith(nullContext(), body as never);
  } catch (error) {
    return error;
  }
  return "nothing";
}

test("AsyncExitStack leaves what it entered in reverse order", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const result = yield* asyncWith(new AsyncExitStack(), function* (stack) {
      for (const name of ["a", "b"]) {
        assertEquals(yield* stack.enterAsyncContext(room(log, name)), name);
      }
      log.push("body");
      return "result";
    });
    assertEquals(result, "result");
  });
  assertEquals(log, ["a in", "b in", "body", "b out: null", "a out: null"]);
});

test("AsyncExitStack.enterAsyncContext() that fails leaves what was entered before", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const error = yield* thrownBy(function* () {
      yield* asyncWith(new AsyncExitStack(), function* (stack) {
        yield* stack.enterAsyncContext(room(log, "a"));
        yield* stack.enterAsyncContext({
          enter: () => {
            throw new RangeError("no");
          },
          exit: () => log.push("never"),
        });
      });
    });
    assertEquals(`${error}`, "RangeError: no");
  });
  assertEquals(log, ["a in", "a out: RangeError: no"]);
});

test("AsyncExitStack calls callbacks with their arguments, and tells them of no error", async () => {
  const log: unknown[][] = [];
  await virtually(function* () {
    const stack = new AsyncExitStack();
    const plain = (...args: unknown[]) => log.push(["plain", ...args]) > 0;
    function* slow(...args: unknown[]) {
      yield* sleep(1);
      return log.push(["slow", ...args]) > 0;
    }
    assertStrictEquals(stack.callback(plain, 1, 2), plain);
    assertStrictEquals(stack.pushAsyncCallback(slow, 3), slow);
    stack.callback(plain);
    const error = yield* thrownBy(function* () {
      yield* asyncWith(stack, () => {
        throw new RangeError("kept");
      });
    });
    assertEquals(`${error}`, "RangeError: kept");
  });
  assertEquals(log, [["plain"], ["slow", 3], ["plain", 1, 2]]);
});

test("AsyncExitStack.push() and pushAsyncExit() take functions and managers, without entering", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const stack = new AsyncExitStack();
    const manager = room(log, "manager");
    const plain = { exit: (error: unknown) => void log.push(`plain: ${error}`) };
    const leave = (error: unknown) => void log.push(`function: ${error}`);
    function* leaveSlowly(error: unknown) {
      yield* sleep(1);
      log.push(`slow: ${error}`);
    }
    assertStrictEquals(stack.pushAsyncExit(manager), manager);
    assertStrictEquals(stack.push(plain), plain);
    assertStrictEquals(stack.push(leave), leave);
    assertStrictEquals(stack.pushAsyncExit(leaveSlowly), leaveSlowly);
    const error = yield* thrownBy(function* () {
      yield* asyncWith(stack, () => {
        throw "a storm";
      });
    });
    assertEquals(error, "a storm");
  });
  assertEquals(log, [
    "slow: a storm",
    "function: a storm",
    "plain: a storm",
    "manager out: a storm",
  ]);
});

test("an error that one exit swallows is not told to those further down", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const result = yield* asyncWith(new AsyncExitStack(), function* (stack) {
      yield* stack.enterAsyncContext(room(log, "a"));
      yield* stack.enterAsyncContext(room(log, "b", { swallows: true }));
      yield* stack.enterAsyncContext(room(log, "c"));
      throw new RangeError("no");
    });
    assertEquals(result, undefined);
  });
  assertEquals(log.slice(3), [
    "c out: RangeError: no",
    "b out: RangeError: no",
    "a out: null",
  ]);
});

test("an error of one exit takes the place of the one before, and may be swallowed in its turn", async () => {
  const log: string[] = [];
  const thrower = { throws: new TypeError("exit's") };
  await virtually(function* () {
    for (const swallows of [false, true]) {
      const error = yield* thrownBy(function* () {
        yield* asyncWith(new AsyncExitStack(), function* (stack) {
          yield* stack.enterAsyncContext(room(log, "a", { swallows }));
          yield* stack.enterAsyncContext(room(log, "b", thrower));
          throw new RangeError("body's");
        });
      });
      assertEquals(error, swallows ? "nothing" : thrower.throws);
      assertEquals(log.splice(0).slice(2), [
        "b out: RangeError: body's",
        "a out: TypeError: exit's",
      ]);
    }
  });
});

test("an exit that throws after the error was swallowed fails the stack", async () => {
  const log: string[] = [];
  const late = new TypeError("late");
  await virtually(function* () {
    const error = yield* thrownBy(function* () {
      yield* asyncWith(new AsyncExitStack(), function* (stack) {
        yield* stack.enterAsyncContext(room(log, "a", { throws: late }));
        yield* stack.enterAsyncContext(room(log, "b", { swallows: true }));
        throw new RangeError("no");
      });
    });
    assertStrictEquals(error, late);
  });
  assertEquals(log.slice(2), ["b out: RangeError: no", "a out: null"]);
});

test("AsyncExitStack.exit() without an error swallows nothing", async () => {
  await virtually(function* () {
    const stack = new AsyncExitStack();
    stack.push(() => true);
    assertEquals([yield* stack.exit(null), yield* stack.exit(new Error("e"))], [false, false]);
    stack.push(() => true);
    assertEquals(yield* stack.exit(new Error("e")), true);
  });
});

test("AsyncExitStack.popAll() moves all to another stack", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const kept = yield* asyncWith(new AsyncExitStack(), function* (stack) {
      yield* stack.enterAsyncContext(room(log, "a"));
      stack.callback(() => log.push("callback"));
      return stack.popAll();
    });
    assert(kept instanceof AsyncExitStack);
    assertEquals(log, ["a in"]);
    yield* kept.aclose();
    assertEquals(log, ["a in", "callback", "a out: null"]);
    yield* kept.aclose();
    assertEquals(log.length, 3);
  });
});

test("AsyncExitStack.popAll() of a class of one's own gives a stack of that class", async () => {
  class Rooms extends AsyncExitStack {
    readonly log: string[] = [];

    open(name: string): void {
      this.callback(() => this.log.push(name));
    }
  }
  await virtually(function* () {
    const stack = new Rooms();
    stack.open("first");
    const moved: Rooms = stack.popAll();
    moved.open("second");
    yield* stack.aclose();
    assertEquals([stack.log, moved.log, moved instanceof Rooms], [[], [], true]);
    yield* moved.aclose();
    assertEquals([stack.log, moved.log], [["first"], ["second"]]);
  });
});

test("AsyncExitStack.aclose() leaves by the exit() of its class, and entering goes by no push() of it", async () => {
  const log: string[] = [];
  class Told extends AsyncExitStack {
    override exit(error: unknown) {
      log.push(`exit ${error}`);
      return super.exit(error);
    }

    override push<E>(exit: E): E {
      log.push("push");
      return exit;
    }
  }
  await virtually(function* () {
    const stack = new Told();
    stack.enterContext(nullContext());
    yield* stack.enterAsyncContext(room(log, "a"));
    yield* stack.aclose();
  });
  assertEquals(log, ["a in", "exit null", "a out: null"]);
});

test("what is pushed while the stack is left is left, too", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const stack = new AsyncExitStack();
    stack.callback(() => log.push("first"));
    stack.callback(() => {
      stack.callback(() => log.push("pushed late"));
    });
    yield* stack.aclose();
  });
  assertEquals(log, ["pushed late", "first"]);
});

test("AsyncExitStack.enterContext() enters what waits for nothing", async () => {
  const level = new ContextVar("level", { default: 0 });
  const log: string[] = [];
  await virtually(function* () {
    yield* asyncWith(new AsyncExitStack(), function* (stack) {
      const token = level.set(1);
      assertStrictEquals(stack.enterContext(token), token);
      const disposable = { [disposeKey]: () => void log.push("disposed") };
      assertStrictEquals(stack.enterContext(disposable), disposable);
      yield* sleep(1);
      assertEquals(level.get(), 1);
    });
    assertEquals([level.get(), log], [0, ["disposed"]]);
  });
});

test("AsyncExitStack.enterAsyncContext() takes what using and await using take", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const lock = new Lock();
    yield* asyncWith(new AsyncExitStack(), function* (stack) {
      const guard = yield* lock.hold();
      assertStrictEquals(yield* stack.enterAsyncContext(guard), guard);
      const disposable = {
        [asyncDisposeKey]: () => sleep(1).then(() => void log.push("disposed")) as Promise<void>,
      };
      assertStrictEquals(yield* stack.enterAsyncContext(disposable), disposable);
      assertEquals(lock.locked(), true);
    });
    assertEquals([lock.locked(), log], [false, ["disposed"]]);
  });
});

/* async only */
test("await using leaves the stack at the end of the block", async () => {
  const log: string[] = [];
  await virtually(async () => {
    {
      await using stack = new AsyncExitStack();
      await stack.enterAsyncContext(room(log, "a"));
      log.push("body");
    }
    log.push("behind the block");
  });
  assertEquals(log, ["a in", "body", "a out: null", "behind the block"]);
});

test("AsyncExitStack in a task that is cancelled leaves all, and may wait there", async () => {
  const log: string[] = [];
  await virtually(function* () {
    const task = createTask(asyncWith(new AsyncExitStack(), function* (stack) {
      yield* stack.enterAsyncContext(room(log, "a"));
      yield* stack.enterAsyncContext(room(log, "b"));
      yield* sleep(100);
    }));
    yield* sleep(10);
    task.cancel("why");
    yield* wait([task]);
    assertEquals(task.cancelled(), true);
  });
  assertEquals(log.slice(2), ["b out: CancelledError: why", "a out: CancelledError: why"]);
});

test("AsyncExitStack refuses what is no context and no function", async () => {
  const stack = new AsyncExitStack();
  for (const wrong of [null, 42, {}, { enter() {} }]) {
    assertThrows(
      () => stack.enterContext(wrong as never),
      TypeError,
      "does not support the context manager protocol",
    );
    assertThrows(() => stack.push(wrong as never), TypeError, "push() expects a function or a");
    assertThrows(
      () => stack.pushAsyncExit(wrong as never),
      TypeError,
      "pushAsyncExit() expects a function or a context manager with exit(), got",
    );
    assertThrows(
      () => stack.callback(wrong as never),
      TypeError,
      "callback() expects a function, got",
    );
    assertThrows(
      () => stack.pushAsyncCallback(wrong as never),
      TypeError,
      "pushAsyncCallback() expects a function, got",
    );
    await virtually(function* () {
      const error = yield* thrownBy(() => stack.enterAsyncContext(wrong as never) as never);
      assert(error instanceof TypeError);
      assert(error.message.includes("does not support the asynchronous context manager protocol"));
    });
  }
  await virtually(function* () {
    assertEquals(yield* stack.exit(null), false);
  });
});

test("AsyncExitStack.enterContext() refuses a manager that waits", () => {
  const log: string[] = [];
  assertThrows(
    () => new AsyncExitStack().enterContext(new Lock() as never),
    TypeError,
    "its enter() waits, expected enterAsyncContext()",
  );
  assertEquals(log, []);
});
