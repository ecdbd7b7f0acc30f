/**
 * A thousand async functions that await what is this module's and what is not, in every mixture: no
 * cancellation, context variable or current task may ever be another's.
 *
 * A browser does not tell whose code runs behind a foreign promise. There a task that rests on one fails,
 * and what its function does afterwards, its afterlife, is nobody's.
 */
import { assertEquals, assertGreater } from "@std/assert";
import {
  CancelledError,
  ContextVar,
  coroutine,
  createTask,
  currentTask,
  fromPromise,
  getRunningLoop,
  run,
  RuntimeError,
  sleep,
  type Task,
  timeout,
  TimeoutError,
  wait,
} from "../../mod.ts";
import { Random } from "../conformance/random.ts";
import { needs, test } from "../_support/harness.ts";

const TASKS = 1_000;

const keepsIdentity = !needs("asyncIdentity").ignore;

const who = new ContextVar<string>("who", { default: "nobody" });

/** What a foreign promise is rejected with. */
class ForeignError extends Error {}

type Settle = () => void;

/** Promises that are not this module's, and those who settle them. */
class Foreigners {
  readonly #random: Random;
  readonly #echo = new Worker("data:text/javascript,onmessage=()=>postMessage(0)", {
    type: "module",
  });
  readonly #echoed: Settle[] = [];
  readonly #inSteps: Settle[] = [];
  readonly #all: Promise<unknown>[] = [];
  readonly #settlers: ((settle: Settle) => void)[] = [
    (settle) => setTimeout(settle, this.#random.below(4)),
    (settle) => {
      this.#echoed.push(settle);
      this.#echo.postMessage(0);
    },
    (settle) => {
      crypto.subtle.digest("SHA-256", new Uint8Array(1_000)).then(settle);
    },
  ];
  #last: Promise<string> = Promise.resolve("settled");

  constructor(random: Random) {
    this.#random = random;
    this.#echo.onmessage = () => this.#echoed.shift()?.();
    // In a browser that cannot be told from a helper of the task that settles it.
    if (keepsIdentity) this.#settlers.push((settle) => this.#inSteps.push(settle));
  }

  /** A promise that is settled some time; now and then one that others have got, too. */
  next(): Promise<string> {
    if (this.#random.chance(0.2)) return this.#last;
    const fails = this.#random.chance(0.1);
    const settler = this.#random.pick(this.#settlers);
    this.#last = new Promise((resolve, reject) => {
      settler(() => fails ? reject(new ForeignError("foreign")) : resolve("foreign"));
    });
    this.#all.push(this.#last.catch(() => {}));
    return this.#last;
  }

  /** Settles one, in the step or the segment of a task that calls this. */
  settleOne(): void {
    this.#inSteps.shift()?.();
  }

  /** Has all settled, and ends the thread. */
  async close(): Promise<void> {
    while (this.#inSteps.length > 0) this.settleOne();
    await Promise.all(this.#all);
    this.#echo.terminate();
  }
}

/** One of the tasks, and what is known of it. */
interface Life {
  readonly name: string;
  /** Whether it awaits foreign promises as they are. */
  readonly isBare: boolean;
  /** Whether it goes on when it is cancelled. */
  readonly refuses: boolean;
  /** Whether it rested on a foreign promise. */
  rested: boolean;
  /** Whether its task is over while its function still runs. */
  isAfterlife: boolean;
  /** How often somebody has cancelled it in its time. */
  asked: number;
  /** Whether a limit of no time took a cancellation that it found: it tells them apart by their number. */
  isForgiven: boolean;
  task: Task<string> | null;
}

class Stress {
  readonly random: Random;
  readonly foreigners: Foreigners;
  readonly lives: Life[] = [];
  readonly ends: Promise<unknown>[] = [];
  readonly wrong: string[] = [];
  readonly counts = { checks: 0, delivered: 0, refused: 0, expired: 0, afterlives: 0, failures: 0 };

  constructor(seed: number) {
    this.random = new Random(seed);
    this.foreigners = new Foreigners(this.random);
  }

  /** The whole of it: to be run by a loop. */
  *main() {
    for (let index = 0; index < TASKS; index++) {
      const life: Life = {
        name: `task ${index}`,
        isBare: this.random.chance(0.4),
        refuses: this.random.chance(0.3),
        rested: false,
        isAfterlife: false,
        asked: 0,
        isForgiven: false,
        task: null,
      };
      this.lives.push(life);
      life.task = createTask(() => {
        const end = this.#live(life);
        this.ends.push(end.catch(() => {}));
        return end;
      }, { name: life.name });
    }
    const tasks = this.lives.map(({ task }) => task!);
    // Cancelled by plain code, by a task's steps, and (in #live) by each other.
    const timer = setInterval(() => this.#cancelOne(), 1);
    try {
      while (tasks.some((task) => !task.done())) {
        this.#cancelOne();
        for (let time = 0; time < 20; time++) this.foreigners.settleOne();
        yield* wait(tasks, { timeout: 0.001 });
      }
    } finally {
      clearInterval(timer);
    }
  }

  /** Says what is wrong with how the tasks have ended. */
  judge(): void {
    for (const life of this.lives) {
      const task = life.task!;
      const error = task.cancelled() ? null : task.exception();
      if (task.cancelled() && life.asked === 0) this.#blame(life, "cancelled, and nobody asked it");
      if (life.isAfterlife && error === null && !task.cancelled()) {
        this.#blame(life, "rested on a foreign promise unnoticed");
      }
      if (error !== null) {
        const isLoud = life.rested && !keepsIdentity && error instanceof RuntimeError &&
          error.message.includes("expected await fromPromise(promise)");
        if (isLoud) this.counts.failures++;
        else this.#blame(life, `failed: ${error}`);
      } else if (life.asked > 0 && !life.refuses && !life.isForgiven && !task.cancelled()) {
        this.#blame(life, "asked to end, and was not cancelled");
      }
    }
  }

  #blame(life: Life, what: string): void {
    this.wrong.push(`${life.name}: ${what}`);
  }

  #cancelOne(): void {
    const life = this.random.pick(this.lives);
    if (life.task?.cancel(`stop ${life.name}`)) life.asked++;
  }

  /** Whether the code that runs is its own task's, or nobody's in its afterlife. */
  #check(life: Life, where: string): void {
    this.counts.checks++;
    const { task, context } = ambient();
    if (!life.isAfterlife && !keepsIdentity && life.rested && task === null) {
      life.isAfterlife = true;
      this.counts.afterlives++;
    }
    const expected = life.isAfterlife ? null : life.name;
    if (task !== expected) this.#blame(life, `${where}: runs as ${task}`);
    if (context !== (expected ?? "nobody")) this.#blame(life, `${where}: in ${context}'s context`);
  }

  async #live(life: Life): Promise<string> {
    who.set(life.name);
    const steps = 2 + this.random.below(6);
    try {
      for (let step = 0; step < steps && !life.isAfterlife; step++) await this.#step(life, step);
      if (life.isAfterlife) await this.#liveOn(life);
      return "lived";
    } catch (error) {
      this.#check(life, `catch of ${error}`);
      if (error instanceof ForeignError) {
        if (life.isAfterlife) await this.#liveOn(life);
        return "foreign error";
      }
      if (!(error instanceof CancelledError)) throw error;
      this.counts.delivered++;
      // Without a message where a time limit asked first.
      if (error.message !== "" && error.message !== `stop ${life.name}`) {
        this.#blame(life, `got a cancellation that says ${error.message}`);
      }
      if (!life.refuses) throw error;
      this.counts.refused++;
      while (life.task!.cancelling() > 0) life.task!.uncancel();
      await sleep(0);
      this.#check(life, "after refusing");
      return "refused";
    } finally {
      this.#check(life, "finally");
      if (!life.isAfterlife) {
        await sleep(0);
        this.#check(life, "finally, after a wait");
      }
    }
  }

  async #step(life: Life, step: number): Promise<void> {
    const { random, foreigners } = this;
    const check = (where: string) => this.#check(life, `step ${step}, ${where}`);
    const nested = async (depth: number): Promise<void> => {
      if (depth > 0) return await nested(depth - 1);
      await sleep(0);
      check("nested");
    };
    const look = coroutine(function* () {
      check("in a coroutine");
      yield* sleep(0);
      check("in a coroutine, after a wait");
    });
    const kind = random.weighted([
      [3, "sleep"],
      [2, "nested"],
      [2, "coroutine"],
      [2, "all"],
      [2, "limit"],
      [2, "short limit"],
      [2, "microtasks"],
      [4, "wrapped"],
      [2, "wrapped call"],
      [life.isBare ? 6 : 0, "bare"],
    ]);
    check(`before ${kind}`);
    if (random.chance(0.05)) this.#cancelOne();
    foreigners.settleOne();
    switch (kind) {
      case "sleep":
        await sleep(random.below(3) / 1000);
        break;
      case "nested":
        await nested(random.below(6));
        break;
      case "coroutine":
        await look();
        break;
      case "all":
        await Promise.all([sleep(0), fromPromise(foreigners.next()), nested(1)]);
        break;
      case "limit":
        await timeout(60, async () => {
          check("in a limit");
          await fromPromise(foreigners.next());
          check("in a limit, after a wait");
        });
        break;
      case "short limit": {
        const seconds = random.below(3) / 1000;
        const pending = life.task!.cancelling();
        try {
          await timeout(seconds, async () => await fromPromise(foreigners.next()));
        } catch (error) {
          if (!(error instanceof TimeoutError)) throw error;
          this.counts.expired++;
          if (seconds === 0 && pending > 0) life.isForgiven = true;
        }
        break;
      }
      case "microtasks":
        for (let microtask = random.below(40); microtask > 0; microtask--) await null;
        break;
      case "wrapped":
        await fromPromise(foreigners.next());
        break;
      case "wrapped call":
        await fromPromise(() => foreigners.next());
        break;
      case "bare":
        life.rested = true;
        await foreigners.next();
    }
    check(`after ${kind}`);
  }

  /** What a function does when its task has failed: all that might touch another's. */
  async #liveOn(life: Life): Promise<void> {
    for (let time = 0; time < 3; time++) {
      for (let microtask = 0; microtask < 5; microtask++) {
        await null;
        this.#check(life, "afterlife");
      }
      const refusal = await sleep(60).then(() => "slept", (error) => error.message);
      if (!refusal.startsWith("no running event loop")) this.#blame(life, `afterlife: ${refusal}`);
      this.#check(life, "afterlife, refused");
      const other = this.random.pick(this.lives).task!;
      await other.then(() => {}, () => {});
      this.#check(life, "afterlife, after another's end");
      await this.foreigners.next().catch(() => {});
      this.#check(life, "afterlife, after a promise");
    }
  }
}

/** Whose the running code is, as the module says. */
function ambient(): { task: string | null; context: string } {
  try {
    return { task: currentTask()!.getName(), context: who.get() };
  } catch {
    return { task: null, context: who.get() };
  }
}

test("1,000 tasks that await others' promises keep to themselves", async () => {
  const stress = new Stress(1);
  const reports: unknown[] = [];
  await run(function* () {
    getRunningLoop().setExceptionHandler((_loop, report) => reports.push(report));
    yield* stress.main();
    stress.judge();
  });
  await Promise.all(stress.ends);
  await stress.foreigners.close();
  assertEquals([stress.wrong.length, stress.wrong.slice(0, 10), reports], [0, [], []]);
  const { checks, delivered, refused, expired, afterlives, failures } = stress.counts;
  // That the test is one: each of these things must have come to pass often enough.
  assertGreater(checks, 5_000);
  assertGreater(Math.min(delivered, refused * 2, expired * 2), 10);
  if (!keepsIdentity) assertGreater(Math.min(afterlives, failures), 100);
});
