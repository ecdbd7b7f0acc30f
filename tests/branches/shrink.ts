/**
 * Makes a failing program small.
 *
 * @module
 */
import { shrinkBy } from "../_support/shrink.ts";
import { partsOf, type Program, type Statement, withParts } from "./program.ts";

/**
 * Takes parts out of a program, and makes others plainer, as long as it still fails.
 *
 * @param program A program that fails.
 * @param fails Whether a program does.
 * @returns A promise of a smaller one that fails.
 */
export function shrink(
  program: Program,
  fails: (program: Program) => Promise<boolean>,
): Promise<Program> {
  return shrinkBy(program, smaller, fails);
}

/** The programs that are one step smaller, the biggest steps first. */
function* smaller({ main, cancelAt }: Program): Generator<Program, void> {
  for (const reduced of reductions(main)) yield { main: reduced, cancelAt };
  for (const reduced of without(cancelAt)) yield { main, cancelAt: reduced };
  for (const plain of plainer(main)) yield { main: plain, cancelAt };
  for (const [index, at] of cancelAt.entries()) {
    for (const rounder of rounded(at)) yield { main, cancelAt: cancelAt.with(index, rounder) };
  }
}

/** A statement with less in it: a part in its own place, or one part fewer. */
function* reductions(statement: Statement): Generator<Statement, void> {
  const parts = partsOf(statement);
  yield* parts;
  if ("parts" in statement && parts.length > 1) {
    for (const fewer of without(parts)) yield withParts(statement, fewer);
  }
  yield* withOnePart(statement, reductions);
}

/** A statement with as much in it, of which one thing is plainer. */
function* plainer(statement: Statement): Generator<Statement, void> {
  if (statement.do === "sleep" && statement.form !== "plain") yield { ...statement, form: "plain" };
  if (statement.do === "limit" && statement.form !== "timeout") {
    yield { ...statement, form: "timeout" };
  }
  if ("seconds" in statement) {
    for (const seconds of rounded(statement.seconds)) yield { ...statement, seconds };
  }
  yield* withOnePart(statement, plainer);
}

/** The forms of a statement of which one part is another. */
function* withOnePart(
  statement: Statement,
  others: (part: Statement) => Iterable<Statement>,
): Generator<Statement, void> {
  const parts = partsOf(statement);
  for (const [index, part] of parts.entries()) {
    for (const other of others(part)) yield withParts(statement, parts.with(index, other));
  }
}

/** A list without one of its items. */
function* without<T>(list: readonly T[]): Generator<T[], void> {
  for (const index of list.keys()) yield list.toSpliced(index, 1);
}

/** A time with fewer digits, which is not none at all. */
function* rounded(seconds: number): Generator<number, void> {
  for (const unit of [1, 10, 100, 1000]) {
    const rounder = Math.max(1, Math.round(seconds * unit)) / unit;
    if (String(rounder).length >= String(seconds).length) return;
    yield rounder;
  }
}
