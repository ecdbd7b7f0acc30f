/**
 * Carries out programs, in async functions on a virtual clock, and notes what comes of them.
 *
 * @module
 */
import {
  asCompleted,
  AsyncExitStack,
  asyncWith,
  CancelledError,
  type Coroutine,
  coroutine,
  createTask,
  gather,
  getRunningLoop,
  Lock,
  newEventLoop,
  run,
  Semaphore,
  shield,
  sleep,
  type Task,
  TaskGroup,
  Timeout,
  timeout,
  TimeoutError,
  VirtualClock,
  wait,
  waitFor,
} from "@asyncio/asyncio";
import type { ByKind, Kind, LimitForm, Outcome, Program, Statement } from "./program.ts";

/** What a limit that never comes is, in seconds. */
const NEVER = 1000;

/** The end of a wait. */
export interface ObservedWait {
  /** The wait's name. */
  name: number;
  /** How it ended. */
  outcome: Outcome;
  /** When, in seconds. */
  at: number;
}

/** What came of a program. */
export interface Observation {
  /** When its task ended, in seconds. */
  at: number;
  /** How. */
  outcome: Outcome;
  /** How often it had been asked to end by then. */
  cancelling: number;
  /** The waits that ended in it, but for those in what nobody waited for any more. */
  waits: ObservedWait[];
  /** How many locks were still held when all was over, but for those of functions that were dropped. */
  heldLocks: number;
}

/**
 * Carries out a program on a loop of its own.
 *
 * @param program Any.
 * @returns A promise of what came of it.
 */
export async function play(program: Program): Promise<Observation> {
  const player = new Player();
  const ended = await run(() => follow(program, player), { loopFactory: newQuietLoop });
  return { ...ended, waits: player.waits, heldLocks: player.heldLocks() };
}

async function follow(
  program: Program,
  player: Player,
): Promise<Pick<Observation, "at" | "outcome" | "cancelling">> {
  const loop = getRunningLoop();
  let at = Number.NaN;
  let cancelling = Number.NaN;
  const task: Task<void> = createTask(async () => {
    try {
      await player.play(program.main, new Scope());
    } finally {
      at = loop.time();
      cancelling = task.cancelling();
    }
  });
  for (const when of program.cancelAt) loop.callAt(when, () => task.cancel());
  await wait([task]);
  const outcome = task.cancelled() ? "cancelled" : outcomeOf(task.exception());
  // What goes on behind a shield, say, has its own time to end.
  await sleep(30);
  return { at, outcome, cancelling };
}

/** A loop that keeps to itself what went wrong in what nobody waits for: in losers of a race, say. */
function newQuietLoop(): ReturnType<typeof newEventLoop> {
  const loop = newEventLoop({ clock: new VirtualClock() });
  loop.setExceptionHandler(() => {});
  return loop;
}

/** What `fail` throws. */
class PlannedError extends Error {
  override readonly name = "PlannedError";
}

/** Something that is waited for, and is over when nobody does any more. */
class Scope {
  readonly #parent: Scope | null;
  #over = false;

  constructor(parent: Scope | null = null) {
    this.#parent = parent;
  }

  end(): void {
    this.#over = true;
  }

  isOver(): boolean {
    return this.#over || this.#parent !== null && this.#parent.isOver();
  }
}

/** Carries out one program. */
class Player {
  readonly #locks: { lock: Lock | Semaphore; isDropped: () => boolean }[] = [];
  readonly waits: ObservedWait[] = [];

  /** Carries out a statement. */
  play<K extends Kind>(statement: Statement<K>, scope: Scope): Promise<void> {
    return PLAYS[statement.do](statement, scope, this);
  }

  /** Carries out statements at once. */
  branches(parts: readonly Statement[], scope: Scope): Promise<void>[] {
    return parts.map((part) => this.play(part, scope));
  }

  /** Carries out statements in tasks whose ends nobody need ask for. */
  tasks(parts: readonly Statement[], scope: Scope): Task<void>[] {
    return parts.map((part) => {
      const task = createTask(() => this.play(part, scope));
      task.addDoneCallback(() => task.cancelled() || task.exception());
      return task;
    });
  }

  /** Notes the end of a wait. */
  note(name: number, outcome: Outcome, scope: Scope): void {
    if (!scope.isOver()) this.waits.push({ name, outcome, at: getRunningLoop().time() });
  }

  /** Watches that a lock is free in the end, unless it is told that its holder is dropped. */
  watched<L extends Lock | Semaphore>(lock: L, isDropped: () => boolean = () => false): L {
    this.#locks.push({ lock, isDropped });
    return lock;
  }

  heldLocks(): number {
    return this.#locks.filter(({ lock, isDropped }) => lock.locked() && !isDropped()).length;
  }
}

