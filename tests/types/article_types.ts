/** What the article's claims are in types. `deno task check` compiles this file; nothing runs it. */
import {
  Awaitable,
  awaitable,
  type CancelledError,
  type CoroutineObject,
  createTask,
  ensureFuture,
  FIRST_COMPLETED,
  type Future,
  gather,
  getRunningLoop,
  run,
  shield,
  sleep,
  type Task,
  wait,
  waitFor,
} from "../../mod.ts";
import { checkType, type Equal } from "./equal.ts";

function* name() {
  yield* sleep(1);
  return "name";
}
function* age() {
  yield* sleep(1);
  return 42;
}
async function isReady() {
  await sleep(1);
  return true;
}
class Kettle extends Awaitable<Date> {
  *[awaitable]() {
    yield* sleep(1);
    return new Date();
  }
}

/** Claim 8: what gather gives is the tuple of the results, in the order of its arguments. */
export function* claim8(): CoroutineObject<void> {
  const results = yield* gather([name(), age(), isReady, new Kettle(), Promise.resolve(1n)]);
  checkType<Equal<typeof results, [string, number, boolean, Date, bigint]>>();

  const tasks = yield* gather([createTask(name), createTask(age()), shield(isReady)]);
  checkType<Equal<typeof tasks, [string, number, boolean]>>();

  const safe = yield* gather([name(), age()], { returnExceptions: true });
  checkType<Equal<typeof safe, [string | Error, number | Error]>>();

  const many = yield* gather([1, 2, 3].map(() => name()));
  checkType<Equal<typeof many, string[]>>();

  const fromSet = yield* gather(new Set([age()]));
  checkType<Equal<typeof fromSet, number[]>>();

  const nothing = yield* gather([]);
  checkType<Equal<typeof nothing, []>>();
}

/** Claim 8, by `await`. */
export async function claim8Async(): Promise<void> {
  const results = await gather([name(), age(), isReady]);
  checkType<Equal<typeof results, [string, number, boolean]>>();
}

/** Claim 1: run gives what main gives. */
export async function claim1(): Promise<void> {
  const fromGenerator = await run(name());
  checkType<Equal<typeof fromGenerator, string>>();
  const fromFunction = await run(isReady);
  checkType<Equal<typeof fromFunction, boolean>>();
}

/** Claims 2 and 11: a task is a future of what its coroutine returns; who makes which. */
export function* claim11(): CoroutineObject<void> {
  const task = createTask(name);
  checkType<Equal<typeof task, Task<string>>>();
  const future: Future<string> = task;
  const same = ensureFuture(future);
  checkType<Equal<typeof same, Future<string>>>();
  const made = ensureFuture(new Kettle());
  checkType<Equal<typeof made, Task<Date>>>();

  // @ts-expect-error: a number is no coroutine
  createTask(42);
  // @ts-expect-error: an awaitable is not, either; ensureFuture takes it
  createTask({ [awaitable]: () => name() });
  // @ts-expect-error: a number cannot be awaited
  ensureFuture(42);
  yield* task;
}

/** Claim 9: the sets of wait hold futures of what was given; of tasks, the tasks. */
export function* claim9(): CoroutineObject<void> {
  const tasks = [createTask(name), createTask(name)];
  const [done, pending] = yield* wait(tasks, { returnWhen: FIRST_COMPLETED });
  checkType<Equal<typeof done, Set<Task<string>>>>();
  checkType<Equal<typeof pending, Set<Task<string>>>>();

  // @ts-expect-error: none of the three
  yield* wait(tasks, { returnWhen: "SOME_COMPLETED" });
}

/** Claims 3, 14 and 15. */
export function* awaiting(): CoroutineObject<void> {
  const waited = yield* waitFor(new Kettle(), 1);
  checkType<Equal<typeof waited, Date>>();
  const shielded = shield(age());
  checkType<Equal<typeof shielded, Future<number>>>();
  const [first] = yield* gather([age()], { returnExceptions: true });
  if (typeof first !== "number") checkType<CancelledError extends typeof first ? true : false>();
}

/** Claims 18 and 21: callbacks are given what they are declared to be given. */
export function callbacks(): void {
  const task = createTask(name);
  task.addDoneCallback((done) => checkType<Equal<typeof done, Task<string>>>());
  const loop = getRunningLoop();
  loop.callSoon((text: string, n: number) => text.repeat(n), "ab", 2);
  // @ts-expect-error: the callback needs a number
  loop.callLater(1, (n: number) => n, "text");
}
