/**
 * Programs as users write them, and the types that come of them without a word said: nothing is `any` or
 * `unknown` that can be known, and what is wrong is refused. `deno task check` compiles this file; nothing runs it.
 */
import {
  aclosing,
  aiter,
  ALL_COMPLETED,
  anext,
  asCompleted,
  type AsyncContextManager,
  asyncContextManager,
  AsyncExitStack,
  asyncGenerator,
  asyncWith,
  Awaitable,
  awaitable,
  type AwaitableLike,
  BoundedSemaphore,
  BREAK,
  type CancelledError,
  ConcurrentFuture,
  Context,
  ContextVar,
  copyContext,
  type Coroutine,
  coroutine,
  type CoroutineLike,
  type CoroutineObject,
  createEagerTaskFactory,
  createTask,
  currentTask,
  ensureFuture,
  type EventLoop,
  type ExceptionGroup,
  exceptStar,
  type Executor,
  FIRST_COMPLETED,
  forEach,
  fromPromise,
  fromSignal,
  Future,
  gather,
  getRunningLoop,
  type JobStream,
  LifoQueue,
  Lock,
  newEventLoop,
  nullContext,
  type Outcome,
  PriorityQueue,
  ProcessPoolExecutor,
  Queue,
  run,
  runCoroutineThreadsafe,
  Runner,
  runVirtual,
  Semaphore,
  shield,
  sleep,
  staggeredRace,
  Task,
  TaskGroup,
  ThreadPoolExecutor,
  type Timeout,
  timeout,
  timeoutAt,
  toThread,
  ValueError,
  wait,
  waitFor,
  workerFunction,
  wrapFuture,
} from "../../mod.ts";
import { checkType, type Equal } from "./equal.ts";

interface Page {
  readonly url: string;
  readonly text: string;
}

function* download(url: string) {
  yield* sleep(0.1);
  return { url, text: "text" } as Page;
}
async function fetchText(url: string) {
  return await (await fetch(url)).text();
}
const lazily = coroutine(function* (url: string) {
  return (yield* download(url)).text.length;
});
const lazilyAsync = coroutine(async (url: string) => (await fetchText(url)).length);

// 1. A crawler: gather over what map gives.
export function* crawl(urls: string[]): CoroutineObject<void> {
  const pages = yield* gather(urls.map((url) => download(url)));
  checkType<Equal<typeof pages, Page[]>>();
  const texts = yield* gather(urls.map((url) => () => fetchText(url)));
  checkType<Equal<typeof texts, string[]>>();
  const lengths = yield* gather(urls.map(lazily));
  checkType<Equal<typeof lengths, number[]>>();
  const mixed = yield* gather([...urls.map(download), ...urls.map(lazily)]);
  checkType<Equal<typeof mixed, (Page | number)[]>>();
  const spread = yield* gather([sleep(1, "a"), ...urls.map(lazily)]);
  checkType<Equal<typeof spread, [string, ...number[]]>>();
  const safe = yield* gather(urls.map(download), { returnExceptions: true });
  checkType<Equal<typeof safe, (Page | Error)[]>>();
  const readonlyList: readonly Coroutine<number>[] = urls.map(lazily);
  const fromReadonly = yield* gather(readonlyList);
  checkType<Equal<typeof fromReadonly, number[]>>();
  const nothing = yield* gather([]);
  checkType<Equal<typeof nothing, []>>();
}

