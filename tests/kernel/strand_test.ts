/** The awaits of async functions, several of one task at a time. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  cancelStrands,
  closeStrand,
  Strand,
  StrandLine,
  type StrandOwner,
} from "../../lib/kernel/strand.ts";
import {
  asCompleted,
  asyncWith,
  CancelledError,
  coroutine,
  type CoroutineObject,
  createTask,
  currentTask,
  Event,
  fromPromise,
  Future,
  gather,
  getRunningLoop,
  Lock,
  newEventLoop,
  run,
  sleep,
  TaskGroup,
  timeout,
  TimeoutError,
  wait,
  waitFor,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { until } from "../_support/until.ts";
import { virtually } from "../_support/virtual.ts";

/** A branch of a Promise.all, which notes what it hears. */
async function branch(
  log: string[],
  name: string,
  wait: () => PromiseLike<unknown>,
): Promise<void> {
  try {
    await wait();
  } catch (error) {
    log.push(`${name}: ${error}`);
    throw error;
  } finally {
    log.push(`${name} ends`);
  }
}

/** What it notes where its task is told that it is enough. */
function heard(name: string): string[] {
  return [`${name}: CancelledError: enough`, `${name} ends`];
}

/** Waits in a task until a log has so many lines. */
function untilLong(log: readonly unknown[], lines: number) {
  return fromPromise(until(() => log.length >= lines));
}

/** A strand of a task that stands by, over an iterator that notes that it is left. */
function strandOn(waiter: Future<unknown> | null): { strand: Strand; log: string[] } {
  const log: string[] = [];
  const owner = newEventLoop().createFuture() as unknown as StrandOwner;
  const steps = {
    next: () => ({ done: false, value: undefined }),
    return: () => {
      log.push("left");
      return { done: true, value: undefined };
    },
  };
  const strand = new Strand(
    owner,
    steps,
    () => log.push("resolved"),
    () => log.push("rejected"),
    null,
  );
  strand.waiter = waiter;
  return { strand, log };
}

test("a line keeps strands in the order in which they came, whichever goes, and takes one in again", () => {
  const strands = [0, 1, 2].map(() => strandOn(null).strand);
  const line = new StrandLine();
  const numbers = () => line.list().map((strand) => strands.indexOf(strand));
  const afterDropping = (...gone: number[]): number[] => {
    for (const strand of line.list()) line.drop(strand);
    for (const strand of strands) line.add(strand);
    for (const number of gone) line.drop(strands[number]!);
    return numbers();
  };
  assertEquals([afterDropping(), afterDropping(0, 1, 2)], [[0, 1, 2], []]);
  assertEquals([afterDropping(0), afterDropping(1), afterDropping(2)], [[1, 2], [0, 2], [0, 1]]);
  assertEquals([afterDropping(0, 1), afterDropping(1, 0), afterDropping(2, 2)], [[2], [2], [0, 1]]);
  assertEquals([afterDropping(2, 1, 0), afterDropping(2, 1)], [[], [0]]);
  line.add(strands[2]!);
  assertEquals([strands[2], null], [
    line.find((strand) => strand !== strands[0]),
    line.find((strand) => strand.calling),
  ]);
  line.drop(strandOn(null).strand);
  assertEquals(numbers(), [0, 2]);
});

test("cancelStrands() cancels what each of several waits for, and has the others hear at their next step", () => {
  const loop = newEventLoop();
  const [pending, done, gone] = [0, 1, 2].map(() => loop.createFuture<number>()) as [
    Future<number>,
    Future<number>,
    Future<number>,
  ];
  done.setResult(1);
  gone.cancel("itself");
  const strands = [null, done, pending, gone].map((waiter) => strandOn(waiter).strand);
  assertEquals(cancelStrands(strands, "why"), true);
  assertEquals([pending.cancelled(), done.cancelled()], [true, false]);
  assertEquals(strands.map(({ failure }) => failure && `${failure}`), [
    "CancelledError: why",
    "CancelledError: why",
    null,
    null,
  ]);
  assertEquals(cancelStrands([], undefined), false);
  loop.close();
});

