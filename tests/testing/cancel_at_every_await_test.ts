// kinds: generator, async
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  cancelAtEveryAwait,
  CancelledError,
  type CancelPoint,
  CancelPointError,
  createTask,
  currentTask,
  DeadlockError,
  Event,
  Future,
  gather,
  getRunningLoop,
  RuntimeError,
  sleep,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

class Broken extends Error {
  override name = "Broken";
}

function places(points: CancelPoint[]): string[] {
  return points.map(({ n, moment, time }) => `${n} ${moment} at ${time}`);
}

test("cancelAtEveryAwait() cancels at each await, as it begins and when it is over", async () => {
  const seen: string[][] = [];
  const points = await cancelAtEveryAwait(function* (victim) {
    const log: string[] = [];
    seen.push(log);
    const task = victim(createTask(function* () {
      log.push("begun");
      yield* sleep(1);
      log.push("slept");
      yield* opened().wait();
      yield* sleep(2);
      log.push("over");
    }));
    yield* wait([task]);
    log.push(task.cancelled() ? "cancelled" : "done");
  });
  assertEquals(places(points), [
    "1 waiting at 0",
    "2 waiting at 1",
    "1 woken at 1",
    "2 woken at 3",
  ]);
  assertEquals(seen, [
    ["begun", "cancelled"],
    ["begun", "slept", "cancelled"],
    ["begun", "slept", "over", "done"],
    ["begun", "cancelled"],
    ["begun", "slept", "cancelled"],
    ["begun", "slept", "over", "done"],
  ]);
});

/** An event that is set: waiting for it is no suspension. */
function opened(): Event {
  const event = new Event();
  event.set();
  return event;
}

test("cancelAtEveryAwait() cancels in a sleep(0) once", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    const task = victim(createTask(function* () {
      yield* sleep(0);
      yield* sleep(1);
      yield* sleep(0);
    }));
    yield* wait([task]);
  });
  assertEquals(places(points), [
    "1 waiting at 0",
    "2 waiting at 0",
    "3 waiting at 1",
    "2 woken at 1",
  ]);
  assertEquals(points.map(({ waitingFor }) => waitingFor === null), [true, false, true, false]);
});

test("cancelAtEveryAwait() throws a CancelledError with a message at the await", async () => {
  const errors: unknown[] = [];
  await cancelAtEveryAwait(function* (victim) {
    const task = victim(createTask(function* () {
      try {
        yield* sleep(1);
      } catch (error) {
        errors.push(error);
      }
    }));
    yield* task;
    assertEquals(task.cancelling() <= 1, true);
  });
  assertEquals(errors.length, 2);
  for (const error of errors) {
    assertInstanceOf(error, CancelledError);
    assertEquals(error.message, "cancelAtEveryAwait()");
  }
});

test("cancelAtEveryAwait() goes on to the awaits of the clean-up", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    const task = victim(createTask(function* () {
      try {
        yield* sleep(1);
      } finally {
        yield* sleep(5);
      }
    }));
    yield* wait([task]);
  });
  assertEquals(places(points), [
    "1 waiting at 0",
    "2 waiting at 1",
    "1 woken at 1",
    "2 woken at 6",
  ]);
});

test("cancelAtEveryAwait() tells at which await a scenario does not stand it", async () => {
  const own = new Broken("left open");
  const found = await assertRejects(
    () =>
      cancelAtEveryAwait(function* (victim) {
        let isOpen = false;
        const task = victim(
          createTask(function* () {
            yield* sleep(1);
            isOpen = true;
            yield* sleep(1);
            isOpen = false;
          }, { name: "opener" }),
        );
        yield* wait([task]);
        if (isOpen) throw own;
      }),
    CancelPointError,
    "the scenario fails when the victim is cancelled at its await 2, as it waits for <Future pending",
  );
  assertEquals([found.n, found.moment, found.time], [2, "waiting", 1]);
  assert(found.message.includes("(at 1 s): Broken: left open"), found.message);
  assert(found.message.includes("name='opener'"), found.message);
  assertStrictEquals(found.cause, own);
});

test("cancelAtEveryAwait() finds what is lost between the wake-up and the step", async () => {
  // A baton that is handed over: who has been given it and is cancelled then must hand it on.
  const scenario = (handsOn: boolean) =>
    cancelAtEveryAwait(function* (victim) {
      const line: Future<void>[] = [];
      const next = () => line.shift()?.setResult();
      const take = function* () {
        const turn = new Future<void>();
        line.push(turn);
        try {
          yield* turn;
        } catch (error) {
          if (handsOn && !turn.cancelled()) next();
          throw error;
        }
        next();
      };
      const first = victim(createTask(take));
      const second = createTask(take);
      yield* sleep(0);
      while (line[0]?.cancelled()) line.shift();
      next();
      yield* wait([first, second]);
    });
  const found = await assertRejects(() => scenario(false), CancelPointError);
  assertInstanceOf(found.cause, DeadlockError);
  assertEquals([found.n, found.moment], [1, "woken"]);
  assertEquals((await scenario(true)).length, 2);
});

