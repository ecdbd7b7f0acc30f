/**
 * What awaiting gives, in types, for everything public that can be awaited, by `yield*` and by `await`.
 * `deno task check` compiles this file; nothing runs it.
 */
import {
  aclosing,
  aiter,
  anext,
  asCompleted,
  asyncContextManager,
  AsyncExitStack,
  asyncGenerator,
  type AsyncGeneratorObject,
  asyncWith,
  Awaitable,
  awaitable,
  Barrier,
  BREAK,
  ConcurrentFuture,
  Condition,
  type Coroutine,
  coroutine,
  type CoroutineObject,
  createTask,
  ensureFuture,
  Event,
  forEach,
  fromPromise,
  Future,
  gather,
  type GatherOptions,
  type GeneratorContextManager,
  getRunningLoop,
  type Guard,
  type JobContext,
  Lock,
  nullContext,
  Queue,
  type RaceResult,
  run,
  Runner,
  runVirtual,
  Semaphore,
  shield,
  sleep,
  staggeredRace,
  Task,
  TaskGroup,
  ThreadPoolExecutor,
  timeout,
  timeoutAt,
  toThread,
  wait,
  waitFor,
  workerFunction,
  wrapFuture,
} from "../../mod.ts";
import { checkType, type Equal } from "./equal.ts";

function* name() {
  yield* sleep(1);
  return "name";
}
async function age() {
  await sleep(1);
  return 42;
}
class Kettle extends Awaitable<Date> {
  *[awaitable]() {
    yield* sleep(1);
    return new Date();
  }
}
const isReady = coroutine(function* (_strict: boolean) {
  yield* sleep(1);
  return true;
});

/** The plain ones, by `yield*`. */
export function* byYield(): CoroutineObject<void> {
  const nothing = yield* sleep(1);
  checkType<Equal<typeof nothing, void>>();
  const slept = yield* sleep(1, 1n);
  checkType<Equal<typeof slept, bigint>>();
  const future = yield* new Future<string>();
  checkType<Equal<typeof future, string>>();
  const made = yield* getRunningLoop().createFuture<number>();
  checkType<Equal<typeof made, number>>();
  const task = yield* createTask(name());
  checkType<Equal<typeof task, string>>();
  const taskOfAsync = yield* createTask(age);
  checkType<Equal<typeof taskOfAsync, number>>();
  const taskOfLazy = yield* createTask(isReady(true));
  checkType<Equal<typeof taskOfLazy, boolean>>();
  const newTask = yield* new Task(name());
  checkType<Equal<typeof newTask, string>>();
  const nested = yield* name();
  checkType<Equal<typeof nested, string>>();
  const lazy = yield* isReady(true);
  checkType<Equal<typeof lazy, boolean>>();
  const custom = yield* new Kettle();
  checkType<Equal<typeof custom, Date>>();
  const foreign = yield* fromPromise(age());
  checkType<Equal<typeof foreign, number>>();
  const begun = yield* fromPromise((signal: AbortSignal) => Promise.resolve(signal.aborted));
  checkType<Equal<typeof begun, boolean>>();
  const ensured = yield* ensureFuture(new Kettle());
  checkType<Equal<typeof ensured, Date>>();
  const wrapped = yield* wrapFuture(new ConcurrentFuture<string>());
  checkType<Equal<typeof wrapped, string>>();
}

/** The same by `await`. */
export async function byAwait(): Promise<void> {
  const slept = await sleep(1, 1n);
  checkType<Equal<typeof slept, bigint>>();
  const future = await new Future<string>();
  checkType<Equal<typeof future, string>>();
  const task = await createTask(name());
  checkType<Equal<typeof task, string>>();
  const taskOfAsync = await createTask(age);
  checkType<Equal<typeof taskOfAsync, number>>();
  const lazy = await isReady(true);
  checkType<Equal<typeof lazy, boolean>>();
  const custom = await new Kettle();
  checkType<Equal<typeof custom, Date>>();
  const foreign = await fromPromise(age());
  checkType<Equal<typeof foreign, number>>();
  const wrapped = await wrapFuture(new ConcurrentFuture<string>());
  checkType<Equal<typeof wrapped, string>>();
  const concurrent = await new ConcurrentFuture<string>();
  checkType<Equal<typeof concurrent, string>>();
}

/** As promises are gone on from, of all kinds; what is known of an error is what the function says. */
export function byPromise(): void {
  const task = createTask(name()).catch((error: Error) => error.message.length);
  checkType<Equal<typeof task, Promise<string | number>>>();
  const lazy = isReady(true).catch((error) => {
    checkType<Equal<typeof error, unknown>>();
    return null;
  });
  checkType<Equal<typeof lazy, Promise<boolean | null>>>();
  const slept = sleep(1, 1n).finally(() => {});
  checkType<Equal<typeof slept, Promise<bigint>>>();
  const custom = new Kettle().catch(() => {});
  checkType<Equal<typeof custom, Promise<Date | void>>>();
  const job = new ThreadPoolExecutor().submit(() => 1).catch(() => "none").finally(() => {});
  checkType<Equal<typeof job, Promise<number | string>>>();
}