/** What each kind does. */
const PLAYS: ByKind<[Scope, Player], Promise<void>> = {
  async sleep({ name, seconds, form }, scope, player) {
    try {
      if (form === "plain") await sleep(seconds);
      else if (form === "function") await (async () => await sleep(seconds))();
      else await sleepInCoroutine(seconds);
    } catch (error) {
      player.note(name, outcomeOf(error), scope);
      throw error;
    }
    player.note(name, "ok", scope);
  },
  async yield({ name }, scope, player) {
    await sleep(0);
    player.note(name, "ok", scope);
  },
  async foreign() {
    await null;
    await Promise.resolve();
  },
  async fail({ name, seconds }, scope, player) {
    try {
      await sleep(seconds);
    } catch (error) {
      player.note(name, outcomeOf(error), scope);
      throw error;
    }
    player.note(name, "ok", scope);
    throw new PlannedError();
  },
  async sequence({ parts }, scope, player) {
    for (const part of parts) await player.play(part, scope);
  },
  async iterate({ parts }, scope, player) {
    for await (const _item of itemAfterEach(parts, scope, player));
  },
  async leave({ part }, scope, player) {
    for await (const _item of itemAfterEach([part, part], scope, player)) break;
  },
  all: untilOver((branches) => Promise.all(branches)),
  async collect({ parts }, scope, player) {
    const errors: unknown[] = [];
    await Promise.all(parts.map(async (part) => {
      try {
        await player.play(part, scope);
      } catch (error) {
        errors.push(error);
      }
    }));
    if (errors.length > 0) throw errors[0];
  },
  allSettled: untilOver((branches) => Promise.allSettled(branches)),
  race: untilOver((branches) => Promise.race(branches)),
  any: untilOver((branches) => Promise.any(branches)),
  async share({ parts, permits }, scope, player) {
    const within = new Scope(scope);
    const semaphore = player.watched(new Semaphore(permits));
    try {
      await Promise.all(parts.map((part) => asyncWith(semaphore, () => player.play(part, within))));
    } finally {
      within.end();
    }
  },
  async gather({ parts }, scope, player) {
    const within = new Scope(scope);
    try {
      await gather(parts.map((part) => () => player.play(part, within)));
    } finally {
      within.end();
    }
  },
  async wait({ parts }, scope, player) {
    const within = new Scope(scope);
    try {
      await wait(player.tasks(parts, within));
    } finally {
      within.end();
    }
  },
  async asCompleted({ parts }, scope, player) {
    const within = new Scope(scope);
    try {
      for await (const task of asCompleted(player.tasks(parts, within))) await task;
    } finally {
      within.end();
    }
  },
  async group({ body, task }, scope, player) {
    await TaskGroup.run(async (group) => {
      group.createTask(() => player.play(task, scope));
      await player.play(body, scope);
    });
  },
  async limit({ part, seconds, form }, scope, player) {
    await LIMITS[form](seconds, () => player.play(part, scope));
  },
  async coroutine({ part }, scope, player) {
    await LIMITS.coroutine(NEVER, () => player.play(part, scope));
  },
  async task({ part }, scope, player) {
    await createTask(() => player.play(part, scope));
  },
  async eagerTask({ part }, scope, player) {
    await createTask(() => player.play(part, scope), { eagerStart: true });
  },
  async shield({ part }, scope, player) {
    const within = new Scope(scope);
    try {
      const [task] = player.tasks([part], within);
      await shield(task!);
    } finally {
      within.end();
    }
  },
  async lock({ part }, scope, player) {
    await asyncWith(player.watched(new Lock()), () => player.play(part, scope));
  },
  async stack({ part }, scope, player) {
    const stack = new AsyncExitStack();
    // The loser of a race is closed in what it awaits; its own blocks do not run.
    const lock = player.watched(new Lock(), () => scope.isOver());
    try {
      await stack.enterAsyncContext(lock);
      await player.play(part, scope);
    } catch (error) {
      await stack.exit(error);
      throw error;
    }
    await stack.exit(undefined);
  },
  async cleanUp({ part, seconds }, scope, player) {
    try {
      await player.play(part, scope);
    } finally {
      if (seconds > 0) await sleep(seconds);
    }
  },
  async swallow({ part }, scope, player) {
    try {
      await player.play(part, scope);
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
    }
  },
  async handle({ part }, scope, player) {
    try {
      await player.play(part, scope);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
    }
  },
};

/** The ways to set a limit, to what an async function does. */
const LIMITS: Readonly<
  Record<LimitForm, (seconds: number, body: () => Promise<void>) => Coroutine<void>>
> = {
  timeout: (seconds, body) => timeout(seconds, body),
  waitFor: (seconds, body) => waitFor(body, seconds),
  asyncWith(seconds, body) {
    return asyncWith(new Timeout(getRunningLoop().time() + seconds), async () => await body());
  },
  coroutine: coroutine(function* (seconds: number, body: () => Promise<void>) {
    yield* timeout(seconds, body);
  }),
};

const sleepInCoroutine = coroutine(function* (seconds: number) {
  yield* sleep(seconds);
});

/** Carries out branches, and notes no more of them when what is made of their promises has ended. */
function untilOver(
  combine: (branches: Promise<void>[]) => Promise<unknown>,
): (statement: { parts: readonly Statement[] }, scope: Scope, player: Player) => Promise<void> {
  return async ({ parts }, scope, player) => {
    const within = new Scope(scope);
    try {
      await combine(player.branches(parts, within));
    } finally {
      within.end();
    }
  };
}

async function* itemAfterEach(
  parts: readonly Statement[],
  scope: Scope,
  player: Player,
): AsyncGenerator<null, void> {
  for (const part of parts) {
    await player.play(part, scope);
    yield null;
  }
}

/** How something ended that has this error, if any. */
function outcomeOf(error: unknown): Outcome {
  if (error === null || error === undefined) return "ok";
  if (error instanceof CancelledError) return "cancelled";
  return error instanceof TimeoutError ? "timeout" : "error";
}
