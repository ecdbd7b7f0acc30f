/**
 * Async functions and the loop's order: between two of its awaits a function runs in microtasks, and the
 * loop must hold still meanwhile, however many it takes.
 */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { AsyncHold, isWaiting, restElsewhere } from "../../lib/kernel/async_hold.ts";
import { ambientTask } from "../../lib/kernel/running.ts";
import {
  AsyncExitStack,
  asyncWith,
  CancelledError,
  ContextVar,
  coroutine,
  createTask,
  currentTask,
  Event,
  Future,
  gather,
  getRunningLoop,
  Lock,
  RuntimeError,
  Semaphore,
  sleep,
  type Task,
  timeout,
  TimeoutError,
  wait,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** A coroutine of each kind that notes `count` steps, with a wait behind each. */
const kinds = {
  *generator(log: string[], name: string, count: number) {
    for (let step = 0; step < count; step++) {
      log.push(`${name}${step}`);
      yield* sleep(0);
    }
  },
  async async(log: string[], name: string, count: number) {
    for (let step = 0; step < count; step++) {
      log.push(`${name}${step}`);
      await sleep(0);
    }
  },
};

/** An async function `depth` calls above a wait, each of which awaits the next. */
async function nestedAwait(depth: number, wait: () => PromiseLike<string>): Promise<string> {
  return depth === 0 ? await wait() : await nestedAwait(depth - 1, wait);
}

/** The same where each returns the promise of the next. */
async function nestedReturn(depth: number, wait: () => PromiseLike<string>): Promise<string> {
  return depth === 0 ? wait() : nestedReturn(depth - 1, wait);
}

const nesters = { "return await f()": nestedAwait, "return f()": nestedReturn };

// Order

test("tasks of both kinds take turns, one step each", async () => {
  const log: string[] = [];
  await virtually(async () => {
    await gather([
      () => kinds.async(log, "a", 3),
      () => kinds.generator(log, "b", 2),
      () => kinds.async(log, "c", 1),
      () => kinds.generator(log, "d", 3),
    ]);
  });
  assertEquals(log.join(" "), "a0 b0 c0 d0 a1 b1 d1 a2 d2");
});

test("the order is one for every mixture of the kinds", async () => {
  for (let mixture = 0; mixture < 8; mixture++) {
    const log: string[] = [];
    await virtually(function* () {
      const loop = getRunningLoop();
      const ready = new Future<void>();
      const tasks = ["x", "y", "z"].map((name, index) => {
        if ((mixture & (1 << index)) === 0) {
          return createTask(function* () {
            log.push(`${name} starts`);
            yield* ready;
            log.push(`${name} ready`);
            loop.callSoon(() => log.push(`${name}'s callback`));
            yield* sleep(1);
            log.push(`${name} ends`);
          });
        }
        return createTask(async () => {
          log.push(`${name} starts`);
          await ready;
          log.push(`${name} ready`);
          loop.callSoon(() => log.push(`${name}'s callback`));
          await sleep(1);
          log.push(`${name} ends`);
        });
      });
      yield* sleep(0);
      ready.setResult();
      yield* gather(tasks);
    });
    assertEquals([mixture, ...log], [
      mixture,
      ...["x starts", "y starts", "z starts", "x ready", "y ready", "z ready"],
      ...["x's callback", "y's callback", "z's callback", "x ends", "y ends", "z ends"],
    ]);
  }
});

for (const [form, nested] of Object.entries(nesters)) {
  for (const depth of [1, 2, 3, 8, 20, 200]) {
    test(`${form}, ${depth} deep: the function comes to rest before the next handle`, async () => {
      const log: string[] = [];
      await virtually(function* () {
        const loop = getRunningLoop();
        const future = new Future<string>();
        const task = createTask(async () => {
          log.push("called");
          log.push(await nested(depth, () => future));
          log.push(await sleep(0, "second wait"));
        }, { name: "deep" });
        loop.callSoon(() => log.push("behind the call"));
        yield* sleep(0);
        future.setResult("resumed");
        loop.callSoon(() => log.push("behind the resumption"));
        yield* sleep(0);
        log.push("main");
        yield* task;
      });
      assertEquals(log, [
        "called",
        "behind the call",
        "resumed",
        "behind the resumption",
        "main",
        "second wait",
      ]);
    });

    test(`${form}, ${depth} deep, inside a timeout: the same`, async () => {
      const log: string[] = [];
      await virtually(async () => {
        const loop = getRunningLoop();
        const task = createTask(async () => {
          await timeout(60, async () => {
            log.push(await nested(depth, () => sleep(1, "resumed")));
            loop.callSoon(() => log.push("callback of the body's end"));
          });
          log.push("behind the timeout");
          await sleep(0);
          log.push("second wait");
        });
        loop.callLater(1, () => log.push("timer of the same time"));
        await task;
      });
      assertEquals(log, [
        "timer of the same time",
        "resumed",
        "behind the timeout",
        "callback of the body's end",
        "second wait",
      ]);
    });

    test(`${form}, ${depth} deep: a cancellation reaches the innermost wait`, async () => {
      const log: string[] = [];
      await virtually(async () => {
        const task = createTask(async () => {
          try {
            await nested(depth, async () => {
              try {
                return await sleep(10, "slept");
              } finally {
                await sleep(1);
                log.push(`inner finally in ${currentTask()!.getName()}`);
              }
            });
          } finally {
            log.push(`outer finally in ${currentTask()!.getName()}`);
          }
        }, { name: "deep" });
        await sleep(1);
        task.cancel("why");
        const error = await assertRejects(() => Promise.resolve(task), CancelledError);
        log.push(error.message, `${getRunningLoop().time()}`);
      });
      assertEquals(log, ["inner finally in deep", "outer finally in deep", "why", "2"]);
    });
  }
}

test("an error before the first await fails the task in its first step", async () => {
  const log: string[] = [];
  await virtually(async () => {
    const task = createTask(async () => {
      log.push("called");
      throw new RangeError("at once");
    });
    getRunningLoop().callSoon(() => log.push(`callback: done ${task.done()}`));
    await sleep(0);
    log.push(`main: ${task.exception()}`);
  });
  assertEquals(log, ["called", "callback: done true", "main: RangeError: at once"]);
});

test("an async function without an await is done in its first step", async () => {
  const log: string[] = [];
  await virtually(async () => {
    const task = createTask(async () => "value");
    getRunningLoop().callSoon(() => log.push(`callback: ${task}`));
    task.setName("T");
    await sleep(0);
  });
  assertEquals(log.map((line) => line.replace(/ coro=<function <anonymous>>/, "")), [
    "callback: <Task finished name='T' result='value'>",
  ]);
});

test("awaits of what is done cost no iteration", async () => {
  const log: string[] = [];
  await virtually(async () => {
    const done = new Future<string>();
    done.setResult("done");
    createTask(function* () {
      log.push("other task");
    });
    for (let time = 0; time < 3; time++) log.push(await done);
    await sleep(0);
  });
  assertEquals(log, ["done", "done", "done", "other task"]);
});

test("awaits of promises that are settled, and of plain values, cost no iteration", async () => {
  const log: unknown[] = [];
  await virtually(async () => {
    createTask(function* () {
      log.push("other task");
    });
    log.push(await Promise.resolve(1), await 2, await Promise.all([3, Promise.resolve(4)]));
    for (let time = 0; time < 30; time++) await null;
    log.push(currentTask()!.getName() === "Task-0");
    await sleep(0);
  });
  assertEquals(log, [1, 2, [3, 4], false, "other task"]);
});

// Whose code runs

test("currentTask() and getRunningLoop() hold in every segment", async () => {
  const wrong: string[] = [];
  await virtually(async () => {
    const loop = getRunningLoop();
    const work = async (name: string) => {
      const self = currentTask();
      const check = (where: string) => {
        if (currentTask() !== self) wrong.push(`${name}: task ${where}`);
        if (getRunningLoop() !== loop) wrong.push(`${name}: loop ${where}`);
      };
      if (self?.getName() !== name) wrong.push(`${name}: first segment`);
      try {
        await sleep(0);
        check("after sleep(0)");
        await nestedReturn(5, () => sleep(0.5, ""));
        check("after nested calls");
        await Promise.resolve();
        check("after a settled promise");
        await timeout(10, async () => {
          check("in a timeout");
          await sleep(0.25);
          check("in a timeout, after a wait");
        });
        check("after the timeout");
        await Promise.all([sleep(0.25), sleep(0.5)]);
        check("after Promise.all()");
        throw new Error();
      } catch {
        check("in a catch");
        await sleep(0);
        check("in a catch, after a wait");
      } finally {
        check("in a finally");
        await sleep(0);
        check("in a finally, after a wait");
      }
    };
    const names = ["a", "b", "c", "d"];
    await gather(names.map((name) => createTask(() => work(name), { name })));
  });
  assertEquals(wrong, []);
});

test("context variables hold in every segment, each task's its own", async () => {
  const who = new ContextVar("who", { default: "nobody" });
  const log: string[] = [];
  await virtually(async () => {
    const work = async (name: string) => {
      who.set(name);
      for (let step = 0; step < 3; step++) {
        await nestedAwait(step, () => sleep(step % 2, ""));
        log.push(who.get());
        await Promise.resolve();
        log.push(who.get());
      }
    };
    await gather(["a", "b"].map((name) => () => work(name)));
    log.push(who.get());
  });
  assertEquals(log.join(" "), "a a b b a a b b a a b b nobody");
});

test("finally blocks with awaits run in order when a task is cancelled", async () => {
  const log: string[] = [];
  await virtually(async () => {
    const task = createTask(async () => {
      try {
        try {
          await sleep(10);
        } finally {
          log.push("inner");
          await sleep(1);
          log.push(`inner at ${getRunningLoop().time()}`);
        }
      } finally {
        log.push("outer");
        await sleep(1);
        log.push(`outer at ${getRunningLoop().time()}`);
      }
    });
    await sleep(1);
    task.cancel();
    await wait([task]);
    log.push(`cancelled ${task.cancelled()}`);
  });
  assertEquals(log, ["inner", "inner at 2", "outer", "outer at 3", "cancelled true"]);
});

test("methods, arrow functions and static methods are run in their task, with their object", async () => {
  class Kettle {
    readonly log: string[] = [];
    readonly #name = "kettle";
    async brew() {
      await sleep(1);
      this.#note("brew");
      return await this.pour(2);
    }
    readonly pour = async (cups: number) => {
      await sleep(1);
      this.#note(`pour ${cups}`);
      return await Kettle.rinse(this);
    };
    readonly wash = coroutine(async function (this: Kettle) {
      await sleep(1);
      this.#note("wash");
    });
    static async rinse(kettle: Kettle) {
      await kettle.wash();
      kettle.#note("rinse");
      return "rinsed";
    }
    #note(what: string) {
      this.log.push(`${this.#name}: ${what} in ${currentTask()?.getName()}`);
    }
  }
  await virtually(async () => {
    const kettle = new Kettle();
    const task = createTask(() => kettle.brew(), { name: "T" });
    assertEquals(await task, "rinsed");
    assertEquals(
      kettle.log,
      ["brew", "pour 2", "wash", "rinse"].map((what) => `kettle: ${what} in T`),
    );
    assertEquals(getRunningLoop().time(), 3);
  });
});