// 2. Generic helpers.
function all<T>(items: AwaitableLike<T>[]) {
  return gather(items);
}
function allOf<T>(items: Iterable<AwaitableLike<T>>): Future<T[]> {
  return gather(items);
}
function allCoroutines<T>(items: CoroutineLike<T>[]): Future<T[]> {
  return gather(items);
}
function allTasks<T>(items: Task<T>[]): Future<T[]> {
  return gather(items);
}
function* both<A, B>(a: AwaitableLike<A>, b: AwaitableLike<B>): CoroutineObject<[A, B]> {
  return yield* gather([a, b]);
}
function* safely<T>(items: readonly AwaitableLike<T>[]): CoroutineObject<(T | Error)[]> {
  return yield* gather(items, { returnExceptions: true });
}
function* mapAll<T, R>(items: readonly T[], f: (item: T) => CoroutineObject<R>) {
  const results = yield* gather(items.map((item) => f(item)));
  const same: R[] = results;
  return same;
}
async function mapAsync<T, R>(items: readonly T[], f: (item: T) => Promise<R>): Promise<R[]> {
  return await gather(items.map((item) => () => f(item)));
}
function* firstOf<T>(items: Iterable<AwaitableLike<T>>): CoroutineObject<T> {
  for (const next of asCompleted(items)) {
    const result: T = yield* next;
    return result;
  }
  throw new ValueError("none");
}
function* withRetry<T>(make: () => CoroutineObject<T>, times: number): CoroutineObject<T> {
  for (let left = times;; left--) {
    try {
      return yield* timeout(1, make);
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}
function* withLimit<T>(subject: AwaitableLike<T>): CoroutineObject<T> {
  return yield* waitFor(subject, 1);
}
function shielded<T>(subject: AwaitableLike<T>): Future<T> {
  return shield(subject);
}
function* waitAll<T>(items: AwaitableLike<T>[]): CoroutineObject<T[]> {
  const [done] = yield* wait(items);
  return [...done].map((future): T => future.result());
}
export function* generic(): CoroutineObject<void> {
  const pages = yield* all([download("a"), download("b")]);
  checkType<Equal<typeof pages, Page[]>>();
  const some = yield* allOf(new Set([lazily("a")]));
  checkType<Equal<typeof some, number[]>>();
  const coroutines = yield* allCoroutines([lazily("a"), lazily("b")]);
  checkType<Equal<typeof coroutines, number[]>>();
  const tasks = yield* allTasks([createTask(lazily("a"))]);
  checkType<Equal<typeof tasks, number[]>>();
  const pair = yield* both(download("a"), () => fetchText("b"));
  checkType<Equal<typeof pair, [Page, string]>>();
  const safe = yield* safely([download("a")]);
  checkType<Equal<typeof safe, (Page | Error)[]>>();
  const mapped = yield* mapAll(["a"], download);
  checkType<Equal<typeof mapped, Page[]>>();
  const first = yield* firstOf([sleep(1, "text")]);
  checkType<Equal<typeof first, string>>();
  const retried = yield* withRetry(() => download("a"), 3);
  checkType<Equal<typeof retried, Page>>();
  const limited = yield* withLimit(() => fetchText("a"));
  checkType<Equal<typeof limited, string>>();
  const kept = yield* shielded(download("a"));
  checkType<Equal<typeof kept, Page>>();
  const waited = yield* waitAll([download("a")]);
  checkType<Equal<typeof waited, Page[]>>();
}
export async function genericByAwait(): Promise<void> {
  const mapped = await mapAsync(["a"], fetchText);
  checkType<Equal<typeof mapped, string[]>>();
  const pages = await all([download("a"), download("b")]);
  checkType<Equal<typeof pages, Page[]>>();
}

// 3. Tasks of all kinds of coroutines.
export function* tasks(): CoroutineObject<void> {
  checkType<Equal<ReturnType<typeof make>, Task<Page>>>();
  function make() {
    return createTask(download("a"), { name: "a" });
  }
  const ofFunction = createTask(() => download("a"));
  checkType<Equal<typeof ofFunction, Task<Page>>>();
  const ofAsync = createTask(() => fetchText("a"));
  checkType<Equal<typeof ofAsync, Task<string>>>();
  const ofLazy = createTask(lazilyAsync("a"));
  checkType<Equal<typeof ofLazy, Task<number>>>();
  const ofNothing = createTask(function* () {});
  checkType<Equal<typeof ofNothing, Task<void>>>();
  const ofAsyncNothing = createTask(async () => {});
  checkType<Equal<typeof ofAsyncNothing, Task<void>>>();
  const ofPlain = createTask(() => 42);
  checkType<Equal<typeof ofPlain, Task<number>>>();
  const ofWait = createTask(wait([ofLazy, ofAsync]));
  checkType<
    Equal<
      typeof ofWait,
      Task<[done: Set<Task<number> | Task<string>>, pending: Set<Task<number> | Task<string>>]>
    >
  >();
  const ofQueue = createTask(new Queue<Page>().get());
  checkType<Equal<typeof ofQueue, Task<Page>>>();
  const ofFunctionOfUnion = createTask(function* () {
    if (Math.random() < 0.5) return "text";
    return yield* download("a");
  });
  checkType<Equal<typeof ofFunctionOfUnion, Task<"text" | Page>>>();
  const ofMaybe = createTask(async (): Promise<Page | null> => null);
  checkType<Equal<typeof ofMaybe, Task<Page | null>>>();
  const ofThread = createTask(toThread((n: number) => n, 1));
  checkType<Equal<typeof ofThread, Task<number>>>();
  const never = createTask(function* (): CoroutineObject<never> {
    while (true) yield* sleep(1);
  });
  checkType<Equal<typeof never, Task<never>>>();
  const list: Task<unknown>[] = [ofFunction, ofAsync, ofLazy, ofNothing];
  yield* gather(list);
  ofAsync.addDoneCallback((task) => {
    checkType<Equal<typeof task, Task<string>>>();
    const result = task.result();
    checkType<Equal<typeof result, string>>();
  });
  const current = currentTask();
  checkType<Equal<typeof current, Task<unknown> | null>>();
  // @ts-expect-error: no such option
  createTask(download("a"), { nmae: "a" });
  // @ts-expect-error: a name is a string
  createTask(download("a"), { name: 1 });
  // @ts-expect-error: a promise is no coroutine
  createTask(fetchText("a"));
  // @ts-expect-error: the function wants an argument
  createTask(download);
  // @ts-expect-error: the result is another
  const _wrong: Task<string> = ofFunction;
}

// 4. wait.
export function* waiting(urls: string[]): CoroutineObject<void> {
  const tasks = new Map(urls.map((url) => [createTask(download(url)), url] as const));
  const [done, pending] = yield* wait(tasks.keys(), { returnWhen: FIRST_COMPLETED, timeout: 1 });
  checkType<Equal<typeof done, Set<Task<Page>>>>();
  for (const task of done) {
    const url = tasks.get(task);
    checkType<Equal<typeof url, string | undefined>>();
    const page = task.result();
    checkType<Equal<typeof page, Page>>();
  }
  for (const task of pending) task.cancel();
  const [ofCoroutines] = yield* wait(urls.map(lazily), { timeout: { seconds: 1 } });
  checkType<Equal<typeof ofCoroutines, Set<Task<number>>>>();
  const [ofMixed] = yield* wait([new Future<string>(), createTask(lazily("a")), download("a")]);
  checkType<Equal<typeof ofMixed, Set<Future<string> | Task<number> | Task<Page>>>>();
  const [ofFutures] = yield* wait(new Set([new Future<string>()]), { returnWhen: ALL_COMPLETED });
  checkType<Equal<typeof ofFutures, Set<Future<string>>>>();
  // @ts-expect-error: no such option
  yield* wait(tasks.keys(), { timout: 1 });
  // @ts-expect-error: a list
  yield* wait(createTask(download("a")));
}

// 5. asCompleted by both iterations.
export async function completed(urls: string[]): Promise<void> {
  for (const next of asCompleted(urls.map(download), { timeout: 1 })) {
    const page = await next;
    checkType<Equal<typeof page, Page>>();
  }
  const tasks = urls.map((url) => createTask(download(url)));
  for await (const task of asCompleted(tasks)) {
    checkType<Equal<typeof task, Task<Page>>>();
  }
  const futures = urls.map(() => new Future<number>());
  for await (const future of asCompleted(futures)) {
    checkType<Equal<typeof future, Future<number>>>();
  }
  for await (const task of asCompleted(urls.map(lazily))) {
    // The other way round the compiler says no, but only where it checks all files at once.
    checkType<Equal<Task<number>, typeof task>>();
  }
  for await (const each of asCompleted([new Future<string>(), lazily("a"), createTask(sleep(1))])) {
    checkType<Equal<typeof each, Future<string> | Task<number> | Task<void>>>();
  }
}

// 6. Async generators whose items are undefined, futures, promises.
export function* generators(): CoroutineObject<void> {
  const maybe = asyncGenerator(function* (n: number) {
    for (let i = 0; i < n; i++) yield i % 2 === 0 ? i : null;
  });
  const item = yield* anext(maybe(1));
  checkType<Equal<typeof item, number | null>>();
  const bare = asyncGenerator(function* () {
    yield;
  });
  const nothing = yield* anext(bare());
  checkType<Equal<typeof nothing, undefined>>();
  const sometimes = asyncGenerator(function* (names: Map<string, number>) {
    for (const name of ["a", "b"]) yield names.get(name);
  });
  const found = yield* anext(sometimes(new Map()));
  checkType<Equal<typeof found, number | undefined>>();
  const awaiting = asyncGenerator(function* (names: Map<string, number>) {
    for (const name of ["a", "b"]) {
      yield* sleep(1);
      yield names.get(name);
    }
  });
  const foundLater = yield* anext(awaiting(new Map()));
  checkType<Equal<typeof foundLater, number | undefined>>();
  const ofTasks = asyncGenerator(function* () {
    yield* sleep(1);
    yield createTask(sleep(1, "a"));
  });
  const task = yield* anext(ofTasks());
  checkType<Equal<typeof task, Task<string>>>();
  const ofFutures = asyncGenerator(function* () {
    yield new Future<string>();
  });
  const future = yield* anext(ofFutures());
  checkType<Equal<typeof future, Future<string>>>();
  const onlyAwaits = asyncGenerator(function* () {
    yield* sleep(1);
  });
  const never = yield* anext(onlyAwaits());
  checkType<Equal<typeof never, never>>();
  const inner = asyncGenerator(function* () {
    yield yield* download("a");
    return 5;
  });
  for (const step of [inner()]) {
    const result = yield* fromPromise(step.next());
    if (result.done) checkType<Equal<typeof result.value, number>>();
    else checkType<Equal<typeof result.value, Page>>();
  }
  yield* forEach(inner(), function* (page) {
    checkType<Equal<typeof page, Page>>();
    return BREAK;
  });
  const untyped = asyncGenerator(async function* () {
    yield Number("1");
    yield undefined;
  });
  const byAsync = yield* anext(untyped());
  checkType<Equal<typeof byAsync, number | undefined>>();
  yield* asyncWith(aclosing(inner()), function* (pages) {
    const page = yield* anext(pages, null);
    checkType<Equal<typeof page, Page | null>>();
  });
  class Feed {
    readonly #prefix = "x";
    readonly items = asyncGenerator(function* (this: Feed, count: number) {
      for (let n = 0; n < count; n++) yield this.#prefix + n;
    });
  }
  void Feed;
}

// 7. Context managers.
export function* managers(): CoroutineObject<void> {
  const plain = asyncContextManager(function* () {
    yield;
  });
  const entered = yield* asyncWith(plain(), (value) => value);
  checkType<Equal<typeof entered, undefined>>();
  const ofMaybe = asyncContextManager(function* (names: Map<string, number>) {
    yield* sleep(1);
    yield names.get("a");
  });
  const maybe = yield* ofMaybe(new Map()).enter();
  checkType<Equal<typeof maybe, number | undefined>>();
  const ofTask = asyncContextManager(function* () {
    const task = createTask(download("a"));
    try {
      yield task;
    } finally {
      task.cancel();
    }
  });
  const task = yield* ofTask().enter();
  checkType<Equal<typeof task, Task<Page>>>();
  const stack = new AsyncExitStack();
  const value = yield* stack.enterAsyncContext(ofTask());
  checkType<Equal<typeof value, Task<Page>>>();
  class Connection implements AsyncContextManager<Connection> {
    *enter() {
      yield* sleep(1);
      return this;
    }
    *exit(_error: unknown) {
      yield* sleep(1);
    }
    *query(text: string) {
      yield* sleep(1);
      return text.length;
    }
  }
  const rows = yield* asyncWith(new Connection(), (connection) => connection.query("select"));
  checkType<Equal<typeof rows, number>>();
  const rowsAsync = yield* asyncWith(new Connection(), async (connection) => {
    return await run(connection.query("select"));
  });
  checkType<Equal<typeof rowsAsync, number>>();
  const size = yield* asyncWith(new Lock(), function* (nothing) {
    checkType<Equal<typeof nothing, null>>();
    yield* sleep(1);
    return 5;
  });
  checkType<Equal<typeof size, number>>();
  const inSemaphore = yield* asyncWith(new Semaphore(2), () => "text");
  checkType<Equal<typeof inSemaphore, string>>();
  yield* asyncWith(new BoundedSemaphore(2), () => {});
  const limited = yield* asyncWith(timeout(1), function* (limit) {
    checkType<Equal<typeof limit, Timeout>>();
    return yield* download("a");
  });
  checkType<Equal<typeof limited, Page>>();
  const nothing = yield* asyncWith(nullContext(), (given) => given);
  checkType<Equal<typeof nothing, undefined>>();
  class Suppress {
    enter(): void {}
    async exit(error: unknown) {
      return error instanceof RangeError;
    }
  }
  const maySwallow = yield* asyncWith(new Suppress(), () => 1);
  checkType<Equal<typeof maySwallow, number | undefined>>();
  const inStack = yield* asyncWith(new AsyncExitStack(), () => 1);
  checkType<Equal<typeof inStack, number | undefined>>();
  const inAny = yield* asyncWith(stack as AsyncContextManager<AsyncExitStack>, () => 1);
  checkType<Equal<typeof inAny, number | undefined>>();
  // @ts-expect-error: no manager
  asyncWith({ enter() {} }, () => {});
  // @ts-expect-error: the body takes what entering gives
  asyncWith(new Connection(), (text: string) => text);
}

// 8. timeout, waitFor, shield.
export function* limits(): CoroutineObject<void> {
  const page = yield* timeout(1, () => download("a"));
  checkType<Equal<typeof page, Page>>();
  const text = yield* timeout({ seconds: 1 }, async (limit) => {
    limit.reschedule(null);
    return await fetchText("a");
  });
  checkType<Equal<typeof text, string>>();
  const nothing = yield* timeout(null, () => {});
  checkType<Equal<typeof nothing, void>>();
  const limit = timeout(1);
  checkType<Equal<typeof limit, Timeout>>();
  const at = yield* timeoutAt(getRunningLoop().time() + 1, () => lazily("a"));
  checkType<Equal<typeof at, number>>();
  const waited = yield* waitFor(download("a"), null);
  checkType<Equal<typeof waited, Page>>();
  const waitedAsync = yield* waitFor(() => fetchText("a"), 1);
  checkType<Equal<typeof waitedAsync, string>>();
  const waitedPromise = yield* waitFor(fetchText("a"), 1);
  checkType<Equal<typeof waitedPromise, string>>();
  const waitedEvent = yield* waitFor(new Queue<Page>().get(), 1);
  checkType<Equal<typeof waitedEvent, Page>>();
  const waitedTask = yield* waitFor(createTask(download("a")), 1);
  checkType<Equal<typeof waitedTask, Page>>();
  const kept = shield(createTask(download("a")));
  checkType<Equal<typeof kept, Future<Page>>>();
  const keptAsync = shield(() => fetchText("a"));
  checkType<Equal<typeof keptAsync, Future<string>>>();
  const nested = yield* waitFor(shield(gather([download("a"), lazily("b")])), 5);
  checkType<Equal<typeof nested, [Page, number]>>();
  // @ts-expect-error: a text is no time
  timeout("1", () => {});
  // @ts-expect-error: there must be a limit, or null
  waitFor(download("a"));
}

// 9. Groups.
export function* groups(urls: string[]): CoroutineObject<void> {
  const pages = yield* TaskGroup.run(function* (group) {
    const tasks = urls.map((url) => group.createTask(download(url), { name: url }));
    checkType<Equal<typeof tasks, Task<Page>[]>>();
    yield* sleep(1);
    return tasks;
  });
  checkType<Equal<typeof pages, Task<Page>[]>>();
  const results = pages.map((task) => task.result());
  checkType<Equal<typeof results, Page[]>>();
  const byAsync = yield* TaskGroup.run(async (group) => {
    return await group.createTask(() => fetchText("a"));
  });
  checkType<Equal<typeof byAsync, string>>();
  try {
    yield* TaskGroup.run((group) => void group.createTask(download("a")));
  } catch (error) {
    exceptStar(error).on(ValueError, (caught) => {
      checkType<Equal<typeof caught, ExceptionGroup<ValueError>>>();
    }).end();
  }
}

// 10. Queues.
class Mailbox extends Queue<Page> {
  *take() {
    const page = yield* this.get();
    this.taskDone();
    return page.text;
  }
}
export function* queues(): CoroutineObject<void> {
  const mailbox = new Mailbox(10);
  const text = yield* mailbox.take();
  checkType<Equal<typeof text, string>>();
  const now = mailbox.getNowait();
  checkType<Equal<typeof now, Page>>();
  const priorities = new PriorityQueue<[number, Page]>(0, { compare: ([a], [b]) => a - b });
  const [priority, page] = yield* priorities.get();
  checkType<Equal<typeof priority, number>>();
  checkType<Equal<typeof page, Page>>();
  const stack = new LifoQueue<() => void>();
  const callback = yield* stack.get();
  checkType<Equal<typeof callback, () => void>>();
  yield* forEach(mailbox, (item) => checkType<Equal<typeof item, Page>>());
  // @ts-expect-error: no page
  mailbox.putNowait("text");
  // @ts-expect-error: no options
  new Queue({ maxSize: 3 });
  // @ts-expect-error: no such option
  mailbox.shutdown({ imediate: true });
}

// 11. Context variables.
export function* variables(): CoroutineObject<void> {
  const user = new ContextVar<string | null>("user", { default: null });
  const given = user.get();
  checkType<Equal<typeof given, string | null>>();
  const inferred = new ContextVar("count", { default: 1 });
  const count = inferred.get();
  checkType<Equal<typeof count, number>>();
  const countOrNull = inferred.get(null);
  checkType<Equal<typeof countOrNull, number | null>>();
  const chained: Promise<boolean> = createTask(download("b")).then((page) => page !== null);
  void chained;
  const token = user.set("ann");
  const old = token.oldValue;
  void old;
  user.reset(token);
  const context = copyContext();
  const result = context.run((n: number) => `${n}`, 1);
  checkType<Equal<typeof result, string>>();
  const value = context.get(user);
  checkType<Equal<typeof value, string | null | undefined>>();
  createTask(download("a"), { context: new Context() });
  const bound = context.bind((n: number) => `${n}`);
  const fromBound = bound(1);
  checkType<Equal<typeof fromBound, string>>();
  // @ts-expect-error: another type
  user.set(5);
  // @ts-expect-error: no such option
  new ContextVar("user", { defualt: 1 });
  yield;
}

// 12. Running.
export async function running(): Promise<void> {
  checkType<Equal<Awaited<ReturnType<typeof runOne>>, Page>>();
  async function runOne() {
    return await run(download("a"), { debug: true });
  }
  const fromAsync = await run(async () => await fetchText("a"));
  checkType<Equal<typeof fromAsync, string>>();
  const fromGather = await run(() => gather([sleep(1, "a"), sleep(1, 1)]));
  checkType<Equal<typeof fromGather, [string, number]>>();
  const nothing = await run(function* () {
    yield* sleep(1);
  });
  checkType<Equal<typeof nothing, void>>();
  const plain = await run(() => 5);
  checkType<Equal<typeof plain, number>>();
  await using runner = new Runner({ loopFactory: () => newEventLoop() });
  const fromRunner = await runner.run(lazily("a"), { context: copyContext() });
  checkType<Equal<typeof fromRunner, number>>();
  const loop: EventLoop = runner.getLoop();
  const fromLoop = await loop.runUntilComplete(download("a"));
  checkType<Equal<typeof fromLoop, Page>>();
  const sync = runVirtual(() => gather([download("a"), lazily("b")]));
  checkType<Equal<typeof sync, [Page, number]>>();
  // @ts-expect-error: nothing to run
  run(5);
  // @ts-expect-error: no such option
  run(download("a"), { debgu: true });
  // @ts-expect-error: the function wants an argument
  run(download);
}

// 13. Awaitables of one's own.
class Reply<T> extends Awaitable<T> {
  readonly #future = new Future<T>();
  send(value: T) {
    this.#future.setResult(value);
  }
  [awaitable]() {
    return this.#future[Symbol.iterator]();
  }
}
class Plain {
  *[awaitable]() {
    yield* sleep(1);
    return 42 as const;
  }
}
export function* own(): CoroutineObject<void> {
  const reply = new Reply<Page>();
  const page = yield* reply;
  checkType<Equal<typeof page, Page>>();
  const all = yield* gather([reply, new Plain(), Promise.resolve("a")]);
  checkType<Equal<typeof all, [Page, 42, string]>>();
  const ensured = ensureFuture(new Plain());
  checkType<Equal<typeof ensured, Task<42>>>();
  const thenable = { then: (take: (value: number) => void) => take(1) } as PromiseLike<number>;
  const fromThenable = yield* fromPromise(thenable);
  checkType<Equal<typeof fromThenable, number>>();
  const aborted = yield* fromSignal(AbortSignal.timeout(1));
  void aborted;
  const response = yield* fromPromise((signal) => fetch("a", { signal }));
  checkType<Equal<typeof response, Response>>();
}
export async function ownByAwait(): Promise<void> {
  const page = await new Reply<Page>();
  checkType<Equal<typeof page, Page>>();
  const [a, b] = await Promise.all([new Reply<Page>(), createTask(lazily("a"))]);
  checkType<Equal<typeof a, Page>>();
  checkType<Equal<typeof b, number>>();
  const raced = await Promise.race([new Future<string>(), sleep(1, 5)]);
  checkType<Equal<typeof raced, string | number>>();
}

// 14. Executors.
export async function executors(bodies: string[]): Promise<void> {
  await using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  const size = await pool.submit((text: string) => text.length, "text");
  checkType<Equal<typeof size, number>>();
  const withDefault = pool.submit((x = 3) => x);
  checkType<Equal<typeof withDefault, ConcurrentFuture<number>>>();
  const withDefaultGiven = pool.submit((x = 3) => x, 4);
  checkType<Equal<typeof withDefaultGiven, ConcurrentFuture<number>>>();
  const withOptional = pool.submit((text: string, from?: number) => text.slice(from), "text");
  checkType<Equal<typeof withOptional, ConcurrentFuture<string>>>();
  const withDefaultSecond = pool.submit((text: string, from = 2) => text.slice(from), "text");
  checkType<Equal<typeof withDefaultSecond, ConcurrentFuture<string>>>();
  const withRest = pool.submit((...all: number[]) => Math.max(...all), 1, 2, 3);
  checkType<Equal<typeof withRest, ConcurrentFuture<number>>>();
  const maximum = pool.submit(Math.max, 1, 2);
  checkType<Equal<typeof maximum, ConcurrentFuture<number>>>();
  const fromAsync = pool.submit(async (url: string) => (await fetch(url)).status, "a");
  checkType<Equal<typeof fromAsync, ConcurrentFuture<number>>>();
  const fromGenerator = pool.submit(download, "a");
  checkType<Equal<typeof fromGenerator, ConcurrentFuture<Page>>>();
  const stream = pool.submit(async function* (n: number) {
    yield n;
    return "end";
  }, 1);
  checkType<Equal<typeof stream, ConcurrentFuture<JobStream<number, string>>>>();
  const nothing = pool.submit(() => {});
  checkType<Equal<typeof nothing, ConcurrentFuture<void>>>();
  for await (const length of pool.map((body: string) => body.length, bodies)) {
    checkType<Equal<typeof length, number>>();
  }
  for await (const length of pool.map((body) => body.length, bodies)) {
    checkType<Equal<typeof length, number>>();
  }
  for await (const length of pool.map((body = "none") => body.length, bodies)) {
    checkType<Equal<typeof length, number>>();
  }
  for await (const length of pool.map(async (body: string) => body.length, bodies)) {
    checkType<Equal<typeof length, number>>();
  }
  const processes: Executor = new ProcessPoolExecutor();
  const double = workerFunction<(n: number) => number>("file:///a.ts", "double");
  const doubled = processes.submit(double, 1);
  checkType<Equal<typeof doubled, ConcurrentFuture<number>>>();
  // @ts-expect-error: the function wants a string
  pool.submit((text: string) => text.length);
  // @ts-expect-error: no such option
  pool.map((body: string) => body.length, bodies, { chunkSize: 1 });
}
export function* threads(): CoroutineObject<void> {
  const loop = getRunningLoop();
  const size = yield* loop.runInExecutor(null, (text: string) => text.length, "text");
  checkType<Equal<typeof size, number>>();
  const withDefault = yield* loop.runInExecutor(null, (x = 3) => x);
  checkType<Equal<typeof withDefault, number>>();
  const inThread = yield* toThread((x = 3) => x);
  checkType<Equal<typeof inThread, number>>();
  const withDefaultGiven = yield* toThread((x = 3) => x, 5);
  checkType<Equal<typeof withDefaultGiven, number>>();
  const concurrent = new ConcurrentFuture<Page>();
  const wrapped = yield* wrapFuture(concurrent);
  checkType<Equal<typeof wrapped, Page>>();
  const direct = yield* concurrent;
  checkType<Equal<typeof direct, Page>>();
  const result = concurrent.result();
  checkType<Equal<typeof result, Page>>();
  concurrent.addDoneCallback((future) => {
    const page = future.result();
    checkType<Equal<typeof page, Page>>();
  });
  const [first] = yield* gather([concurrent, download("a")]);
  checkType<Equal<typeof first, Page>>();
  const limited = yield* waitFor(concurrent, 1);
  checkType<Equal<typeof limited, Page>>();
  const there = runCoroutineThreadsafe(download("a"), loop);
  checkType<Equal<typeof there, ConcurrentFuture<Page>>>();
}

// 15. Callbacks, futures, the loop.
export function* loops(): CoroutineObject<void> {
  const loop = getRunningLoop();
  const future = loop.createFuture<number>();
  loop.callLater(1, future.setResult.bind(future), 5);
  loop.callSoon((a: string, b?: number) => a.repeat(b ?? 1), "a");
  loop.callSoon((a = 5) => a);
  loop.callAt(loop.time() + 1, () => {});
  const untyped = loop.createFuture();
  checkType<Equal<typeof untyped, Future<unknown>>>();
  loop.setTaskFactory(createEagerTaskFactory(Task));
  loop.setExceptionHandler((_loop, { message, exception }) => {
    checkType<Equal<typeof message, string>>();
    void exception;
  });
  // @ts-expect-error: a number
  future.setResult("text");
  // @ts-expect-error: an error
  future.setException("text");
  // @ts-expect-error: the callback needs a string
  loop.callSoon((a: string) => a);
  yield* future;
}

// 16. Races and iteration.
export function* races(): CoroutineObject<void> {
  const [winner, index, errors] = yield* staggeredRace([() => download("a"), () => lazily("b")], 1);
  checkType<Equal<typeof winner, Page | number | null>>();
  checkType<Equal<typeof index, number | null>>();
  checkType<Equal<typeof errors, unknown[]>>();
  const chunks = aiter(new ReadableStream<Uint8Array>());
  const chunk = yield* anext(chunks, null);
  checkType<Equal<typeof chunk, Uint8Array | null>>();
  async function* lines(text: string) {
    for (const line of text.split("\n")) yield line;
  }
  yield* forEach(lines("a"), async (line) => {
    checkType<Equal<typeof line, string>>();
    await sleep(1);
  });
}

// 17. Coroutines of one's own that take functions.
const twice = coroutine(function* <T>(make: () => CoroutineObject<T>) {
  return [yield* make(), yield* make()] as [T, T];
});
export function* higher(): CoroutineObject<void> {
  const pair = yield* twice(() => download("a"));
  checkType<Equal<typeof pair, [Page, Page]>>();
  const optional = coroutine(function* (n = 3) {
    return n;
  });
  const three = yield* optional();
  checkType<Equal<typeof three, number>>();
  const outcome = null as unknown as Outcome<typeof lazily>;
  void outcome;
  checkType<Equal<Outcome<Task<Page>>, Page>>();
  checkType<Equal<Outcome<() => Promise<Page>>, Page>>();
  const abstract: Coroutine<number> = lazily("a");
  abstract.close();
}

// 18. The errors that stand among results.
export function* errors(): CoroutineObject<void> {
  const [page] = yield* gather([download("a")], { returnExceptions: true });
  if (page instanceof Error) {
    const cancelled: CancelledError | null = page.name === "CancelledError"
      ? page as CancelledError
      : null;
    void cancelled;
    return;
  }
  checkType<Equal<typeof page, Page>>();
}
