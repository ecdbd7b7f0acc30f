// kinds: generator, async
/** What `acquire()`, `get()`, `put()` and `wait()` have in common. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  asyncWith,
  Barrier,
  BoundedSemaphore,
  Condition,
  type Coroutine,
  createTask,
  Event,
  Lock,
  Queue,
  run,
  RuntimeError,
  Semaphore,
  sleep,
  wait,
  waitFor,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

interface Kind {
  readonly name: string;
  /** A call that goes through at once. */
  free(): Coroutine<unknown>;
  /** A call that waits, what to print of its subject, and how another lets it go on. */
  waiting(): { call: Coroutine<unknown>; subject: object; letGo(): void };
}

const KINDS: readonly Kind[] = [
  {
    name: "Lock.acquire",
    free: () => new Lock().acquire(),
    waiting() {
      const lock = new Lock();
      lock.acquire()[Symbol.iterator]().next();
      return { call: lock.acquire(), subject: lock, letGo: () => lock.release() };
    },
  },
  {
    name: "Semaphore.acquire",
    free: () => new Semaphore(1).acquire(),
    waiting() {
      const semaphore = new Semaphore(0);
      return { call: semaphore.acquire(), subject: semaphore, letGo: () => semaphore.release() };
    },
  },
  {
    name: "Event.wait",
    free() {
      const event = new Event();
      event.set();
      return event.wait();
    },
    waiting() {
      const event = new Event();
      return { call: event.wait(), subject: event, letGo: () => event.set() };
    },
  },
  {
    name: "Queue.get",
    free() {
      const queue = new Queue();
      queue.putNowait(1);
      return queue.get();
    },
    waiting() {
      const queue = new Queue();
      return { call: queue.get(), subject: queue, letGo: () => queue.putNowait(1) };
    },
  },
  {
    name: "Queue.put",
    free: () => new Queue().put(1),
    waiting() {
      const queue = new Queue(1);
      queue.putNowait(1);
      return { call: queue.put(2), subject: queue, letGo: () => queue.getNowait() };
    },
  },
];

for (const { name, free, waiting } of KINDS) {
  test(`${name}() prints its name, and can be awaited once`, async () => {
    await virtually(function* () {
      const call = free();
      assertEquals([call.name, String(call)], [name, `<coroutine object ${name}>`]);
      yield* call;
      yield* refused(call);
    });
  });

  test(`${name}() closed before it is awaited cannot be awaited, and takes nothing`, async () => {
    await virtually(function* () {
      const { call, subject } = waiting();
      const before = String(subject);
      call.close();
      call.close();
      yield* refused(call);
      assertEquals(String(subject), before);
    });
  });

  test(`${name}() looks at its subject when it is awaited, not when it is called`, async () => {
    await virtually(function* () {
      const { call, letGo } = waiting();
      letGo();
      const task = createTask(call);
      yield;
      assertEquals(task.done(), true);
    });
  });

  test({
    name: `${name}() that has to wait stands under its name in the stack of who waits`,
    ...needs("sources"),
    async fn() {
      await virtually(function* () {
        const { call, letGo } = waiting();
        const task = createTask(call, { name: "who waits" });
        yield;
        assertEquals(task.getStack().map((frame) => frame.name), [name]);
        letGo();
        yield* task;
      });
    },
  });

  test(`${name}() that another awaits is a RuntimeError, and another one when that is over`, async () => {
    await virtually(function* () {
      const { call } = waiting();
      const task = createTask(call);
      yield* sleep(0);
      yield* refused(call, "coroutine is being awaited already");
      task.cancel();
      yield* wait([task]);
      yield* refused(call, "cannot reuse already awaited coroutine");
    });
  });

  test(`${name}() whose outcome was had gives nothing more`, async () => {
    await virtually(function* () {
      const steps = free()[Symbol.iterator]();
      assertEquals(steps.next().done, true);
      assertEquals(steps.next(), { done: true, value: undefined });
      yield;
    });
  });
}

function* refused(call: Coroutine<unknown>, message: string = "cannot reuse") {
  yield* createTask(() => assertRejects(async () => await call, RuntimeError, message));
}

test("Event.wait() and Semaphore.acquire() leave the line when their coroutine is closed", async () => {
  await virtually(function* () {
    for (const subject of [new Event(), new Semaphore(0)]) {
      const call = subject instanceof Event ? subject.wait() : subject.acquire();
      const steps = call[Symbol.iterator]();
      const task = createTask(function* () {
        steps.next();
        yield;
      });
      yield;
      const waits = String(subject);
      steps.return!();
      assertEquals([waits.includes("waiters:1"), String(subject).includes("waiters")], [
        true,
        false,
      ]);
      yield* task;
    }
  });
});

test("who is closed in a line leaves it to those behind", async () => {
  const lock = new Lock();
  const empty = new Queue<string>();
  const full = new Queue<string>(1);
  full.putNowait("first");
  await run(async () => {
    await lock.acquire();
    const lines: [() => PromiseLike<unknown>, () => void][] = [
      [() => lock.acquire(), () => lock.release()],
      [() => empty.get(), () => empty.putNowait("item")],
      [() => full.put("more"), () => full.getNowait()],
    ];
    for (const [wait, free] of lines) {
      await createTask(async () => {
        await Promise.race([wait(), sleep(0.001)]);
      });
      const next = createTask(async () => {
        await wait();
      });
      await sleep(0);
      free();
      await waitFor(next, 60);
    }
    assertEquals([`${lock}`, `${empty}`], ["<Lock [locked]>", "<Queue maxsize=0 tasks=1>"]);
  });
});

test("what one is given that is closed just as it was woken goes to the next", async () => {
  await run(function* () {
    const [lock, semaphore] = [new Lock(), new Semaphore(1)];
    for (const subject of [lock, semaphore]) {
      yield* subject.acquire();
      const steps = subject.acquire()[Symbol.iterator]();
      const task = createTask(function* () {
        steps.next();
        yield;
      });
      yield;
      const next = createTask(subject.acquire());
      yield;
      subject.release();
      steps.return!();
      yield* waitFor(next, 60);
      yield* task;
    }
    assertEquals([`${lock}`, `${semaphore}`], ["<Lock [locked]>", "<Semaphore [locked]>"]);
  });
});

test("what is closed within a condition's block gives the lock back", async () => {
  const condition = new Condition();
  await run(async () => {
    await createTask(async () => {
      const waits = asyncWith(condition, async () => {
        await condition.wait();
      });
      await Promise.race([waits, sleep(0.001)]);
    });
    assertEquals(`${condition}`, "<Condition [unlocked]>");
  });
});

test("a lock entered by asyncWith() gives null, as in Python", async () => {
  await run(async () => {
    for (const lock of [new Lock(), new Condition(null), new Semaphore(), new BoundedSemaphore()]) {
      assertEquals(await asyncWith(lock, (given) => given), null);
    }
  });
});

test("printed forms have the names of subclasses", () => {
  class Mine extends Lock {}
  class Yours extends Condition {}
  class Its extends Event {}
  class Ours extends Barrier {}
  assertEquals([new Mine(), new Yours(), new Its(), new Ours(1)].map(String), [
    "<Mine [unlocked]>",
    "<Yours [unlocked]>",
    "<Its [unset]>",
    "<Ours [filling, waiters:0/1]>",
  ]);
});