test("cancelStrands() of one alone cancels what it waits for, and tells whether that could be", () => {
  const loop = newEventLoop();
  const [pending, done] = [loop.createFuture<number>(), loop.createFuture<number>()];
  done.setResult(1);
  const told = [null, done, pending].map((waiter) => {
    const { strand } = strandOn(waiter);
    return [cancelStrands([strand], "why"), strand.failure];
  });
  assertEquals(told, [[false, null], [false, null], [true, null]]);
  loop.close();
});

/** What the exception handler is told of tasks that leave what they have called, in debug mode or out of it. */
async function leftBehind(body: () => Promise<void>, debug: boolean): Promise<string[]> {
  const reports: string[] = [];
  await run(async () => {
    getRunningLoop().setExceptionHandler((_loop, { message }) => reports.push(message));
    await wait([createTask(body, { name: "t" })]);
  }, { debug });
  return reports;
}

async function save(): Promise<void> {
  await waitFor(() => sleep(60), 90);
}

test("in debug mode a task tells of a call that it has not awaited and that ends with it", async () => {
  const forgetful = async () => void save();
  const [report, ...others] = await leftBehind(forgetful, true);
  assertMatch(
    report!,
    /^Task left a call unfinished: <Task pending name='t' .*> returned while what it had called was at an await in .*strand_test.*:\d+, and ended that; expected it to await the call, or createTask\(work\)$/,
  );
  assertEquals(others, []);
  assertEquals(await leftBehind(forgetful, false), []);
});

test("a task that awaits its calls, gives them to tasks, or fails, tells of none", async () => {
  const awaits = async () => void await Promise.all([sleep(0), sleep(0.001)]);
  const hands = async () => void createTask(save);
  const fails = async () => {
    save();
    await sleep(0);
    throw new CancelledError();
  };
  for (const body of [awaits, hands, fails]) assertEquals(await leftBehind(body, true), []);
});

test("closeStrand() leaves the iterator, and what it waits for alone", () => {
  const loop = newEventLoop();
  const future = loop.createFuture();
  const { strand, log } = strandOn(future);
  closeStrand(strand);
  assertEquals([log, future.done(), `${future}`], [["left"], false, "<Future pending>"]);
  loop.close();
});

test("the loser of a race is left when the task ends, and cleans up", async () => {
  const log: string[] = [];
  const lose = coroutine(function* () {
    try {
      yield* sleep(10);
    } finally {
      log.push("loser left");
    }
  });
  await virtually(async () => {
    const task = createTask(async () => {
      const winner = await Promise.race([sleep(1, "winner"), lose()]);
      log.push(`${winner}`);
      await sleep(1);
      log.push("ends");
    });
    await task;
    assertEquals(getRunningLoop().time(), 2);
  });
  assertEquals(log, ["winner", "ends", "loser left"]);
});

test({
  name:
    "each branch of a cancelled Promise.all hears of it, in however many calls of functions it waits",
  async fn() {
    const log: string[] = [];
    async function nap() {
      await sleep(60);
    }
    await virtually(async () => {
      const task = createTask(async () => {
        await Promise.all([
          sleep(60),
          branch(log, "timeout", () => timeout(50, nap)),
          branch(
            log,
            "calls",
            () => timeout(50, async () => await waitFor(() => asyncWith(door, nap), 40)),
          ),
          branch(log, "group", () => TaskGroup.run(nap)),
        ]);
      });
      const door = { enter() {}, exit: () => void log.push("door") };
      await sleep(1);
      task.cancel("enough");
      await wait([task]);
      await untilLong(log, 7);
    });
    assertEquals(
      log.toSorted(),
      [...["calls", "group", "timeout"].flatMap(heard), "door"].toSorted(),
    );
  },
});

