/**
 * Tells what must come of a program: when it ends and how, and when and how each of its waits does.
 *
 * A statement is looked at from the moment of its start, with the moments at which it is asked to
 * end; what it is made of gives its end. There is no loop in it, nor any step: what this module must
 * do follows from what each kind of statement means.
 *
 * @module
 */
import type { ByKind, Outcome, Program, Statement } from "./program.ts";

/** Moments that are no further apart are one, but for the rounding of sums. */
export const SAME_MOMENT = 1e-7;

/** The end of a wait that must come. */
export interface ExpectedWait {
  /** The wait's name. */
  name: number;
  /** How it ends. */
  outcome: Outcome;
  /** When, in seconds. */
  at: number;
  /** Whether it has to be seen: at the moment that makes a race's end the losers may or may not be. */
  sure: boolean;
}

/** What must come of a program. */
export interface Expectation extends Ending {
  /** How often the task has been asked to end by then. */
  cancelling: number;
}

/** The end of a statement. */
interface Ending {
  /** When, in seconds. */
  at: number;
  /** How. */
  outcome: Outcome;
  /** The waits that end in it. */
  waits: readonly ExpectedWait[];
}

/** When a statement starts, and when it is asked to end, which is told of earlier moments, too. */
interface Span {
  start: number;
  cancels: readonly number[];
}

/**
 * Tells what must come of a program.
 *
 * @param program Any.
 * @returns What must come of it; `null` where more than one thing may: things of one moment, in either
 *   order, or what comes after a group that fails in a task that was asked to end.
 */
export function expectationOf(program: Program): Expectation | null {
  const model = new Model();
  for (const at of program.cancelAt) model.timer(at, at);
  const ending = model.ending(program.main, { start: 0, cancels: program.cancelAt });
  const cancelling = program.cancelAt.filter((at) => at <= ending.at).length;
  return model.isSure() ? { ...ending, cancelling } : null;
}

/** Looks at one program. */
class Model {
  #sure = true;
  readonly #timers: { owner: unknown; at: number }[] = [];

  /** What comes of a statement. */
  ending<K extends Statement["do"]>(statement: Statement<K>, span: Span): Ending {
    return ENDINGS[statement.do](statement, span, this);
  }

  /** What comes of statements that begin together. */
  endings(statements: readonly Statement[], span: Span): Ending[] {
    return statements.map((statement) => this.ending(statement, span));
  }

  /** Notes when a timer of a statement's, or of anyone's, is due. */
  timer(owner: unknown, at: number): void {
    this.#timers.push({ owner, at });
  }

  /** Notes that more than one thing may come. */
  beUnsure(): void {
    this.#sure = false;
  }

  /** The first of these to end; which one it is must not matter. */
  first(endings: readonly Ending[]): Ending | null {
    const at = Math.min(...endings.map((ending) => ending.at));
    const firsts = endings.filter((ending) => ending.at === at);
    if (firsts.some(({ outcome }) => outcome !== firsts[0]!.outcome)) this.beUnsure();
    return firsts[0] ?? null;
  }

  /** Whether only one thing may come: no two timers are due at one moment. */
  isSure(): boolean {
    const timers = this.#timers.sort((a, b) => a.at - b.at);
    return this.#sure && timers.every(({ owner, at }, index) => {
      const before = timers[index - 1];
      return before === undefined || before.owner === owner || at - before.at > SAME_MOMENT;
    });
  }

  /** How a sleep of a statement's ends, and when. */
  sleep(owner: Statement, seconds: number, { start, cancels }: Span): [Outcome, number] {
    const end = start + seconds;
    this.timer(owner, end);
    const cancel = firstWithin(cancels, start, end);
    return cancel === null ? ["ok", end] : ["cancelled", cancel];
  }
}