/** What waits for others. */
export function* waiting(): CoroutineObject<void> {
  const all = yield* gather([name(), age, isReady(true), new Kettle(), Promise.resolve(1n)]);
  checkType<Equal<typeof all, [string, number, boolean, Date, bigint]>>();
  const safe = yield* gather([name(), age], { returnExceptions: true });
  checkType<Equal<typeof safe, [string | Error, number | Error]>>();
  const many = yield* gather([1, 2].map((n) => sleep(n, n)), { returnExceptions: true });
  checkType<Equal<typeof many, (number | Error)[]>>();
  const some = yield* gather(new Set([sleep(1, 1)]));
  checkType<Equal<typeof some, number[]>>();
  const safeSome = yield* gather(new Set([sleep(1, 1)]), { returnExceptions: true });
  checkType<Equal<typeof safeSome, (number | Error)[]>>();
  const options: GatherOptions = {};
  const perhaps = yield* gather([name(), age], options);
  checkType<Equal<typeof perhaps, [string | Error, number | Error]>>();
  const ended = yield* gather([name()], { returnExceptions: true, cancelOnError: false });
  checkType<Equal<typeof ended, [string | Error]>>();
  const [done] = yield* wait([createTask(name()), createTask(age)]);
  checkType<Equal<typeof done, Set<Task<string> | Task<number>>>>();
  const waited = yield* waitFor(age, 1);
  checkType<Equal<typeof waited, number>>();
  const shielded = yield* shield(name());
  checkType<Equal<typeof shielded, string>>();
  const limited = yield* timeout(1, age);
  checkType<Equal<typeof limited, number>>();
  const limitedByTime = yield* timeoutAt(1, function* (limit) {
    return yield* sleep(1, limit.expired());
  });
  checkType<Equal<typeof limitedByTime, boolean>>();
  const grouped = yield* TaskGroup.run(function* (group) {
    return yield* group.createTask(age);
  });
  checkType<Equal<typeof grouped, number>>();
  const raced = yield* staggeredRace([() => name(), age], 1);
  checkType<Equal<typeof raced, RaceResult<string | number>>>();
  for (const next of asCompleted([name(), age])) {
    const result = yield* next;
    checkType<Equal<typeof result, string | number>>();
  }
}

/** Locks and queues. */
export function* synchronising(): CoroutineObject<void> {
  const queue = new Queue<string>();
  const item = yield* queue.get();
  checkType<Equal<typeof item, string>>();
  const put = yield* queue.put("item");
  checkType<Equal<typeof put, void>>();
  const joined = yield* queue.join();
  checkType<Equal<typeof joined, void>>();
  const acquired = yield* new Lock().acquire();
  checkType<Equal<typeof acquired, true>>();
  const guard = yield* new Semaphore().hold();
  checkType<Equal<typeof guard, Guard>>();
  const set = yield* new Event().wait();
  checkType<Equal<typeof set, true>>();
  const notified = yield* new Condition().wait();
  checkType<Equal<typeof notified, true>>();
  const index = yield* new Barrier(2).wait();
  checkType<Equal<typeof index, number>>();
}

/** Threads. */
export function* threads(): CoroutineObject<void> {
  const size = yield* toThread((text: string) => text.length, "text");
  checkType<Equal<typeof size, number>>();
  const fromAsync = yield* toThread(async function (this: JobContext) {
    return this.signal.aborted;
  });
  checkType<Equal<typeof fromAsync, boolean>>();
  const fromGenerator = yield* toThread(name);
  checkType<Equal<typeof fromGenerator, string>>();
  const inPool = yield* getRunningLoop().runInExecutor(null, (n: number) => `${n}`, 1);
  checkType<Equal<typeof inPool, string>>();
  const submitted = new ThreadPoolExecutor().submit(workerFunction<typeof age>("a:b", "age"));
  checkType<Equal<typeof submitted, ConcurrentFuture<number>>>();
  // @ts-expect-error: the function needs a string
  toThread((text: string) => text.length, 1);
}

/** Running gives what main gives. */
export async function running(): Promise<void> {
  const runner = new Runner();
  const fromGenerator = await runner.run(name());
  checkType<Equal<typeof fromGenerator, string>>();
  const fromAsync = await run(age);
  checkType<Equal<typeof fromAsync, number>>();
  const fromAwaitable = await run(new Kettle());
  checkType<Equal<typeof fromAwaitable, Date>>();
  const virtual = runVirtual(name());
  checkType<Equal<typeof virtual, string>>();
}