test({
  name:
    "each branch of a cancelled Promise.all hears of it, however long what it waits for takes to end",
  async fn() {
    const log: string[] = [];
    async function slow() {
      try {
        await sleep(60);
      } finally {
        await fromPromise(new Promise((resolve) => setTimeout(resolve, 5)));
      }
    }
    await virtually(async () => {
      const task = createTask(async () => {
        await Promise.all([
          branch(log, "sleep", () => sleep(60)),
          branch(log, "task", () => createTask(slow)),
          branch(log, "gather", () => gather([sleep(60), sleep(60)])),
          branch(log, "timeout", () => timeout(null, async () => await gather([slow]))),
        ]);
      });
      await sleep(1);
      task.cancel("enough");
      await wait([task]);
      assertEquals([task.cancelled(), getRunningLoop().time()], [true, 1]);
      await untilLong(log, 8);
    });
    assertEquals(log, ["sleep", "gather", "task", "timeout"].flatMap(heard));
  },
});

test("the loser of a race that is asked to end with its task, and ends by itself, is left", async () => {
  const lock = new Lock();
  await virtually(async () => {
    const task = createTask(async () => {
      const held = asyncWith(lock, () => sleep(60));
      await Promise.race([sleep(1, "winner"), held]);
    });
    await sleep(2);
    assertEquals([task.done(), lock.locked()], [true, false]);
  });
});

test("a run whose main coroutine is cancelled in a Promise.all leaves what that waits for", async () => {
  const [heard, unheard] = [new Lock(), new Lock()];
  await assertRejects(
    () =>
      run(async () => {
        const main = currentTask()!;
        getRunningLoop().callLater(0.001, () => void main.cancel("enough"));
        await Promise.all([
          sleep(60),
          sleep(60),
          asyncWith(heard, () => timeout(50, async () => await sleep(60))),
          asyncWith(unheard, () => new Promise(() => {})),
        ]);
      }),
    CancelledError,
    "enough",
  );
  // The last turn of the host's for that comes when the loop is closed.
  await until(() => !heard.locked() && !unheard.locked());
  assertEquals([heard.locked(), unheard.locked()], [false, false]);
});

test({
  name: "what waits for a function that never hears of the cancellation is left all the same",
  ...needs("asyncIdentity"),
  async fn() {
    const never = new Promise(() => {});
    const deaf = () => never;
    const told = async () => {
      sleep(60).catch(() => {});
      await never;
    };
    const bodies: [() => Promise<unknown>, string[]][] = [[deaf, ["GeneratorExit"]], [told, []]];
    for (const [body, atOnce] of bodies) {
      const log: unknown[] = [];
      const door = { enter() {}, exit: (error: unknown) => void log.push(`${error}`) };
      await virtually(async () => {
        const task = createTask(async () => {
          // The second is told, too, and has not heard when the first ends the task.
          await Promise.all([sleep(60), sleep(60), asyncWith(door, body)]);
        });
        await sleep(1);
        task.cancel();
        await wait([task]);
        assertEquals(log, atOnce);
        await untilLong(log, 1);
        assertEquals(log, ["GeneratorExit"]);
      });
    }
  },
});

test("a future that a loser waited for keeps no listener of a task that is over", async () => {
  await virtually(async () => {
    const never = new Future<string>();
    const task = createTask(async () => await Promise.race([sleep(1, "winner"), never]));
    assertEquals(await task, "winner");
    assertEquals([`${never}`, getRunningLoop().time()], ["<Future pending>", 1]);
  });
});

test("two awaits of one task fail and succeed each for itself", async () => {
  await virtually(async () => {
    const bad = new Future<string>();
    getRunningLoop().callLater(1, () => bad.setException(new RangeError("bad")));
    const results = await Promise.allSettled([bad, sleep(2, "good")]);
    assertEquals(results.map(({ status }) => status), ["rejected", "fulfilled"]);
    assertEquals(getRunningLoop().time(), 2);
  });
});

test("an error in one of Promise.all()'s awaits is thrown at once, and the others go on", async () => {
  const log: string[] = [];
  await virtually(async () => {
    const slow = createTask(async () => {
      await sleep(2);
      log.push("slow ends");
    });
    const bad = createTask(async () => {
      await sleep(1);
      throw new RangeError("bad");
    });
    try {
      await Promise.all([slow, bad]);
    } catch (error) {
      log.push(`${error} at ${getRunningLoop().time()}`);
    }
    await wait([slow]);
  });
  assertEquals(log, ["RangeError: bad at 1", "slow ends"]);
});

