import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { parseStack } from "../../lib/base/stack.ts";
import {
  CancelledError,
  createTask,
  Future,
  gather,
  getRunningLoop,
  runVirtual,
  sleep,
  ThreadPoolExecutor,
  wait,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

/** What a task that is cancelled catches. */
function caughtBy(message?: string, debug = false, delay = 60): CancelledError {
  return runVirtual(function* () {
    getRunningLoop().setDebug(debug);
    let caught: unknown;
    const task = createTask(function* () {
      try {
        yield* sleep(delay);
      } catch (error) {
        caught = error;
        throw error;
      }
    });
    yield;
    task.cancel(message);
    yield* wait([task]);
    return caught as CancelledError;
  });
}

function failedBy(error: Error): Future<never> {
  return runVirtual(function* () {
    const future = new Future<never>();
    future.setException(error);
    yield* wait([future]);
    future.exception();
    return future;
  });
}

function namesIn(error: Error): string[] {
  return parseStack(error.stack!).map(({ name }) => name);
}

test("a cancellation of the loop's is an error as programs know them", () => {
  const error = caughtBy("too late");
  assert(error instanceof CancelledError);
  assert(error instanceof Error);
  assertStrictEquals(error.constructor, CancelledError);
  assertEquals([error.name, error.message, String(error)], [
    "CancelledError",
    "too late",
    "CancelledError: too late",
  ]);
  assertEquals([caughtBy().message, String(caughtBy())], ["", "CancelledError"]);
  assertEquals(`${failedBy(error)}`, "<Future finished exception=CancelledError('too late')>");
  assertEquals([Object.keys(error), JSON.stringify(error), error.cause], [[], "{}", undefined]);
});

/** Where errors are dear. */
function denoTest(name: string, fn: () => void | Promise<void>): void {
  test({ name, ...needs("deno"), fn });
}

denoTest("a cancellation's stack is taken where it is looked at first, and stays", () => {
  const error = caughtBy();
  assert(!Object.hasOwn(error, "stack"));
  function firstToLook() {
    return namesIn(error);
  }
  assert(firstToLook().includes("firstToLook"));
  const { stack } = error;
  assertStrictEquals(error.stack, stack);
  assertEquals(Object.keys(error), []);
});

denoTest(
  "a cancellation that is thrown in where nothing can be cancelled has no stack before, either",
  () => {
    assert(!Object.hasOwn(caughtBy("aside", false, 0), "stack"));
  },
);

test("in debug mode a cancellation is an error of the engine's, made with its stack", () => {
  const error = caughtBy("why", true);
  assert(structuredClone(error) instanceof Error);
  assertEquals(String(error), "CancelledError: why");
});

denoTest("a cancellation takes another message and another stack, and may be frozen", () => {
  const error = caughtBy("first");
  error.message = "second";
  error.stack = "nowhere";
  assertEquals([error.message, error.stack, Object.keys(error)], ["second", "nowhere", []]);
  const frozen = Object.freeze(caughtBy("cold"));
  assertEquals(frozen.stack, "CancelledError: cold");
});

test("those among the results of gather() are errors of the engine's, which may be cloned", () => {
  const errors: Error[] = [];
  runVirtual(function* () {
    const futures = [new Future(), new Future()];
    const all = gather(futures, { returnExceptions: true });
    for (const future of futures) future.cancel("both");
    for (const result of yield* all) if (result instanceof Error) errors.push(result);
  });
  assertEquals(errors.map(String), ["CancelledError: both", "CancelledError: both"]);
  assert(errors.every((error) => error instanceof CancelledError));
  assertEquals(structuredClone(errors).map(({ message }) => message), ["both", "both"]);
});

denoTest(
  "a cancellation that is part of a value is not sent to another thread as an empty object",
  async () => {
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const error = assertThrows(
      () => pool.submit((sent: object) => Object.keys(sent), { why: caughtBy("late") }),
      TypeError,
    );
    assertStringIncludes(
      error.message,
      "args[0].why is CancelledError('late') (CancelledError), which belongs to its thread: send what it says",
    );
  },
);