/** What each kind means. */
const ENDINGS: ByKind<[Span, Model], Ending> = {
  sleep: slept,
  yield: ({ name }, { start: at }) => ({
    at,
    outcome: "ok",
    waits: [{ name, outcome: "ok", at, sure: true }],
  }),
  foreign: (_statement, { start }) => ({ at: start, outcome: "ok", waits: [] }),
  fail(statement, span, model) {
    const ending = slept(statement, span, model);
    return ending.outcome === "ok" ? { ...ending, outcome: "error" } : ending;
  },
  sequence: inTurn,
  iterate: inTurn,
  leave: samePart,
  all: ({ parts }, span, model) => failFast(model.endings(parts, span), model),
  collect({ parts }, span, model) {
    const endings = model.endings(parts, span);
    const failed = model.first(endings.filter(hasFailed));
    return { ...allOf(endings), outcome: failed?.outcome ?? "ok" };
  },
  allSettled: ({ parts }, span, model) => allOf(model.endings(parts, span)),
  race({ parts }, span, model) {
    const endings = model.endings(parts, span);
    return cutAt(endings, model.first(endings)!);
  },
  any({ parts }, span, model) {
    const endings = model.endings(parts, span);
    const first = model.first(endings.filter((ending) => !hasFailed(ending)));
    return first === null ? { ...allOf(endings), outcome: "error" } : cutAt(endings, first);
  },
  share({ parts, permits }, { start, cancels }, model) {
    const free = Array.from({ length: permits }, () => start);
    const endings = parts.map((part): Ending => {
      const turn = Math.min(...free);
      if (wasAsked(cancels, start, turn)) {
        const at = Math.min(...cancels.filter((at) => at > start));
        return { at, outcome: "cancelled", waits: [] };
      }
      const ending = model.ending(part, { start: turn, cancels });
      free[free.indexOf(turn)] = ending.at;
      return ending;
    });
    return failFast(endings, model);
  },
  gather({ parts }, span, model) {
    const ending = failFast(model.endings(parts, span), model);
    const isAsked = wasAsked(span.cancels, span.start, ending.at);
    return ending.outcome === "ok" && isAsked ? { ...ending, outcome: "cancelled" } : ending;
  },
  wait: ({ parts }, span, model) => abandonable(allOf(model.endings(parts, unasked(span))), span),
  asCompleted: ({ parts }, span, model) =>
    abandonable(failFast(model.endings(parts, unasked(span)), model), span),
  group({ body, task }, { start, cancels }, model) {
    let inBody = model.ending(body, { start, cancels });
    let inTask = model.ending(task, { start, cancels: [] });
    const asked = firstWithin(cancels, inBody.at, inTask.at);
    if (hasFailed(inBody) && hasFailed(inTask) && inBody.at === inTask.at) model.beUnsure();
    if (hasFailed(inTask) && inTask.at <= inBody.at) {
      inBody = model.ending(body, { start, cancels: [...cancels, inTask.at] });
    } else if (hasFailed(inBody)) {
      inTask = model.ending(task, { start, cancels: [inBody.at] });
    } else if (asked !== null) {
      inTask = model.ending(task, { start, cancels: [asked] });
    }
    const both = allOf([inBody, inTask]);
    if (!isError(inBody) && !isError(inTask)) {
      return hasFailed(inBody) || asked !== null ? { ...both, outcome: "cancelled" } : both;
    }
    // In a task that has been asked to end, a group that fails asks it again, as Python's does.
    if (cancels.some((at) => at <= both.at)) model.beUnsure();
    return { ...both, outcome: "error" };
  },
  limit(statement, { start, cancels }, model) {
    const deadline = start + statement.seconds;
    model.timer(statement, deadline);
    const free = model.ending(statement.part, { start, cancels });
    if (free.at < deadline) return free;
    const ending = model.ending(statement.part, { start, cancels: [...cancels, deadline] });
    const isOwn = !wasAsked(cancels, start, ending.at);
    return ending.outcome === "cancelled" && isOwn ? { ...ending, outcome: "timeout" } : ending;
  },
  coroutine: samePart,
  task: samePart,
  eagerTask: samePart,
  shield: ({ part }, span, model) => abandonable(model.ending(part, unasked(span)), span),
  lock: samePart,
  stack: samePart,
  cleanUp(statement, { start, cancels }, model) {
    const ending = model.ending(statement.part, { start, cancels });
    if (statement.seconds === 0) return ending;
    const [outcome, at] = model.sleep(statement, statement.seconds, { start: ending.at, cancels });
    return { ...ending, at, outcome: outcome === "ok" ? ending.outcome : outcome };
  },
  swallow({ part }, span, model) {
    const ending = model.ending(part, span);
    return ending.outcome === "cancelled" ? { ...ending, outcome: "ok" } : ending;
  },
  handle({ part }, span, model) {
    const ending = model.ending(part, span);
    return isError(ending) ? { ...ending, outcome: "ok" } : ending;
  },
};

function slept(statement: Statement<"sleep" | "fail">, span: Span, model: Model): Ending {
  const [outcome, at] = model.sleep(statement, statement.seconds, span);
  return { at, outcome, waits: [{ name: statement.name, outcome, at, sure: true }] };
}

function inTurn({ parts }: { parts: readonly Statement[] }, span: Span, model: Model): Ending {
  const waits: ExpectedWait[] = [];
  let at = span.start;
  for (const part of parts) {
    const ending = model.ending(part, { ...span, start: at });
    waits.push(...ending.waits);
    at = ending.at;
    if (hasFailed(ending)) return { at, outcome: ending.outcome, waits };
  }
  return { at, outcome: "ok", waits };
}

function samePart({ part }: { part: Statement }, span: Span, model: Model): Ending {
  return model.ending(part, span);
}

/** All to their ends, whatever these are. */
function allOf(endings: readonly Ending[]): Ending {
  const at = Math.max(...endings.map((ending) => ending.at));
  return { at, outcome: "ok", waits: endings.flatMap(({ waits }) => waits) };
}

/** All to their ends, or to the first that fails. */
function failFast(endings: readonly Ending[], model: Model): Ending {
  const failed = model.first(endings.filter(hasFailed));
  return failed === null ? allOf(endings) : cutAt(endings, failed);
}

/** All until one of them ends. */
function cutAt(endings: readonly Ending[], { at, outcome }: Ending): Ending {
  const others = endings.flatMap(({ waits }) => waits).filter((wait) => wait.at <= at);
  return { at, outcome, waits: others.map((w) => ({ ...w, sure: w.sure && w.at < at })) };
}

/** The same for a task of its own that nobody asks to end. */
function unasked({ start }: Span): Span {
  return { start, cancels: [] };
}

/** What goes on by itself where the one who waits for it is asked to end. */
function abandonable(ending: Ending, { start, cancels }: Span): Ending {
  const cancel = firstWithin(cancels, start, ending.at);
  return cancel === null
    ? ending
    : cutAt([ending], { ...ending, at: cancel, outcome: "cancelled" });
}

function hasFailed({ outcome }: Ending): boolean {
  return outcome !== "ok";
}

function isError({ outcome }: Ending): boolean {
  return outcome === "error" || outcome === "timeout";
}

/** The first moment after another and before a third. */
function firstWithin(moments: readonly number[], after: number, before: number): number | null {
  const within = moments.filter((at) => at > after && at < before);
  return within.length === 0 ? null : Math.min(...within);
}

/** Whether something was asked to end before it had ended by itself. */
function wasAsked(cancels: readonly number[], start: number, end: number): boolean {
  return cancels.some((at) => at > start && at <= end);
}
