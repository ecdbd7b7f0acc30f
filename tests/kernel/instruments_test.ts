// kinds: generator, async
import { assertEquals } from "@std/assert";
import { Future } from "../../lib/kernel/future.ts";
import { Handle, type Runnable, type TimerHandle } from "../../lib/kernel/handle.ts";
import { Instrument, InstrumentPanel, type TurnEnd } from "../../lib/kernel/instruments.ts";
import { schedulerOf } from "../../lib/kernel/scheduler.ts";
import { Strand } from "../../lib/kernel/strand.ts";
import { Task } from "../../lib/kernel/task.ts";
import { createTask, eagerTaskFactory, getRunningLoop, sleep } from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Logs what it is told, with tasks by their names. */
class Log extends Instrument {
  readonly lines: string[] = [];
  readonly #prefix: string;

  constructor(prefix = "") {
    super();
    this.#prefix = prefix;
  }

  override turnBegan(): void {
    this.#add("turn");
  }

  override turnEnded(end: TurnEnd): void {
    this.#add(`turn ${end}`);
  }

  override entryBegan(entry: Runnable): void {
    this.#add(`+${nameOf(entry)}`);
  }

  override entryEnded(entry: Runnable): void {
    this.#add(`-${nameOf(entry)}`);
  }

  override pushed(entry: Runnable): void {
    this.#add(`push ${nameOf(entry)}`);
  }

  override timerSet(handle: TimerHandle): void {
    this.#add(`set ${handle.when()}`);
  }

  override timerCancelled(handle: TimerHandle): void {
    this.#add(`unset ${handle.when()}`);
  }

  override stepBegan(task: Task<unknown>): void {
    this.#add(`(${task.getName()}`);
  }

  override stepEnded(task: Task<unknown>): void {
    this.#add(`${task.getName()})`);
  }

  override cancelRequested(future: Future<unknown>): void {
    this.#add(`cancel ${future instanceof Task ? future.getName() : "future"}`);
  }

  #add(line: string): void {
    this.lines.push(this.#prefix + line);
  }
}

function nameOf(entry: Runnable): string {
  if (entry instanceof Task) return entry.getName();
  if (entry instanceof Strand) return (entry.task as Task<unknown>).getName();
  return entry instanceof Handle ? "callback" : "entry";
}

/** The entries that ran, without what goes on inside them. */
function entriesOf(lines: readonly string[]): string[] {
  return lines.filter((line) => /^[+-]/.test(line));
}

test("Scheduler.watch() tells of each entry behind the one that runs, and of no more in the end", async () => {
  const log = new Log();
  await virtually(function* () {
    const names = ["a", "b"];
    const tasks = names.map((name) => createTask(() => sleep(0), { name }));
    const unwatch = schedulerOf(getRunningLoop()).watch(log);
    yield* tasks[1]!;
    unwatch();
    yield* createTask(() => sleep(0), { name: "unseen" });
  });
  // The step that takes it out has been told of its beginning.
  assertEquals(entriesOf(log.lines).slice(0, 8), [
    ..."+a -a +b -b +a -a +b -b".split(" "),
  ]);
  assertEquals(log.lines.some((line) => line.includes("unseen")), false);
});

test("an Instrument is told who is put into the ready queue, and of timers", async () => {
  const log = new Log();
  await virtually(function* () {
    const loop = getRunningLoop();
    const future = new Future<void>();
    const unwatch = schedulerOf(loop).watch(log);
    const task = createTask(() => future, { name: "task" });
    yield* sleep(0);
    log.lines.length = 0;
    loop.callLater(5, () => {}).cancel();
    loop.callSoon(() => future.setResult());
    yield* task;
    unwatch();
  });
  const told = log.lines.filter((line) => /^(set|unset|push (task|callback))/.test(line));
  assertEquals(told, ["set 5", "unset 5", "push callback", "push task"]);
});

test("an Instrument is told of a request to end", async () => {
  const log = new Log();
  await virtually(function* () {
    const unwatch = schedulerOf(getRunningLoop()).watch(log);
    const task = createTask(() => sleep(60), { name: "sleeper" });
    yield* sleep(0);
    task.cancel();
    try {
      yield* task;
    } catch { /* as it should */ }
    unwatch();
  });
  const told = log.lines.filter((line) => line.startsWith("cancel"));
  // The task is asked, and asks what it waits for.
  assertEquals(told, ["cancel sleeper", "cancel future"]);
});

test("an Instrument is told of an eager task's first step inside its maker's", async () => {
  const log = new Log();
  await virtually(function* () {
    const loop = getRunningLoop();
    const unwatch = schedulerOf(loop).watch(log);
    loop.setTaskFactory(eagerTaskFactory);
    const maker = createTask(function* () {
      yield* sleep(0);
      createTask(() => sleep(0), { name: "made" });
    }, { name: "maker" });
    yield* maker;
    unwatch();
  });
  // An async function is called in the first step, and enters its task once more to await.
  const lines = log.lines.filter((line) => /^([+-]maker|\(made|made\))$/.test(line));
  const begins = lines.indexOf("(made");
  assertEquals(lines.slice(begins - 1, begins + 2), ["+maker", "(made", "made)"]);
  assertEquals(lines.slice(begins).includes("-maker"), true);
});

test("an Instrument is told of turns, and how they end", async () => {
  const log = new Log();
  await virtually(function* () {
    schedulerOf(getRunningLoop()).watch(log);
    yield* sleep(0);
  });
  assertEquals(log.lines.find((line) => line.startsWith("turn")), "turn");
  assertEquals(log.lines.at(-1), "turn ended");
});

test("InstrumentPanel tells its instruments in their order", async () => {
  const lines: string[] = [];
  class Shared extends Log {
    override readonly lines: string[] = lines;
  }
  await virtually(function* () {
    const scheduler = schedulerOf(getRunningLoop());
    const unwatch = [new Shared("1 "), new Shared("2 ")].map((log) => scheduler.watch(log));
    yield* createTask(() => sleep(0), { name: "task" });
    for (const stop of unwatch) stop();
  });
  const entries = lines.filter((line) => line.endsWith("+task"));
  assertEquals(entries.slice(0, 4), ["1 +task", "2 +task", "1 +task", "2 +task"]);
});

test("InstrumentPanel passes all that it is told on", () => {
  const log = new Log();
  const panel = new InstrumentPanel([new Instrument(), log]);
  const loop = { interrupt() {}, callExceptionHandler() {}, getDebug: () => false, time: () => 0 };
  const handle = new Handle(() => {}, [], loop);
  panel.turnBegan();
  panel.pushed(handle);
  panel.entryBegan(handle);
  panel.entryEnded(handle);
  panel.turnEnded("idle");
  assertEquals(log.lines, ["turn", "push callback", "+callback", "-callback", "turn idle"]);
});
