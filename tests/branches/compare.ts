/**
 * Holds what came of a program against what must.
 *
 * @module
 */
import { type Expectation, type ExpectedWait, SAME_MOMENT } from "./model.ts";
import type { Observation, ObservedWait } from "./player.ts";

/**
 * Tells what differs.
 *
 * @param expected What must come of a program.
 * @param observed What came of it.
 * @returns A line for each difference; none where all is as it must be.
 */
export function differences(expected: Expectation, observed: Observation): string[] {
  const lines: string[] = [];
  const compare = (what: string, must: unknown, is: unknown) => {
    if (must !== is) lines.push(`${what} ${is}, not ${must}`);
  };
  compare("it ended as", expected.outcome, observed.outcome);
  if (!isSameMoment(expected.at, observed.at)) compare("it ended at", expected.at, observed.at);
  compare("the times that it was asked to end are", expected.cancelling, observed.cancelling);
  compare("the locks still held are", 0, observed.heldLocks);
  for (const wait of observed.waits) {
    const isExpected = expected.waits.some((other) => isSameWait(wait, other));
    if (!isExpected) lines.push(`${showWait(wait)}, which should not be`);
  }
  for (const wait of expected.waits) {
    const isMissing = wait.sure && !observed.waits.some((other) => isSameWait(wait, other));
    if (isMissing) lines.push(`${showWait(wait)}: this is missing`);
  }
  return lines;
}

function isSameWait(one: ObservedWait | ExpectedWait, other: ObservedWait | ExpectedWait): boolean {
  return one.name === other.name && one.outcome === other.outcome && isSameMoment(one.at, other.at);
}

function isSameMoment(one: number, other: number): boolean {
  return Math.abs(one - other) < SAME_MOMENT;
}

function showWait({ name, outcome, at }: ObservedWait | ExpectedWait): string {
  return `wait ${name} ended as ${outcome} at ${at}`;
}
