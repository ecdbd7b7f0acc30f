/**
 * Measures a row: all its subjects, round by round in turn, so that whatever else the machine does
 * falls on all of them alike.
 *
 * @module
 */

import { max, median, min } from "simple-statistics";
import type { Row, SubjectName } from "./row.ts";
import type { Place, Subject } from "./subject.ts";

/** How to measure. */
export interface MeasureOptions {
  /** Which subjects. */
  subjects: readonly SubjectName[];
  /** How many rounds count. */
  rounds: number;
  /** How long a round is to take, in milliseconds. */
  roundTime: number;
  /** Where they are started. */
  place: Place;
}

/** One subject's figures for one operation, in the row's unit. */
export interface Figures {
  /** The middle one. */
  median: number;
  /** The least. */
  least: number;
  /** The greatest. */
  greatest: number;
  /** Each round's. */
  rounds: number[];
  /** How many operations a round had. */
  operations: number;
}

/** The figures of a row. */
export type RowFigures = Partial<Record<SubjectName, Figures>>;

/**
 * How many rounds in a row must be no faster than the one before, how many there are at most, and how long they may
 * take together, in milliseconds: some rows' take seconds.
 */
const SETTLING = { steady: 3, most: 30, time: 4_000 } as const;

interface Entrant {
  subject: Subject;
  operations: number;
  rounds: number[];
}

/**
 * Measures a row.
 *
 * @param row The row.
 * @param options Who and how long.
 * @returns The figures of each subject.
 * @throws {Error} If a subject did something else than it was asked for.
 */
export async function measureRow(row: Row, options: MeasureOptions): Promise<RowFigures> {
  const entrants: Entrant[] = [];
  try {
    for (const name of options.subjects) {
      const subject = await options.place.start(name, row);
      entrants.push({ subject, operations: row.batch, rounds: [] });
    }
    for (const entrant of entrants) await warmUp(entrant, row, options.roundTime);
    for (let round = 0; round < options.rounds; round++) {
      for (const { subject, operations, rounds } of entrants) {
        // While the others had their turns its heap has shrunk: it would be the growing of that which is measured.
        if (row.isFixed && isOptimised(subject)) await subject.run(operations);
        rounds.push(await subject.run(operations) / operations);
      }
    }
  } finally {
    for (const { subject } of entrants) await subject.stop();
  }
  return Object.fromEntries(entrants.map((entrant) => [entrant.subject.name, figuresOf(entrant)]));
}

/** CPython has no optimiser to warm up, and no heap that grows for long; its long rounds are dear. */
function isOptimised({ name }: Subject): boolean {
  return name !== "cpython" && name !== "uvloop";
}

/** Runs ever more operations until they take a round's time, and get no faster any more. */
async function warmUp(entrant: Entrant, row: Row, roundTime: number): Promise<void> {
  const { subject } = entrant;
  if (row.isFixed) {
    if (isOptimised(subject)) await settle(subject, entrant.operations);
    return;
  }
  const wanted = roundTime * 1e6;
  for (;;) {
    // The lesser of two: a moment in which the machine was busy must not pass for a round's time.
    const first = await subject.run(entrant.operations);
    let least = Math.min(first, await subject.run(entrant.operations));
    if (isOptimised(subject) && wanted / least < 1.5) {
      least = await settle(subject, entrant.operations);
    }
    const factor = wanted / least;
    if (factor < 1.5) return;
    // The first rounds run before the optimiser has seen them: growing by more would overshoot.
    const operations = entrant.operations * Math.min(factor, 10);
    entrant.operations = Math.ceil(operations / row.batch) * row.batch;
  }
}

/**
 * Runs a subject until it gets no faster: on a busy machine the optimiser's own thread comes late, and the heap takes
 * some rounds to come to its size.
 *
 * @param subject The subject.
 * @param operations How many operations a round has.
 * @returns The least that a round took.
 */
export async function settle(
  subject: Pick<Subject, "run">,
  operations: number,
): Promise<number> {
  const start = performance.now();
  let least = await subject.run(operations);
  // How often in a row it was no tenth faster than before.
  let steady = 0;
  for (let round = 0; round < SETTLING.most && steady < SETTLING.steady; round++) {
    if (performance.now() - start > SETTLING.time) break;
    const time = await subject.run(operations);
    steady = time > 0.9 * least ? steady + 1 : 0;
    least = Math.min(least, time);
  }
  return least;
}

function figuresOf({ rounds, operations }: Entrant): Figures {
  return {
    median: median(rounds),
    least: min(rounds),
    greatest: max(rounds),
    rounds,
    operations,
  };
}