test("each branch of a cancelled Promise.all hears of it, though the first ends the task", async () => {
  const log: string[] = [];
  const lock = new Lock();
  await run(async () => {
    const branch = async (name: string) => {
      try {
        await sleep(1);
      } finally {
        log.push(name);
      }
    };
    const task = createTask(async () => {
      await Promise.all([
        branch("one"),
        asyncWith(lock, () => branch("two")),
        branch("three"),
      ]);
    });
    await sleep(0.001);
    assertEquals(lock.locked(), true);
    task.cancel();
    await wait([task]);
    await sleep(0.001);
    assertEquals([task.cancelled(), lock.locked()], [true, false]);
  });
  assertEquals(log.toSorted(), ["one", "three", "two"]);
});

/** A way in which a branch may cancel its own task before it goes on. */
type SelfCancelling = (next: () => CoroutineObject<void>) => PromiseLike<unknown>;

function* cancelOwnTask() {
  currentTask()!.cancel("enough");
}

/** What two branches of a task note, one of which cancels the task. */
async function logOfSelfCancelling(cancelling: SelfCancelling, delay: number): Promise<string[]> {
  const log: string[] = [];
  await virtually(async () => {
    const task = createTask(async () => {
      await Promise.all([
        branch(log, "other", () => sleep(3)),
        branch(log, "own", async () => {
          await sleep(1);
          await cancelling(function* () {
            yield* sleep(delay);
            yield* sleep(9);
          });
        }),
      ]);
    });
    await wait([task]);
    assertEquals([task.cancelled(), task.cancelling(), getRunningLoop().time()], [true, 1, 1]);
    await sleep(0);
  });
  return log.toSorted();
}

async function assertBothHear(callsOf: readonly SelfCancelling[]): Promise<void> {
  for (const cancelling of callsOf) {
    for (const delay of [0, 9]) {
      const log = await logOfSelfCancelling(cancelling, delay);
      assertEquals(log, [...heard("other"), ...heard("own")].toSorted());
    }
  }
}

test("a branch that cancels its task hears of it where it next waits, as the others do", async () => {
  const callsOf: SelfCancelling[] = [
    (next) =>
      coroutine(function* () {
        yield* cancelOwnTask();
        yield* next();
      })(),
    async (next) => {
      currentTask()!.cancel("enough");
      await coroutine(next)();
    },
    // What it awaits is over before anything is waited for.
    async (next) => {
      await coroutine(cancelOwnTask)();
      await coroutine(next)();
    },
  ];
  await assertBothHear(callsOf);
});

test("a branch that cancels its task hears of it in a function that it calls next", async () => {
  await assertBothHear([
    (next) =>
      timeout(5, function* () {
        yield* cancelOwnTask();
        yield* timeout(5, async () => await coroutine(next)());
      }),
    // What asks is over by then, and its function hears.
    (next) =>
      timeout(5, async () => {
        await coroutine(cancelOwnTask)();
        await coroutine(next)();
      }),
  ]);
});

test("a branch that cancels its task and is over leaves the others their clean-up", async () => {
  const log: string[] = [];
  await virtually(async () => {
    const task = createTask(async () => {
      await Promise.allSettled([
        branch(log, "other", async () => {
          try {
            await sleep(3);
          } finally {
            await sleep(1);
            log.push(`cleaned up at ${getRunningLoop().time()}`);
          }
        }),
        branch(log, "own", async () => {
          await sleep(1);
          await coroutine(function* () {
            currentTask()!.cancel("enough");
          })();
        }),
      ]);
    });
    await wait([task]);
    assertEquals([task.cancelled(), task.cancelling()], [false, 1]);
  });
  assertEquals(log, ["own ends", "cleaned up at 2", ...heard("other")]);
});

