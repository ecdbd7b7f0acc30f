/**
 * The language of the random programs: trees of statements that async functions carry out, each of
 * which ends at a moment and in a way that `model.ts` can tell.
 *
 * @module
 */

/** A wait of this module's, by whose name its end is noted. */
interface Wait {
  /** Its own number in the program. */
  name: number;
}

/** A statement that holds another one. */
interface Part {
  /** What is carried out within. */
  part: Statement;
}

/** A statement that holds several. */
interface Parts {
  /** What is carried out within; never empty. */
  parts: readonly Statement[];
}

/** The ways to sleep. */
export type SleepForm = "plain" | "function" | "coroutine";

/** The ways to set a limit. */
export type LimitForm = "timeout" | "waitFor" | "asyncWith" | "coroutine";

/** The kinds of statements, and what each has beside its kind. */
export interface Fields {
  /** Sleeps, by itself or in an async function or a generator coroutine of its own. */
  sleep: Wait & { seconds: number; form: SleepForm };
  /** Sleeps no time at all: gives way to others. */
  yield: Wait;
  /** Awaits promises that are none of this module's. */
  foreign: Record<never, never>;
  /** Sleeps, then throws. */
  fail: Wait & { seconds: number };
  /** Its parts one after another. */
  sequence: Parts;
  /** The same in an async generator, which gives an item after each; `for await` goes over them. */
  iterate: Parts;
  /** Its part in an async generator that `for await` leaves at its first item. */
  leave: Part;
  /** `Promise.all`. */
  all: Parts;
  /** `Promise.all` of branches that catch what they throw; the first of it is thrown in the end. */
  collect: Parts;
  /** `Promise.allSettled`. */
  allSettled: Parts;
  /** `Promise.race`. */
  race: Parts;
  /** `Promise.any`. */
  any: Parts;
  /** `Promise.all` of branches that share a semaphore. */
  share: Parts & { permits: number };
  /** `gather`. */
  gather: Parts;
  /** `wait` for tasks, which is not told how they end. */
  wait: Parts;
  /** `asCompleted` over tasks, each of which is awaited. */
  asCompleted: Parts;
  /** A `TaskGroup`: its body, and a task in it. */
  group: { body: Statement; task: Statement };
  /** A limit of time. */
  limit: Part & { seconds: number; form: LimitForm };
  /** A limit that never comes, in a generator coroutine. */
  coroutine: Part;
  /** A task that is awaited. */
  task: Part;
  /** The same of a task that starts at once. */
  eagerTask: Part;
  /** A task behind `shield`. */
  shield: Part;
  /** Holds a lock by `asyncWith`. */
  lock: Part;
  /** Holds a lock by an `AsyncExitStack`. */
  stack: Part;
  /** Sleeps in a `finally` block; not at all where the seconds are 0. */
  cleanUp: Part & { seconds: number };
  /** Swallows a cancellation. */
  swallow: Part;
  /** Catches what is no cancellation. */
  handle: Part;
}

/** A kind of statements. */
export type Kind = keyof Fields;

/** A statement, of one kind or of any. */
export type Statement<K extends Kind = Kind> = { [P in K]: { do: P } & Fields[P] }[K];

/** What is told of every kind: the tables of the model, the player and the printer. */
export type ByKind<A extends unknown[], R> = {
  readonly [K in Kind]: (statement: Statement<K>, ...args: A) => R;
};

/** A whole program: a task, and who ends it. */
export interface Program {
  /** What the task does. */
  main: Statement;
  /** When the task is cancelled from outside, in seconds. */
  cancelAt: readonly number[];
}

/** How a wait, a statement or a program ends. */
export type Outcome = "ok" | "cancelled" | "timeout" | "error";

/** The statements right within another one. */
export function partsOf(statement: Statement): readonly Statement[] {
  if (statement.do === "group") return [statement.body, statement.task];
  if ("parts" in statement) return statement.parts;
  return "part" in statement ? [statement.part] : [];
}

/** A statement with others in the places of those right within it. */
export function withParts(statement: Statement, parts: readonly Statement[]): Statement {
  const [part, task] = parts;
  if (part === undefined) return statement;
  if (statement.do === "group") return { ...statement, body: part, task: task ?? statement.task };
  if ("parts" in statement) return { ...statement, parts };
  return "part" in statement ? { ...statement, part } : statement;
}

/** The kinds that a statement is made of. */
export function kindsOf(statement: Statement, found: Set<Kind> = new Set()): Set<Kind> {
  found.add(statement.do);
  for (const part of partsOf(statement)) kindsOf(part, found);
  return found;
}
