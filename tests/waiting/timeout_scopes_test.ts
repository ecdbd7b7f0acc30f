// kinds: generator, async
/** Timeouts within timeouts, groups and tasks: what CPython's suite asks of them beyond one limit. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  asyncWith,
  CancelledError,
  createTask,
  currentTask,
  ExceptionGroup,
  getRunningLoop,
  newEventLoop,
  run,
  RuntimeError,
  sleep,
  TaskGroup,
  type Timeout,
  timeout,
  timeoutAt,
  TimeoutError,
  VirtualClock,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** The name of what awaiting something throws. */
function* nameOfError(make: () => PromiseLike<unknown> & { [Symbol.iterator]: unknown }) {
  const task = createTask(make as () => PromiseLike<unknown>);
  yield* wait([task]);
  return task.cancelled() ? "CancelledError" : (task.exception() as Error | null)?.name ?? null;
}

test("two timeouts of one deadline both expire, and the outer one throws", async () => {
  await virtually(function* () {
    const deadline = getRunningLoop().time() + 0.01;
    const [outer, inner] = [timeoutAt(deadline), timeoutAt(deadline)];
    const log: string[] = [];
    const error = yield* nameOfError(() =>
      asyncWith(outer, function* () {
        try {
          yield* asyncWith(inner, () => sleep(10));
        } catch (caught) {
          log.push((caught as Error).name);
          throw caught;
        }
      })
    );
    assertEquals([error, log], ["TimeoutError", ["CancelledError"]]);
    assertEquals([outer.expired(), inner.expired()], [true, true]);
  });
});

test("a timeout's body sees the CancelledError, who awaits the timeout the TimeoutError", async () => {
  const log: string[] = [];
  await virtually(function* () {
    try {
      yield* timeout(0.01, function* () {
        try {
          yield* sleep(10);
        } catch (error) {
          log.push((error as Error).name);
          throw error;
        }
      });
    } catch (error) {
      log.push((error as Error).name);
    }
  });
  assertEquals(log, ["CancelledError", "TimeoutError"]);
});

test("a task in which a timeout expired is not cancelled", async () => {
  await virtually(function* () {
    const task = createTask(function* () {
      return yield* nameOfError(() => timeout(0.001, () => sleep(10)));
    });
    assertEquals([yield* task, task.cancelled(), task.cancelling()], ["TimeoutError", false, 0]);
  });
});

test("timeoutAt(null) is no limit, and has no deadline", async () => {
  await virtually(function* () {
    const scope = timeoutAt(null);
    assertEquals(scope.when(), null);
    yield* asyncWith(scope, () => sleep(10));
    assertEquals([scope.expired(), scope.when()], [false, null]);
  });
});

test("timeoutAt() of the past cancels at the first wait, even a sleep(0)", async () => {
  await virtually(function* () {
    yield* sleep(20);
    const scope = timeoutAt(getRunningLoop().time() - 10);
    assertEquals(yield* nameOfError(() => asyncWith(scope, () => sleep(0))), "TimeoutError");
    assertEquals(scope.expired(), true);
  });
});

/** Runs on a clock that a program moves on by itself, as a busy loop does. */
function busily<T>(main: (clock: VirtualClock) => Iterator<unknown, T, unknown>): Promise<unknown> {
  const clock = new VirtualClock();
  return run(() => main(clock) as never, { loopFactory: () => newEventLoop({ clock }) });
}

test("a timeout in a timeout ends by itself where the loop was busy past both", async () => {
  await busily(function* (clock) {
    const log: unknown[] = [];
    const error = yield* nameOfError(() =>
      timeout(0.002, function* () {
        log.push(
          yield* nameOfError(() =>
            timeout(0.1, function* () {
              clock.advance(0.01);
              yield* sleep(1);
            })
          ),
        );
      })
    );
    assertEquals([error, log], ["TimeoutError", []]);
    assert(clock.time() < 1);
  });
});

test("an outer timeout is not lost where the loop was busy past it in the inner one", async () => {
  await busily(function* (clock) {
    const log: unknown[] = [];
    const scope: Timeout = timeout(0.1);
    const error = yield* nameOfError(() =>
      asyncWith(scope, function* () {
        try {
          yield* timeout(0.01, function* () {
            clock.advance(0.1);
            yield* sleep(1);
          });
        } catch (caught) {
          log.push((caught as Error).name);
          // Both have asked the task to end: it is for the outer one to turn that into its error.
          if (!(caught instanceof TimeoutError)) throw caught;
        }
        yield* sleep(10);
        log.push("not reached");
      })
    );
    assertEquals([error, log, scope.expired()], ["TimeoutError", ["CancelledError"], true]);
    assert(clock.time() < 1);
  });
});

test("a task that was cancelled before may be cancelled anew in a timeout", async () => {
  await virtually(function* () {
    const task = createTask(function* () {
      try {
        currentTask()?.cancel();
        yield* sleep(1);
      } catch (error) {
        assert(error instanceof CancelledError);
      }
      yield* timeout(1, function* () {
        currentTask()?.cancel("anew");
        yield* sleep(2);
      });
    });
    yield* wait([task]);
    assertEquals(assertThrows(() => task.result(), CancelledError).message, "anew");
  });
});

test("Timeout.reschedule() by a body that swallowed the cancellation is refused: expiring", async () => {
  await virtually(function* () {
    const scope = timeout(0.01);
    const refusals: string[] = [];
    yield* asyncWith(scope, function* () {
      try {
        yield* sleep(1);
      } catch (error) {
        assert(error instanceof CancelledError);
      }
      refusals.push(assertThrows(() => scope.reschedule(0.02), RuntimeError).message);
    });
    assertEquals([refusals.length, scope.expired()], [1, true]);
    assert(/expiring/.test(refusals[0] ?? ""), refusals[0]);
  });
});

test("a group in a timeout hands out its tasks' errors, in place of the TimeoutError", async () => {
  await virtually(function* () {
    const task = createTask(() =>
      timeout(0.01, () =>
        TaskGroup.run(function* (group) {
          group.createTask(function* () {
            try {
              yield* sleep(2);
            } catch {
              throw new RangeError("clean-up");
            }
          });
          yield* sleep(1);
        }))
    );
    yield* wait([task]);
    const error = task.exception();
    assert(error instanceof ExceptionGroup);
    assertEquals(error.exceptions.map(String), ["RangeError: clean-up"]);
    assertEquals(task.cancelling(), 0);
  });
});