test("the loser of a race gives its lock back as the task ends, whatever else it waits for then", async () => {
  const lock = new Lock();
  const held: boolean[] = [];
  await virtually(async () => {
    const task = createTask(async () => {
      await Promise.race([
        (async () => await createTask(sleep(0)))(),
        (async () => {
          await sleep(0);
          await sleep(0);
        })(),
        asyncWith(lock, async () => {
          held.push(lock.locked());
          await sleep(9);
        }),
      ]);
    });
    await wait([task]);
    held.push(lock.locked());
  });
  assertEquals(held, [true, false]);
});

for (
  const [what, wait] of Object.entries({
    "one that was woken at that moment": (event: Event) => event.wait(),
    "one that steps aside": () => sleep(0),
    "one that steps aside over and over": async () => {
      for (;;) await sleep(0);
    },
  })
) {
  test(`each branch of a cancelled Promise.all hears of it, also ${what}`, async () => {
    for (const places of [[0, 1], [1, 0], [0, 0], [0, 0, 1]]) {
      await virtually(async () => {
        const log: string[] = [];
        const event = new Event();
        const waits = [() => wait(event), () => sleep(60)];
        const task = createTask(async () => {
          await Promise.all(places.map((place) => branch(log, "one", waits[place]!)));
        });
        await sleep(0);
        event.set();
        task.cancel("enough");
        await assertRejects(() => Promise.resolve(task), CancelledError, "enough");
        for (let turns = 0; turns < 3; turns++) await sleep(0);
        assertEquals(log.toSorted(), places.flatMap(() => heard("one")).toSorted());
      });
    }
  });
}

test("a lock that a branch of a cancelled Promise.all was given at that moment is handed on", async () => {
  await virtually(async () => {
    const lock = new Lock();
    await lock.acquire();
    const task = createTask(async () => {
      await Promise.all([sleep(60), asyncWith(lock, () => sleep(60))]);
    });
    const next = createTask(() => lock.acquire());
    await sleep(0);
    lock.release();
    task.cancel();
    assertEquals(await next, true);
    assertEquals(task.cancelled(), true);
  });
});

test("a branch of a Promise.all that is woken as its time is up is over by that", async () => {
  await virtually(async () => {
    const event = new Event();
    getRunningLoop().callLater(1, () => event.set());
    const limited = async () => {
      await timeout(1, async () => {
        await event.wait();
        throw new RangeError("not to be reached");
      });
    };
    const task = createTask(async () => {
      await Promise.all([sleep(3), limited()]);
    });
    await wait([task]);
    assertEquals([`${task.exception()}`, getRunningLoop().time()], ["TimeoutError", 1]);
  });
});

test("the loser of a race gives its lock back, though the winner's branches were asked to end", async () => {
  const lock = new Lock();
  await virtually(async () => {
    const task = createTask(async () => {
      await Promise.race([
        timeout(2, async () => await Promise.all([sleep(3), sleep(4)])),
        asyncWith(lock, async () => await sleep(9)),
      ]);
    });
    await assertRejects(() => Promise.resolve(task), TimeoutError);
    assertEquals(lock.locked(), false);
    // What it waits for itself is cancelled as it is left.
    const each = async () => {
      for await (const done of asCompleted([sleep(9)])) await done;
    };
    await createTask(async () => {
      await Promise.race([sleep(0), asyncWith(lock, each)]);
    });
    assertEquals(lock.locked(), false);
  });
});

test("a group that a race's loser leaves open neither cancels the task that is over nor is reported", async () => {
  await virtually(async () => {
    const reports: unknown[] = [];
    getRunningLoop().setExceptionHandler((_loop, report) => reports.push(report));
    const task = createTask(async () => {
      // A cancellation that is taken for an outcome: the task counts it from then on.
      await Promise.allSettled([sleep(3)]);
      const group = TaskGroup.run(async (group) => {
        group.createTask(sleep(0));
        await sleep(9);
      });
      return await Promise.race([group, sleep(1, "done")]);
    });
    await sleep(1);
    task.cancel();
    assertEquals([await task, task.cancelled(), reports], ["done", false, []]);
  });
});