// Several awaits at a time

test("Promise.all() over our awaitables waits for all at once, in one task", async () => {
  await virtually(async () => {
    const task = createTask(sleep(3, "task"));
    const future = new Future<string>();
    getRunningLoop().callLater(1, () => future.setResult("future"));
    const results = await Promise.all([
      sleep(2, "sleep"),
      task,
      future,
      nestedAwait(2, () => sleep(1, "nested")),
    ]);
    assertEquals(results, ["sleep", "task", "future", "nested"]);
    assertEquals(getRunningLoop().time(), 3);
  });
});

test("the loop waits until every branch of a Promise.all() waits, however many calls of functions it makes", async () => {
  await virtually(async () => {
    const log: number[] = [];
    const nap = async () => {
      log.push(getRunningLoop().time());
      await sleep(1);
    };
    const calls = async () => {
      await timeout(50, async () => {
        await timeout(40, nap);
      });
    };
    const task = createTask(async () => {
      await Promise.all([sleep(1), calls()]);
      log.push(getRunningLoop().time());
    });
    await sleep(0.25);
    await task;
    assertEquals(log, [0, 1]);
  });
});

/** Awaits one of its promises after the other, `hops` of them, each settled when it comes to it. */
async function passMicrotasks(hops: number): Promise<void> {
  for (let hop = 0; hop < hops; hop++) await null;
}

