/** Limits on a part of what a task does: in the branches of a Promise.all, in the loser of a race. */
import { assertEquals } from "@std/assert";
import {
  type AsyncContextManager,
  asyncContextManager,
  AsyncExitStack,
  asyncWith,
  coroutine,
  createTask,
  currentTask,
  fromPromise,
  getRunningLoop,
  sleep,
  TaskGroup,
  Timeout,
  timeout,
  TimeoutError,
  wait,
  waitFor,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** What a branch has come to, and when. */
async function outcome(branch: PromiseLike<unknown>): Promise<string> {
  let text: string;
  try {
    text = `${await branch}`;
  } catch (error) {
    text = (error as Error).name;
  }
  return `${text} at ${getRunningLoop().time()}`;
}

async function fails(): Promise<void> {
  await sleep(1);
  throw new Error("failed");
}

test("a group that is cancelled before the other branches begin leaves them alone", async () => {
  const asleep = async () => `${await sleep(9)}`;
  const groups: (() => PromiseLike<unknown>)[] = [
    () =>
      TaskGroup.run((group) => {
        group.cancel();
        return asleep();
      }),
    () =>
      TaskGroup.run((group) => {
        group.createTask(sleep(9));
        group.cancel();
      }),
    () =>
      TaskGroup.run(function* (group) {
        group.cancel();
        yield* sleep(9);
      }),
    () => {
      const group = new TaskGroup();
      group.cancel();
      return asyncWith(group, asleep);
    },
  ];
  for (const group of groups) {
    await virtually(async () => {
      const task = createTask(async () =>
        await Promise.all([outcome(group()), outcome(sleep(1, "other"))])
      );
      await wait([task]);
      assertEquals(await task, ["undefined at 0", "other at 1"]);
      assertEquals([task.cancelling(), currentTask()!.cancelling()], [0, 0]);
    });
  }
});

test("a time limit in one branch of a Promise.all leaves the others alone", async () => {
  await virtually(async () => {
    const task = createTask(sleep(4, "of a task"));
    const all = await Promise.all([
      outcome(sleep(3, "slow")),
      outcome(timeout(1, () => sleep(9))),
      outcome(waitFor(sleep(9), 2)),
      outcome(waitFor(sleep(1.5, "in time"), 2)),
      outcome(task),
    ]);
    assertEquals(all, [
      "slow at 3",
      "TimeoutError at 1",
      "TimeoutError at 2",
      "in time at 1.5",
      "of a task at 4",
    ]);
    assertEquals(currentTask()!.cancelling(), 0);
  });
});

test({
  name: "a time limit on an async function in one branch leaves the others alone",
  async fn() {
    const log: string[] = [];
    async function inner(seconds: number) {
      try {
        await Promise.all([sleep(seconds), timeout(60, async () => await sleep(seconds))]);
      } finally {
        await sleep(0);
        log.push(`${seconds} ends at ${getRunningLoop().time()}`);
      }
    }
    await virtually(async () => {
      const all = await Promise.all([
        outcome(timeout(3, async () => await inner(8))),
        outcome(waitFor(() => inner(9), 2)),
        outcome(inner(4)),
        outcome(timeout(1, () => inner(7))),
      ]);
      assertEquals(all, [
        "TimeoutError at 3",
        "TimeoutError at 2",
        "undefined at 4",
        "TimeoutError at 1",
      ]);
      assertEquals(currentTask()!.cancelling(), 0);
    });
    assertEquals(log, ["7 ends at 1", "9 ends at 2", "8 ends at 3", "4 ends at 4"]);
  },
});

test("two time limits that are up at once are two TimeoutErrors", async () => {
  await virtually(async () => {
    const all = await Promise.all([
      outcome(timeout(1, () => sleep(9))),
      outcome(timeout(1, () => sleep(9))),
    ]);
    assertEquals(all, ["TimeoutError at 1", "TimeoutError at 1"]);
  });
});

test("the time limit of a race's loser leaves the function alone that goes on", async () => {
  await virtually(async () => {
    assertEquals(await Promise.race([sleep(1, "fast"), timeout(2, () => sleep(9))]), "fast");
    assertEquals(await outcome(sleep(5, "went on")), "went on at 6");
  });
});

/** Contexts that end by a wait of their own, behind an async body. */
const slowEnds: Record<string, (body: () => Promise<unknown>) => PromiseLike<unknown>> = {
  "a group with tasks": (body) =>
    TaskGroup.run(async (group) => {
      group.createTask(sleep(5));
      await body();
    }),
  "a context manager": (body) => asyncWith({ enter() {}, exit: () => sleep(5, false) }, body),
  "a generator's context": (body) => {
    const opened = asyncContextManager(function* () {
      try {
        yield;
      } finally {
        yield* sleep(5);
      }
    });
    return asyncWith(opened(), body);
  },
};
for (const [what, within] of Object.entries(slowEnds)) {
  test(`a race's loser within ${what} that is ended by its limit leaves alone how that ends`, async () => {
    const losers = [
      () => waitFor(sleep(9), 2),
      () => timeout(2, () => sleep(9)),
      () =>
        TaskGroup.run(function* (group) {
          group.createTask(fails);
          yield* sleep(9);
        }),
    ];
    for (const loser of losers) {
      await virtually(async () => {
        const task = createTask(async () => {
          await within(() => Promise.race([sleep(0), loser()]));
          return `cancelled ${currentTask()!.cancelling()} times`;
        });
        assertEquals(await outcome(task), "cancelled 0 times at 5");
      });
    }
  });
}

test("a group that fails in one branch leaves the others alone", async () => {
  await virtually(async () => {
    const group = TaskGroup.run((group) => {
      group.createTask(fails);
      return sleep(9);
    });
    assertEquals(
      await Promise.all([outcome(sleep(3, "slow")), outcome(group)]),
      ["slow at 3", "ExceptionGroup at 1"],
    );
    assertEquals(currentTask()!.cancelling(), 0);
  });
});

test({
  name: "a group whose body is an async function and that fails in one branch leaves the others",
  async fn() {
    await virtually(async () => {
      const group = TaskGroup.run(async (group) => {
        group.createTask(fails);
        await sleep(9);
      });
      const cut = TaskGroup.run(async (group) => {
        await sleep(2);
        group.cancel();
        await sleep(9);
      });
      assertEquals(
        await Promise.all([outcome(sleep(3, "slow")), outcome(group), outcome(cut)]),
        ["slow at 3", "ExceptionGroup at 1", "undefined at 2"],
      );
      assertEquals(currentTask()!.cancelling(), 0);
    });
  },
});

test({
  name: "a branch that rests on a foreign promise hears of its limit at its next await",
  ...needs("asyncIdentity"),
  async fn() {
    for (const next of [() => sleep(0), () => sleep(9)]) {
      const { promise, resolve } = Promise.withResolvers<void>();
      await virtually(async () => {
        getRunningLoop().callLater(2, resolve);
        const all = await Promise.all([
          outcome(sleep(3, "slow")),
          outcome(timeout(1, async () => {
            await promise;
            await next();
          })),
        ]);
        // The clock does not wait for what it does not know of.
        assertEquals(all.map((text) => text.split(" ")[0]), ["slow", "TimeoutError"]);
      });
    }
  },
});

test("a task that is cancelled in all its branches is cancelled, whatever limits they have", async () => {
  await virtually(async () => {
    const branches: Promise<string>[] = [];
    const task = createTask(async () => {
      branches.push(outcome(timeout(1, () => sleep(9))), outcome(sleep(9)));
      await Promise.all([timeout(2, () => sleep(9)), sleep(9), ...branches]);
    });
    await sleep(1.5);
    task.cancel();
    await wait([task]);
    assertEquals(task.cancelled(), true);
    assertEquals(await fromPromise(Promise.all(branches)), [
      "TimeoutError at 1",
      "CancelledError at 1.5",
    ]);
  });
});

test("of two limits in a branch that are up at once the outer one ends what goes on behind the inner", async () => {
  const bodies = [() => sleep(9), () => sleep(1), () => sleep(0.5).then(() => sleep(9))];
  const sooner = 1 - Number.EPSILON;
  for (const body of bodies) {
    for (const [outer, inner] of [[1, 1], [1, sooner], [sooner, 1]] as const) {
      await virtually(async () => {
        let cleanedUp = 0;
        const limited = timeout(outer, async () => {
          try {
            await timeout(inner, async () => {
              try {
                await body();
              } finally {
                await sleep(0);
                cleanedUp++;
              }
            });
          } catch (error) {
            if (!(error instanceof TimeoutError)) throw error;
          }
          await sleep(5);
        });
        assertEquals(await Promise.all([outcome(sleep(3, "slow")), outcome(limited)]), [
          "slow at 3",
          `TimeoutError at ${Math.min(outer, inner)}`,
        ]);
        assertEquals([cleanedUp, currentTask()!.cancelling()], [1, 0]);
      });
    }
  }
});

test("a limit that an exit stack has entered holds what goes on while the stack is open", async () => {
  const log: string[] = [];
  async function limited(name: string, manager: AsyncContextManager<unknown>): Promise<void> {
    const begun = getRunningLoop().time();
    try {
      await asyncWith(new AsyncExitStack(), async (stack) => {
        await stack.enterAsyncContext(manager);
        if (manager instanceof TaskGroup) manager.createTask(fails);
        await sleep(9);
      });
    } catch (error) {
      log.push(`${name}: ${(error as Error).name} after ${getRunningLoop().time() - begun}`);
    }
  }
  await virtually(async () => {
    await limited("limit", new Timeout(1));
    await limited("group", new TaskGroup());
    await Promise.all([
      limited("limit in a branch", new Timeout(3)),
      limited("group in a branch", new TaskGroup()),
      (async () => {
        await sleep(3);
        log.push("another branch");
      })(),
    ]);
  });
  assertEquals(log, [
    "limit: TimeoutError after 1",
    "group: ExceptionGroup after 1",
    "limit in a branch: TimeoutError after 1",
    "group in a branch: ExceptionGroup after 1",
    "another branch",
  ]);
});

test("a limit that was entered by hand asks the task, as it knows no end of its own", async () => {
  await virtually(async () => {
    const stack = new AsyncExitStack();
    await stack.enterAsyncContext(new Timeout(1));
    let thrown: unknown = null;
    try {
      await sleep(9);
    } catch (error) {
      thrown = error;
    }
    assertEquals([(thrown as Error).name, currentTask()!.cancelling()], ["CancelledError", 1]);
    const error = await outcome(stack.exit(thrown));
    assertEquals([error, currentTask()!.cancelling()], ["TimeoutError at 1", 0]);
  });
});

test("a limit within a limit asks its task, which counts the request as in Python", async () => {
  await virtually(async () => {
    const seen: unknown[] = [];
    const inner = async () => {
      try {
        await sleep(9);
      } catch (error) {
        seen.push([(error as Error).name, currentTask()!.cancelling()]);
        throw error;
      }
    };
    const error = await outcome(timeout(60, async () => await timeout(1, inner)));
    assertEquals([...seen, error], [["CancelledError", 1], "TimeoutError at 1"]);
    assertEquals(currentTask()!.cancelling(), 0);
  });
});

test("a limit in one branch aborts the task's signal, which the branches have together", async () => {
  await virtually(async () => {
    const { signal } = currentTask()!;
    const branch = outcome(timeout(1, () => sleep(9)));
    assertEquals(await Promise.all([branch, outcome(sleep(2, "slept")), signal.aborted]), [
      "TimeoutError at 1",
      "slept at 2",
      false,
    ]);
    assertEquals(signal.aborted, true);
  });
});

test({
  name: "an AbortError of the task's signal is the end of a limit in one branch, and comes once",
  ...needs("asyncIdentity"),
  async fn() {
    const abortable = () => {
      const { signal } = currentTask()!;
      return new Promise<never>((_resolve, reject) => {
        const error = new DOMException("stopped", "AbortError");
        signal.addEventListener("abort", () => reject(error));
      });
    };
    const log: string[] = [];
    const cleansUp = coroutine(function* () {
      try {
        return yield* timeout(60, abortable);
      } finally {
        yield* sleep(1);
        log.push(`cleaned up at ${getRunningLoop().time()}`);
      }
    });
    await virtually(async () => {
      const ends = [
        () => timeout(1, abortable),
        () => waitFor(abortable, 1),
        () => timeout(1, cleansUp),
        () =>
          TaskGroup.run(async (group) => {
            group.createTask(async () => {
              await sleep(1);
              group.cancel();
            });
            await abortable();
          }),
      ];
      for (const end of ends) {
        const [, text] = await Promise.all([sleep(9), outcome(end())]);
        log.push(text);
      }
      assertEquals(log, [
        "TimeoutError at 1",
        "TimeoutError at 10",
        "cleaned up at 20",
        "TimeoutError at 20",
        "undefined at 28",
      ]);
      assertEquals(currentTask()!.cancelling(), 0);
    });
  },
});

test("a group that its own body cancels in one branch hears it where it next waits", async () => {
  for (const next of [() => sleep(9), () => sleep(0), () => timeout(5, () => sleep(9))]) {
    await virtually(async () => {
      const cut = asyncWith(new TaskGroup(), function* (group) {
        yield* sleep(1);
        group.cancel();
        yield* next();
        yield* sleep(9);
      });
      assertEquals(await Promise.all([outcome(sleep(3, "slow")), outcome(cut)]), [
        "slow at 3",
        "undefined at 1",
      ]);
      assertEquals(currentTask()!.cancelling(), 0);
    });
  }
});

test({
  name: "a limit that nothing could be told of asks for nothing once it is left",
  ...needs("asyncIdentity"),
  async fn() {
    const { promise, resolve } = Promise.withResolvers<void>();
    await virtually(async () => {
      getRunningLoop().callLater(2, resolve);
      const limited = coroutine(function* () {
        yield* timeout(1, async () => await promise);
        yield* sleep(5);
        return yield* timeout(60, async () => await sleep(1, "went on"));
      });
      const [slow, late] = await Promise.all([outcome(sleep(3, "slow")), outcome(limited())]);
      assertEquals([slow, late.split(" at ")[0]], ["slow at 3", "went on"]);
    });
  },
});

test("a limit in a branch that was asked to end already leaves the cancellation to who asked", async () => {
  await virtually(async () => {
    const caught: string[] = [];
    const limited = timeout(1, async () => {
      try {
        await timeout(2, async () => {
          try {
            await sleep(9);
          } finally {
            // Nothing goes on beside it any more when the inner limit is up.
            await sleep(5);
          }
        });
      } catch (error) {
        caught.push((error as Error).name);
        throw error;
      }
    });
    const all = await Promise.all([outcome(sleep(1.5, "other")), outcome(limited)]);
    assertEquals(all, ["other at 1.5", "TimeoutError at 2"]);
    assertEquals(caught, ["CancelledError"]);
  });
});
