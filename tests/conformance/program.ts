/**
 * The language of the random programs: trees of statements that are JSON, so that the interpreters in
 * TypeScript and in Python read the same thing.
 *
 * Tasks, futures, handles and the rest live in numbered slots, shared by the whole program. A slot that
 * is empty when it is used is noted in the trace, and the statement does nothing else.
 *
 * @module
 */

/** What `wait` waits for. */
export type ReturnWhen = "FIRST_COMPLETED" | "FIRST_EXCEPTION" | "ALL_COMPLETED";

/** An error that a program makes. */
export interface ErrorPlan {
  /** The class: one of Python's, or `AppError`, which both interpreters have. */
  class: string;
  /** The message. */
  message: string;
}

/** A group of errors that a program makes; its members may be groups in their turn. */
export interface GroupPlan {
  /** The message. */
  message: string;
  /** The members. */
  errors: (ErrorPlan | GroupPlan)[];
}

/** A task or a future, by slot; `self` is the task that runs. */
export type Target = { task: number } | { future: number } | "self";

/** Something to be acquired and released. */
export type Guard = { lock: number } | { semaphore: number } | { condition: number };

/** Something that has a printed form. */
export type Printed =
  | Target
  | Guard
  | { handle: number }
  | { event: number }
  | { queue: number }
  | { barrier: number }
  | { timeout: number }
  | { group: number }
  | { variable: number }
  | { token: number }
  | { concurrent: number };

/** A context manager that may be entered twice, by several, or into an exit stack. */
export type Managed =
  | Guard
  | { barrier: number }
  | { timeout: number }
  | { group: number }
  | { stack: number };

/** Something to be awaited. */
export type Subject =
  | { coro: Block; asFunction?: boolean }
  | { sleep: number; result: number }
  | { task: number }
  | { future: number }
  | { gather: Subject[]; returnExceptions: boolean }
  | { wait: Target[]; timeout: number | null; returnWhen: ReturnWhen }
  | { waitFor: Subject; timeout: number | null }
  | { shield: Subject }
  | { event: number }
  | { get: number }
  | { put: number; item: number }
  | { join: number }
  | { acquire: Guard }
  | { condition: number }
  | { condition: number; atLeast: number }
  | { barrier: number; how: "wait" | "reset" | "abort" }
  | { race: Block[]; delay: number | null }
  | { kept: number }
  | { generator: number; how: "anext" | "anextDefault" | "aclose" }
  | { generator: number; how: "asend"; value: number | null }
  | { generator: number; how: "athrow"; error: ErrorPlan }
  | { stack: number }
  | { concurrent: number }
  | { wrap: Subject }
  | { bare: number; bad?: boolean }
  | { shutdownAsyncgens: true }
  | { begun: Subject; delay: number }
  | { executor: number; how: "inline" | "later" | "fails"; body: PlainBlock }
  | { self: true };

/** What a `try` catches. */
export interface Catch {
  /** Which errors. */
  match: "cancelled" | "error" | "timeout" | "any";
  /** What is done. */
  body: Block;
  /** Whether the error is thrown again at the end. */
  rethrow: boolean;
}

/** A clause of `except*`. */
export interface StarCatch {
  /** The classes of errors that it takes. */
  classes: string[];
  /** What it raises in its turn, if anything. */
  raise: ErrorPlan | null;
}

/** What an async generator does around each of its items and at its end. */
export interface GeneratorPlan {
  /** How many items. */
  count: number;
  /** What is done before each item. */
  before: Block;
  /** Whether it goes on when an error is thrown in at an item. */
  swallow: boolean;
  /** What is done at the end. */
  after: Block;
}