for (const hops of [0, 1, 4, 20]) {
  test(`a branch of a Promise.all() that got at once what it awaits comes to its next wait before the loop goes on, after ${hops} promises`, async () => {
    await virtually(async () => {
      const log: string[] = [];
      const semaphore = new Semaphore(2);
      const branch = async (name: string) => {
        await semaphore.acquire();
        await passMicrotasks(hops);
        log.push(`${name} in`);
        await sleep(1);
        log.push(`${name} out at ${getRunningLoop().time()}`);
        semaphore.release();
      };
      const other = createTask(async () => void log.push("other"));
      await Promise.all(["a", "b", "c"].map(branch));
      await other;
      assertEquals(log.slice(0, 3).sort(), ["a in", "b in", "other"]);
      assertEquals(log.indexOf("other"), 2);
      assertEquals(log.slice(3), ["a out at 1", "b out at 1", "c in", "c out at 2"]);
    });
  });
}

test({
  name:
    "a virtual clock stands still while a branch of a Promise.all() goes through promises of its own",
  ...needs("asyncIdentity"),
  async fn() {
    for (const hops of [1, 2, 4, 20]) {
      await virtually(async () => {
        const log: string[] = [];
        const note = (what: string) => log.push(`${what} at ${getRunningLoop().time()}`);
        const slow = async () => {
          await passMicrotasks(hops);
          note("slow begins");
          await sleep(0.5);
          note("slow ends");
        };
        const event = new Event();
        const setter = async () => {
          await passMicrotasks(hops);
          await sleep(0);
          event.set();
        };
        await Promise.all([slow(), sleep(1)]);
        assertEquals(log, ["slow begins at 0", "slow ends at 0.5"]);
        await Promise.all([event.wait(), setter()]);
      });
    }
  },
});

