/**
 * Holds figures against targets.
 *
 * @module
 */

import type { RowName, SubjectName, Target, Unit } from "./row.ts";

/** The middle figure of each subject that was measured. */
export type Medians = Partial<Record<SubjectName, number>>;

/** Those of each row that was measured. */
export type AllMedians = ReadonlyMap<RowName, Medians>;

/** How a target was met. */
export interface Verdict {
  /** What was aimed for, such as `generator at most 2x bare`. */
  aim: string;
  /** What was measured: a figure, or a multiple; `null` where a subject was not measured. */
  measured: number | null;
  /** The same by the least kernel that there can be in this one's place; `null` where the row has none. */
  floor: number | null;
  /** What the measured counts; `x` for a multiple. */
  unit: Unit | "x";
  /** Whether it is as aimed; `null` where nothing was measured. */
  isMet: boolean | null;
}

/**
 * Divides one subject's figure by another's.
 *
 * @param medians The figures.
 * @param of Whose is divided.
 * @param over By whose.
 * @returns The ratio, or `null` where one of them was not measured.
 */
export function ratio(medians: Medians, of: SubjectName, over: SubjectName): number | null {
  return quotient(medians[of], medians[over]);
}

function quotient(dividend: number | undefined, divisor: number | undefined): number | null {
  return dividend === undefined || divisor === undefined ? null : dividend / divisor;
}

/**
 * Holds the figures of a row against one target.
 *
 * @param target What is aimed for.
 * @param medians The figures.
 * @param unit What they count.
 * @param earlier Those of the rows before, for a target that compares with one.
 * @returns How it was met.
 */
export function judge(
  target: Target,
  medians: Medians,
  { unit, earlier = new Map() }: { unit: Unit; earlier?: AllMedians },
): Verdict {
  const { of, over, overRow, atMost, atLeast } = target;
  const measure = (place: (name: SubjectName) => SubjectName): number | null =>
    over === undefined ? medians[place(of)] ?? null : quotient(
      medians[place(of)],
      (overRow === undefined ? medians : earlier.get(overRow))?.[place(over)],
    );
  const measured = measure((name) => name);
  const isOurs = of === "generator" || over === "generator";
  const floor = isOurs ? measure((name) => name === "generator" ? "least" : name) : null;
  const isMet = measured === null
    ? null
    : measured <= (atMost ?? Infinity) && measured >= (atLeast ?? -Infinity);
  const bounds = [
    ...atMost === undefined ? [] : [`at most ${atMost}`],
    ...atLeast === undefined ? [] : [`at least ${atLeast}`],
  ].join(" and ");
  return over === undefined ? { aim: `${of} ${bounds} ${unit}`, measured, floor, unit, isMet } : {
    aim: `${of} ${bounds}x ${over}${overRow === undefined ? "" : ` of ${overRow}`}`,
    measured,
    floor,
    unit: "x",
    isMet,
  };
}