/** Contexts. */
export function* contexts(): CoroutineObject<void> {
  const opened = asyncContextManager(function* (_path: string) {
    yield* sleep(1);
    yield Number("42");
  });
  checkType<Equal<typeof opened, (path: string) => GeneratorContextManager<number>>>();
  const openedByAwait = asyncContextManager(async function* () {
    yield await sleep(1, "text");
  });
  const size = yield* asyncWith(openedByAwait(), (text) => text.length);
  checkType<Equal<typeof size, number | undefined>>();
  const decorated = opened("path")(age);
  checkType<Equal<typeof decorated, typeof age>>();
  const alsoDecorated = opened("path")(name);
  checkType<Equal<typeof alsoDecorated, typeof name>>();
  // @ts-expect-error: what it decorates can be awaited
  opened("path")(() => 42);

  const stack = new AsyncExitStack();
  const entered = yield* stack.enterAsyncContext(opened("path"));
  checkType<Equal<typeof entered, number>>();
  const plain = stack.enterContext(nullContext("value"));
  checkType<Equal<typeof plain, string>>();
  const callback = stack.callback((n: number) => n, 1);
  checkType<Equal<typeof callback, (n: number) => number>>();
  // @ts-expect-error: the callback needs a number
  stack.callback((n: number) => n, "text");
  const closing = yield* asyncWith(aclosing(letters()), (generator) => anext(generator));
  checkType<Equal<typeof closing, string>>();
}

async function* letters() {
  yield* "abc";
}
const numbers = asyncGenerator(function* (from: number) {
  yield* sleep(1);
  yield from;
});

/** Iteration. */
export function* iterating(): CoroutineObject<void> {
  checkType<Equal<typeof numbers, (from: number) => AsyncGeneratorObject<number, void, unknown>>>();
  const wrapped = asyncGenerator(letters);
  checkType<Equal<ReturnType<typeof wrapped>, AsyncGeneratorObject<string, void, unknown>>>();
  const echo = asyncGenerator(function* (): Generator<string, void, string> {
    const heard = yield "ready";
    checkType<Equal<typeof heard, string>>();
  });
  const heard = yield* echo().asend("text");
  checkType<Equal<typeof heard, string>>();
  // @ts-expect-error: it is sent strings
  echo().asend(42);

  const item = yield* anext(numbers(1));
  checkType<Equal<typeof item, number>>();
  const orNull = yield* anext(letters(), null);
  checkType<Equal<typeof orNull, string | null>>();
  const chunk = yield* anext(aiter(new ReadableStream<Uint8Array>()));
  checkType<Equal<typeof chunk, Uint8Array>>();
  // @ts-expect-error: an array is no async iterator
  anext([1]);

  const ended = yield* forEach(numbers(1), function* (n) {
    checkType<Equal<typeof n, number>>();
    yield* sleep(1);
    return BREAK;
  });
  checkType<Equal<typeof ended, boolean>>();
  yield* forEach(letters(), (letter) => checkType<Equal<typeof letter, string>>());
  yield* forEach(new Queue<Date>(), (date) => checkType<Equal<typeof date, Date>>());
  yield* forEach(new ReadableStream<string>(), (text) => {
    checkType<Equal<typeof text, string>>();
  });
  yield* forEach([1, sleep(1, "a"), Promise.resolve(true)], (mixed) => {
    checkType<Equal<typeof mixed, string | number | boolean>>();
  });
  // @ts-expect-error: a number is no iterable
  forEach(42, () => {});
}

/** The same by `for await`. */
export async function iteratingByAwait(): Promise<void> {
  for await (const n of numbers(1)) checkType<Equal<typeof n, number>>();
  for await (const chunk of aiter(new ReadableStream<string>())) {
    checkType<Equal<typeof chunk, string>>();
  }
}

/** A `yield` without the star, where TypeScript can tell. */
export function bareYields(): void {
  // @ts-expect-error: nobody can wait for a number
  createTask(function* () {
    yield 42;
    return "a function that returns nothing takes anything";
  });
  // @ts-expect-error: nor for a promise that is not awaited
  createTask((function* () {
    yield Promise.resolve();
  })());
  // @ts-expect-error: nor for a generator object
  gather([(function* () {
    yield name();
  })()]);
  // @ts-expect-error: nor for a future, which is awaited by `yield*`
  createTask(function* () {
    yield new Future<void>();
  });
  // What steps aside for one iteration.
  createTask(function* () {
    yield;
  });
  const lazy: Coroutine<void> = sleep(1);
  checkType<Equal<typeof lazy, Coroutine<void>>>();
}