test("a task in Promise.all() that is cancelled has every await of it cancelled", async () => {
  const log: string[] = [];
  await virtually(async () => {
    const futures = [new Future(), new Future()];
    const task = createTask(async () => {
      try {
        await Promise.all(futures);
      } catch (error) {
        log.push((error as Error).message);
        throw error;
      }
    });
    await sleep(1);
    task.cancel("all");
    await wait([task]);
    assertEquals([task.cancelled(), ...futures.map((each) => each.cancelled())], [
      true,
      true,
      true,
    ]);
  });
  assertEquals(log, ["all"]);
});

test("Promise.race() goes on with the first, and the loser ends with the task", async () => {
  await virtually(async () => {
    const slow = createTask(sleep(5, "slow"));
    const task = createTask(async () => await Promise.race([slow, sleep(1, "quick")]));
    assertEquals(await task, "quick");
    assertEquals(getRunningLoop().time(), 1);
    assertEquals(await slow, "slow");
  });
});

test("Promise.race() that is cancelled throws the CancelledError, and clean-up may wait", async () => {
  const log: string[] = [];
  await virtually(async () => {
    const task = createTask(async () => {
      try {
        await Promise.race([sleep(5), new Future()]);
      } catch (error) {
        log.push(`${error}`);
        throw error;
      } finally {
        await sleep(1);
        log.push(`cleaned up at ${getRunningLoop().time()}`);
      }
    });
    await sleep(1);
    task.cancel("enough");
    await wait([task]);
    assertEquals(task.cancelled(), true);
  });
  assertEquals(log, ["CancelledError: enough", "cleaned up at 2"]);
});

test("Promise.allSettled() catches a cancellation, as it does every error", async () => {
  const log: unknown[] = [];
  await virtually(async () => {
    const task = createTask(async () => {
      const outcomes = await Promise.allSettled([sleep(5), sleep(0, "quick"), new Future()]);
      log.push(...outcomes.map(({ status }) => status), currentTask()!.cancelling());
      return await sleep(1, "went on");
    });
    await sleep(1);
    task.cancel();
    assertEquals(await task, "went on");
  });
  assertEquals(log, ["rejected", "fulfilled", "rejected", 1]);
});

// then() called by hand