test("cancelAtEveryAwait() fails by what the exception handler is told", async () => {
  await assertRejects(
    () =>
      cancelAtEveryAwait(function* (victim) {
        const task = victim(createTask(function* () {
          try {
            yield* sleep(1);
          } catch {
            throw new Broken("in the clean-up");
          }
        }));
        yield* sleep(5);
        assert(task.done());
      }),
    CancelPointError,
    "the exception handler was told: Task exception was never retrieved: Broken: in the clean-up",
  );
});

test("cancelAtEveryAwait() passes on what fails without a cancellation", async () => {
  await assertRejects(
    () =>
      cancelAtEveryAwait(function* (victim) {
        yield* wait([victim(createTask(() => sleep(0)))]);
        throw new Broken("always");
      }),
    CancelPointError,
    "Broken: always",
  );
  await assertRejects(
    () =>
      cancelAtEveryAwait(function* (victim) {
        yield* victim(createTask(function* () {}));
        throw new Broken("always");
      }),
    Broken,
    "always",
  );
});

test("cancelAtEveryAwait() takes the main task for a victim, too", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    victim(currentTask()!);
    try {
      yield* gather([sleep(1), sleep(2)]);
    } catch (error) {
      assertInstanceOf(error, CancelledError);
    }
  });
  assertEquals(places(points), ["1 waiting at 0", "1 woken at 2"]);
});

test("cancelAtEveryAwait() counts from the first await of an eager task, and of one that waits", async () => {
  const eager = await cancelAtEveryAwait(function* (victim) {
    const task = victim(createTask(function* () {
      yield* sleep(1);
      yield* sleep(2);
    }, { eagerStart: true }));
    yield* wait([task]);
  });
  const late = await cancelAtEveryAwait(function* (victim) {
    const task = createTask(function* () {
      yield* sleep(1);
      yield* sleep(2);
    });
    yield* sleep(0);
    yield* wait([victim(task)]);
  });
  assertEquals(places(late), places(eager));
  assertEquals(places(eager), [
    "1 waiting at 0",
    "2 waiting at 1",
    "1 woken at 1",
    "2 woken at 3",
  ]);
});

test("cancelAtEveryAwait() needs a victim, and one alone", async () => {
  await assertRejects(
    () => cancelAtEveryAwait(() => sleep(1)),
    RuntimeError,
    "the scenario named no victim: expected a call of victim(task), got none",
  );
  await assertRejects(
    () =>
      cancelAtEveryAwait(function* (victim) {
        victim(currentTask()!);
        victim(currentTask()!);
        yield* sleep(0);
      }),
    RuntimeError,
    "a scenario has one victim: expected one call of victim()",
  );
  await assertRejects(
    () =>
      cancelAtEveryAwait(function* (victim) {
        victim(getRunningLoop().createFuture() as never);
        yield* sleep(0);
      }),
    TypeError,
    "victim must be a task, got <Future pending> (Future)",
  );
});

test("cancelAtEveryAwait() refuses what is no scenario", async () => {
  await assertRejects(
    () => cancelAtEveryAwait(sleep(1) as never),
    TypeError,
    "scenario must be a function that cancelAtEveryAwait() can call for every run",
  );
  await assertRejects(
    () => cancelAtEveryAwait(() => sleep(1), { mostSteps: 0 }),
    TypeError,
    "mostSteps must be a whole number from 1 on, got 0 (number)",
  );
});

test("cancelAtEveryAwait() in debug mode, of a task that its scenario cancels as well", async () => {
  const points = await cancelAtEveryAwait(function* (victim) {
    getRunningLoop().setDebug(true);
    const task = victim(createTask(function* () {
      yield* sleep(1);
      yield* new Event().wait();
    }));
    yield* sleep(5);
    task.cancel();
    yield* wait([task]);
  });
  assertEquals(places(points), [
    "1 waiting at 0",
    "2 waiting at 1",
    "1 woken at 1",
    "2 woken at 5",
  ]);
  assertEquals(points.filter(({ waitingFor }) => /^<Task /.test(waitingFor ?? "")), []);
});