/** What every callback can do: what does not wait. */
export type PlainStatement =
  | { do: "log"; text: string }
  | { do: "raise"; error: ErrorPlan }
  | { do: "raiseGroup"; group: GroupPlan }
  | { do: "split"; group: GroupPlan; classes: string[] }
  | {
    do: "spawn";
    task: number;
    subject: Subject;
    name?: string;
    context?: number;
    via: "createTask" | "loop" | "ensureFuture" | "group";
    group?: number;
    eager?: boolean;
  }
  | { do: "cancel"; target: Target; message?: string }
  | { do: "cancelling"; target: Target }
  | { do: "uncancel"; target: Target }
  | { do: "look"; target: Target }
  | { do: "setName"; target: Target; name: string }
  | { do: "addCallback"; target: Target; callback: number; body: PlainBlock; context?: number }
  | { do: "removeCallback"; target: Target; callback: number }
  | { do: "newFuture"; future: number }
  | { do: "setResult"; future: number; value: number }
  | { do: "setException"; future: number; error: ErrorPlan }
  | {
    do: "call";
    how: "callSoon" | "callSoonThreadsafe" | "callLater" | "callAt";
    time: number;
    handle: number;
    body: PlainBlock;
    context?: number;
  }
  | { do: "cancelHandle"; handle: number }
  | { do: "lookHandle"; handle: number }
  | { do: "event"; event: number; how: "set" | "clear" | "isSet" }
  | {
    do: "queue";
    queue: number;
    how: "getNowait" | "putNowait" | "taskDone" | "look" | "shutdown" | "shutdownNow";
    item: number;
  }
  | { do: "release"; guard: Guard }
  | { do: "lookGuard"; guard: Guard }
  | { do: "notify"; condition: number; count: number | null }
  | { do: "count"; condition: number }
  | { do: "lookBarrier"; barrier: number }
  | { do: "getVar"; variable: number }
  | { do: "setVar"; variable: number; value: number; token: number }
  | { do: "resetVar"; variable: number; token: number }
  | { do: "copyContext"; context: number }
  | { do: "lookContext"; context: number; variable: number }
  | { do: "reschedule"; timeout: number; delay: number | null }
  | { do: "lookTimeout"; timeout: number }
  | { do: "allTasks" }
  | { do: "report"; message: string }
  | { do: "eagerTasks"; on: boolean }
  | { do: "handler"; on: boolean }
  | { do: "keep"; kept: number; subject: Subject }
  | ({ do: "newGenerator"; generator: number } & GeneratorPlan)
  | { do: "push"; stack: number; how: "callback" | "exit"; swallow: boolean; body: PlainBlock }
  | {
    do: "push";
    stack: number;
    how: "asyncCallback" | "asyncExit";
    swallow: boolean;
    body: Block;
  }
  | { do: "popAll"; stack: number; into: number }
  | { do: "newConcurrent"; concurrent: number }
  | {
    do: "concurrent";
    concurrent: number;
    how: "begin" | "setResult" | "cancel" | "look" | "addCallback";
    value: number;
  }
  | { do: "concurrent"; concurrent: number; how: "setException"; error: ErrorPlan }
  | { do: "submit"; concurrent: number; body: Block }
  | { do: "stop" }
  | { do: "print"; what: Printed }
  | { do: "settle"; target: Target; value: number; error: ErrorPlan | null }
  | { do: "factory"; kind: "none" | "plain" | "telling" }
  | { do: "handlerDoes"; body: PlainBlock }
  | { do: "runIn"; context: number; body: PlainBlock }
  | { do: "awaitedBy"; target: Target }
  | { do: "taskVar"; target: Target; variable: number }
  | { do: "newManaged"; what: { timeout: number; delay: number | null } | { group: number } }
  | { do: "lookToken"; token: number }
  | { do: "foreignFuture"; future: number }
  | { do: "raiseSaved" }
  | { do: "setSaved"; target: Target }
  | { do: "hasCoro"; target: Target }
  | { do: "closeKept"; kept: number };

/** What a coroutine can do. */
export type Statement =
  | PlainStatement
  | { do: "await"; subject: Subject }
  | { do: "return"; value: number }
  | { do: "try"; body: Block; catches: Catch[]; final: Block | null }
  | { do: "tryStar"; body: Block; clauses: StarCatch[] }
  | { do: "repeat"; count: number; body: Block }
  | { do: "timeout"; timeout: number; delay: number | null; at?: boolean; body: Block }
  | {
    do: "asCompleted";
    targets: Target[];
    timeout: number | null;
    rethrow: boolean;
    futures?: boolean;
    body: Block;
  }
  | { do: "manager"; before: Block; body: Block; swallow: boolean; after: Block; yields?: number }
  | { do: "iterate"; generator: number; closing: boolean; body: Block }
  | { do: "decorated"; before: Block; body: Block; swallow: boolean; after: Block; times: number }
  | { do: "stack"; stack: number; body: Block }
  | { do: "enter"; stack: number; before: Block; swallow: boolean; after: Block }
  | { do: "group"; group: number; body: Block }
  | { do: "with"; guard: Guard; body: Block }
  | { do: "withManaged"; what: Managed; body: Block }
  | { do: "withVar"; variable: number; value: number; body: Block }
  | { do: "enterManaged"; stack: number; what: Managed };

/** The body of a coroutine. */
export type Block = Statement[];

/** The body of a callback. */
export type PlainBlock = PlainStatement[];

/** What kind of queue. */
export type QueueKind = "Queue" | "PriorityQueue" | "LifoQueue";

/** A whole program. */
export interface Program {
  /** How many futures are there from the start. */
  futures: number;
  /** How many events. */
  events: number;
  /** How many locks. */
  locks: number;
  /** The semaphores: their values, and whether they are bounded. */
  semaphores: { value: number; bounded: boolean }[];
  /** The conditions: the lock that each shares, or `null` for one of its own. */
  conditions: { lock: number | null }[];
  /** The barriers, each by its parties. */
  barriers: number[];
  /** The queues. */
  queues: { kind: QueueKind; maxsize: number }[];
  /**
   * How many futures of other threads, which are given up after a long time: what they never tell would
   * not be a deadlock to the loop.
   */
  concurrents?: number;
  /** How many context variables; the first has no default. */
  variables: number;
  /** Which call of the exception handler, from 1, throws; 0 for none. */
  failingReport: number;
  /** Whether a `Runner` runs it. */
  runner?: boolean;
  /** Whether what the default exception handler writes is compared. */
  logs?: boolean;
  /** Whether the loop is in debug mode. */
  debug?: boolean;
  /** The main coroutine. */
  main: Block;
  /**
   * Further ones, each run when the one before is over; futures, which the loop runs until they are done; or it
   * runs until it is stopped.
   */
  next?: (Block | Target | "forever")[];
}