test("then() of a future, called in a task, is no wait of the task", async () => {
  const log: string[] = [];
  await virtually(async () => {
    const future = new Future<string>();
    const task = createTask(async () => {
      future.then((value) => log.push(`then ${value}`));
      log.push("goes on");
      await sleep(1);
      log.push(`after ${getRunningLoop().time()}`);
    });
    getRunningLoop().callLater(5, () => future.setResult("late"));
    await task;
    task.cancel();
    await sleep(10);
  });
  assertEquals(log, ["goes on", "after 1", "then late"]);
});

test("catch() and finally() of a future, called in a task, are no waits of the task", async () => {
  const log: string[] = [];
  await virtually(async () => {
    const futures = [new Future<string>(), new Future<string>()] as const;
    const task = createTask(async () => {
      futures[0].catch((error) => log.push(`catch ${(error as Error).message}`));
      futures[1].finally(() => log.push("finally"));
      await sleep(10);
    });
    await sleep(1);
    task.cancel();
    await wait([task]);
    assertEquals(futures.map((future) => future.done()), [false, false]);
    futures[0].setException(new Error("late"));
    futures[1].setResult("late");
    await sleep(1);
  });
  assertEquals(log, ["catch late", "finally"]);
});

test("then() of a lazy object, called in a task, starts it in that task", async () => {
  const log: unknown[] = [];
  await virtually(async () => {
    const task = createTask(async () => {
      const nap = sleep(2, "slept").then((value) => {
        log.push(`${value} at ${getRunningLoop().time()}`);
        return value.length;
      });
      await sleep(1);
      log.push("one");
      log.push(await nap);
    });
    await task;
  });
  assertEquals(log, ["one", "slept at 2", 5]);
});

test("a look at the then property is neither a wait nor a call", async () => {
  const log: string[] = [];
  await virtually(async () => {
    const lazy = sleep(1);
    const future = new Future();
    log.push(`${typeof lazy.then} ${typeof future.then}`);
    await sleep(0);
    log.push("goes on");
    await lazy;
    log.push(`${getRunningLoop().time()}`);
  });
  assertEquals(log, ["function function", "goes on", "1"]);
});

// Promises of others

test({
  name: "a task may await a foreign promise, and keeps its identity",
  ...needs("asyncIdentity"),
  async fn() {
    const log: unknown[] = [];
    const who = new ContextVar<string>("who");
    await virtually(async () => {
      const quick = new Promise<void>((resolve) => setTimeout(resolve, 1));
      const slow = Promise.withResolvers<void>();
      const work = async (name: string, foreign: Promise<void>, end: () => void) => {
        who.set(name);
        const self = currentTask();
        await foreign;
        log.push([name, who.get(), currentTask() === self]);
        await sleep(0);
        log.push([name, who.get(), currentTask() === self]);
        end();
      };
      await gather([
        () => work("slow", slow.promise, () => {}),
        () => work("quick", quick, slow.resolve),
      ]);
    });
    assertEquals(log, [
      ["quick", "quick", true],
      ["quick", "quick", true],
      ["slow", "slow", true],
      ["slow", "slow", true],
    ]);
  },
});

test({
  name: "a task that rests on a foreign promise lets others run",
  ...needs("asyncIdentity"),
  async fn() {
    const log: string[] = [];
    await virtually(async () => {
      let release = () => {};
      const foreign = new Promise<void>((resolve) => release = resolve);
      const resting = createTask(async () => {
        log.push("rests");
        await foreign;
        log.push("goes on");
      });
      await sleep(0);
      await sleep(0);
      log.push("others run");
      release();
      await resting;
    });
    assertEquals(log, ["rests", "others run", "goes on"]);
  },
});

test({
  name: "what the host loads in the middle of a step lets no other task's function go on there",
  ...needs("asyncIdentity"),
  async fn() {
    await virtually(async () => {
      const log: string[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      const task = createTask(async () => {
        await promise;
        log.push("function");
        return await sleep(0, "went on");
      });
      getRunningLoop().callSoon(() => {
        resolve();
        // Deno evaluates a module of its own when these are first read, and runs what microtasks it then can.
        for (const name of ["WebSocket", "ImageBitmap", "GPU"]) void Reflect.get(globalThis, name);
        log.push("callback");
      });
      assertEquals(await task, "went on");
      assertEquals(log, ["callback", "function"]);
    });
  },
});

test({
  name: "a task cancelled while it rests on a foreign promise gets the error at its next await",
  ...needs("asyncIdentity"),
  async fn() {
    const log: string[] = [];
    await virtually(async () => {
      let release = () => {};
      const foreign = new Promise<void>((resolve) => release = resolve);
      const task = createTask(async () => {
        try {
          await foreign;
          log.push("the promise came");
          await sleep(0);
          log.push("not reached");
        } catch (error) {
          log.push(`${(error as Error).name} ${(error as Error).message}`);
          throw error;
        }
      });
      await sleep(0);
      assertEquals(task.cancel("at rest"), true);
      await sleep(1);
      assertEquals([task.done(), task.cancelling()], [false, 1]);
      release();
      await wait([task]);
      assertEquals(task.cancelled(), true);
    });
    assertEquals(log, ["the promise came", "CancelledError at rest"]);
  },
});

test({
  name: "a task cancelled while it rests on a foreign promise and then returns ends cancelled",
  ...needs("asyncIdentity"),
  async fn() {
    await virtually(async () => {
      let release = (_value: string) => {};
      const foreign = new Promise<string>((resolve) => release = resolve);
      const task = createTask(async () => await foreign);
      await sleep(0);
      task.cancel();
      release("too late");
      await wait([task]);
      assertEquals(task.cancelled(), true);
    });
  },
});

test({
  name: "a foreign promise that rejects throws in the task",
  ...needs("asyncIdentity"),
  async fn() {
    await virtually(async () => {
      const reason = new RangeError("foreign");
      const task = createTask(async () => {
        await new Promise((_resolve, reject) => setTimeout(() => reject(reason), 1));
      });
      await wait([task]);
      assertStrictEquals(task.exception(), reason);
    });
  },
});

test({
  name: "without async identity a task that awaits a foreign promise fails, naming fromPromise()",
  ...needs("browser"),
  async fn() {
    await virtually(async () => {
      let release = () => {};
      const foreign = new Promise<void>((resolve) => release = resolve);
      const task: Task<void> = createTask(async () => await foreign, { name: "T" });
      await wait([task]);
      assertEquals(task.done(), true);
      await assertRejects(
        () => Promise.resolve(task),
        RuntimeError,
        "expected await fromPromise(promise)",
      );
      release();
    });
  },
});

test("of several functions that have the thread, one that has come to rest is asked no more", async () => {
  const log: string[] = [];
  const asked: string[] = [];
  const hold = new AsyncHold({
    keepStill: () => log.push("held"),
    goOn: () => log.push("released"),
  });
  const [first, second, third] = ["first", "second", "third"].map((name) => ({
    isOver: false,
    done() {
      asked.push(name);
      return this.isOver;
    },
    [isWaiting]: () => false,
    [restElsewhere]() {},
  }));
  const passMicrotasks = async () => {
    for (let i = 0; i < 2; i++) await null;
    return asked.splice(0);
  };
  for (const task of [first!, second!, third!]) hold.begin(task);
  hold.end(second!);
  assertEquals((await passMicrotasks()).slice(0, 3), ["first", "second", "third"]);
  assertEquals(new Set(await passMicrotasks()), new Set(["first", "third"]));
  third!.isOver = true;
  // It was resumed anew: else so many microtasks without a sign of it would let the host in.
  hold.begin(first!);
  await passMicrotasks();
  assertEquals([new Set(await passMicrotasks()), log], [new Set(["first"]), ["held"]]);
  first!.isOver = true;
  await passMicrotasks();
  assertEquals([hold.isOn, log], [false, ["held", "released"]]);
});

test("a branch whose await is over at once goes on before the loop, whatever another waits for", async () => {
  const log: string[] = [];
  await virtually(async () => {
    await Promise.all([
      sleep(1),
      (async () => {
        await new Lock().acquire();
        await sleep(0);
        log.push(`goes on at ${getRunningLoop().time()}`);
        await sleep(2);
        log.push(`is over at ${getRunningLoop().time()}`);
      })(),
      sleep(1),
    ]);
    createTask(() => log.push("another task"));
    await new Lock().acquire();
    await Promise.all([new Lock().acquire(), sleep(0)]);
  });
  assertEquals(log, ["goes on at 0", "is over at 2", "another task"]);
});

test("a function that starts tasks eagerly in a branch stays its task's", async () => {
  async function startsEagerly(delay: number): Promise<string> {
    const task = createTask(async () => await sleep(delay), { eagerStart: true });
    const name = currentTask()!.getName();
    await task;
    return `${name}, ${currentTask()!.getName()} at ${getRunningLoop().time()}`;
  }
  await virtually(async () => {
    currentTask()!.setName("main");
    const first = await Promise.any([
      (async () => {
        await sleep(0);
        return "quick";
      })(),
      startsEagerly(3),
    ]);
    assertEquals([first, getRunningLoop().time()], ["quick", 0]);
    assertEquals(await Promise.all([startsEagerly(1), startsEagerly(0)]), [
      "main, main at 1",
      "main, main at 0",
    ]);
  });
});

test("a limit holds what an async function awaits after it started a task eagerly", async () => {
  await virtually(async () => {
    const limited = timeout(1, async () => {
      await sleep(0);
      await createTask(async () => await sleep(0), { eagerStart: true });
      await sleep(9);
    });
    const other = (async () => {
      await sleep(3);
      return "slow";
    })();
    const [first, second] = await Promise.allSettled([limited, other]);
    assertEquals([first.status, second.status, getRunningLoop().time()], [
      "rejected",
      "fulfilled",
      3,
    ]);
  });
});

/** Takes locks that are free, step by step, and gives whose code each step found itself in, a microtask later. */
async function namesAtSteps(steps: number): Promise<string[]> {
  const names: string[] = [];
  for (let step = 0; step < steps; step++) {
    await new Lock().acquire();
    await null;
    names.push(currentTask()!.getName());
  }
  return names;
}

test("a task that is started eagerly and who starts it are told apart while both go on", async () => {
  await virtually(async () => {
    currentTask()!.setName("main");
    for (const [own, others] of [[3, 3], [1, 4], [4, 1]] as const) {
      const task = createTask(() => namesAtSteps(others), { eagerStart: true, name: "eager" });
      assertEquals(await namesAtSteps(own), Array(own).fill("main"));
      assertEquals(await task, Array(others).fill("eager"));
    }
    const tasks = ["a", "b", "c"].map((name) =>
      createTask(() => namesAtSteps(2), { eagerStart: true, name })
    );
    assertEquals(await gather(tasks), [["a", "a"], ["b", "b"], ["c", "c"]]);
    const branch = async (begin: () => Promise<string[]>) => {
      const before = await namesAtSteps(1);
      const task = createTask(begin, { eagerStart: true, name: "eager" });
      return [before, await namesAtSteps(3), await task].flat();
    };
    const afterPromise = async () => {
      await null;
      return await namesAtSteps(3);
    };
    const begins = [() => namesAtSteps(1), () => namesAtSteps(6), afterPromise, afterPromise];
    const all = await Promise.all([namesAtSteps(9), ...begins.map(branch), namesAtSteps(9)]);
    assertEquals(all, [
      Array(9).fill("main"),
      ...[1, 6, 3, 3].map((steps) => [...Array(4).fill("main"), ...Array(steps).fill("eager")]),
      Array(9).fill("main"),
    ]);
  });
});

test("branches within limits and without are told apart while they go on together", async () => {
  const outcomes: string[] = [];
  const branch = async (name: string, steps: number): Promise<void> => {
    await namesAtSteps(steps);
    await sleep(3);
    outcomes.push(`${name} at ${getRunningLoop().time()}`);
  };
  await virtually(async () => {
    for (const steps of [[1, 1, 1], [1, 2, 3], [3, 2, 1]] as const) {
      const begin = getRunningLoop().time();
      const ended = await Promise.allSettled([
        timeout(1, () => branch("one", steps[0])),
        branch("free", steps[1]),
        timeout(2, () => branch("two", steps[2])),
      ]);
      assertEquals(ended.map(({ status }) => status), ["rejected", "fulfilled", "rejected"]);
      assertEquals(outcomes.splice(0), [`free at ${begin + 3}`]);
    }
    const begin = getRunningLoop().time();
    const limited = async (steps: number) => {
      await namesAtSteps(steps);
      await timeout(1, () => branch("limited", 2));
    };
    const free = [0, 1, 2, 3, 4].map((steps) => branch(`free ${steps}`, steps));
    const all = [limited(1), ...free, limited(2), branch("free 5", 5)];
    const ended = await Promise.allSettled(all);
    assertEquals(ended.filter(({ status }) => status === "rejected").length, 2);
    assertEquals(outcomes, [0, 1, 2, 3, 4, 5].map((steps) => `free ${steps} at ${begin + 3}`));
  });
});

test("a limit holds what goes on behind a task that was started eagerly, as others go on, too", async () => {
  await virtually(async () => {
    const limited = timeout(4, async () => {
      await Promise.any([
        createTask(() => sleep(0), { eagerStart: true }).then(),
        createTask(async () => await sleep(0), { eagerStart: true }),
        (async () => {
          const stack = new AsyncExitStack();
          await stack.enterAsyncContext(new Lock());
          await sleep(0);
          await stack.exit(undefined);
        })(),
      ]);
      await sleep(9);
    });
    await assertRejects(async () => await limited, TimeoutError);
    assertEquals(getRunningLoop().time(), 4);
  });
});

test("a branch that hears of its task's end as it starts a task eagerly is taken for nobody's", async () => {
  const log: string[] = [];
  const semaphore = new Semaphore(1);
  await virtually(async () => {
    const task = createTask(() =>
      Promise.all([
        asyncWith(semaphore, () => sleep(1).then(() => Promise.reject(new RangeError("first")))),
        asyncWith(semaphore, async () => {
          createTask(async () => {
            for (let step = 0; step < 3; step++) await sleep(0);
          }, { eagerStart: true });
          for (let step = 0; step < 3; step++) {
            try {
              await sleep(5);
            } catch (error) {
              log.push((error as Error).name);
            }
          }
        }),
      ])
    );
    await wait([task]);
    assertEquals([String(task.exception()), getRunningLoop().time()], ["RangeError: first", 1]);
    await sleep(1);
  });
  assertEquals([log, semaphore.locked()], [Array(3).fill("RuntimeError"), false]);
});

test("what a branch does that hears late of its task's end is nobody's, whatever other tasks do", async () => {
  const nobody = { getName: () => "nobody" };
  const names: string[] = [];
  async function slow(): Promise<void> {
    try {
      await sleep(60);
    } finally {
      for (let step = 0; step < 3; step++) await sleep(0);
    }
  }
  await virtually(async () => {
    const task = createTask(async () => {
      const late = async () => {
        try {
          await createTask(slow);
        } finally {
          for (let hop = 0; hop < 12; hop++) {
            await null;
            names.push((ambientTask() ?? nobody).getName());
          }
        }
      };
      await Promise.all([sleep(60), late()]);
    });
    const busy = createTask(async () => {
      for (let step = 0; step < 30; step++) await sleep(0);
    }, { name: "busy" });
    await sleep(0);
    task.cancel();
    await wait([task, busy]);
    await sleep(1);
  });
  assertEquals(names, Array(12).fill("nobody"));
});

test("what is called with a branch's outcome may throw, and the loop goes on", async () => {
  await virtually(async () => {
    await sleep(0);
    const { then } = sleep(0);
    await null;
    then!(() => {
      throw new RangeError("not caught");
    }, () => {});
    await sleep(1);
    assertEquals(getRunningLoop().time(), 1);
  }, { reports: ["Exception in callback Task.step()"] });
});

/** What is done with a future and is no await. */
const uses: Record<string, (future: Future<void>) => void> = {
  "looks at a then()": (future) => void Reflect.get(future, "then"),
  "calls a then()": (future) => void future.then(() => {}),
};
for (const [what, use] of Object.entries(uses)) {
  test(`a function that only ${what} and goes on is waited for all the same`, async () => {
    const log: string[] = [];
    await virtually(async () => {
      const future = new Future<void>();
      await sleep(0);
      getRunningLoop().callSoon(() => log.push("loop"));
      use(future);
      for (let hop = 0; hop < 6; hop++) await null;
      log.push("function");
      future.setResult();
      await future;
    });
    assertEquals(log, ["function", "loop"]);
  });
}
