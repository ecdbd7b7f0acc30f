/**
 * Holds programs against CPython.
 *
 * @module
 */
import { firstDifference } from "./compare.ts";
import type { CPython } from "./cpython.ts";
import type { RunForm } from "./forms.ts";
import type { Program } from "./program.ts";
import { type Form, suits } from "./run_program.ts";
import { shrink } from "./shrink.ts";
import type { Entry } from "./trace.ts";

/** A program that this module and CPython run differently. */
export interface Failure {
  /** The program. */
  program: Program;
  /** The form in which it was run here. */
  form: Form;
  /** CPython's trace. */
  theirs: Entry[];
  /** This module's. */
  ours: Entry[];
  /** The first line that differs. */
  at: number;
}

/** Compares one program, in one form. */
export async function check(
  program: Program,
  theirs: Entry[],
  { form, run }: { form: Form; run: RunForm },
): Promise<Failure | null> {
  if (!suits(program, form)) return null;
  const ours = await run(program, form);
  const at = firstDifference(theirs, ours);
  return at < 0 ? null : { program, form, theirs, ours, at };
}

/** Makes a failure's program small, as long as the same kinds of lines differ. */
export async function shrinkFailure(
  failure: Failure,
  python: CPython,
  run: RunForm,
): Promise<Failure> {
  let smallest = failure;
  const kind = kindOf(failure);
  await shrink(failure.program, async (program) => {
    const theirs = python.run([program])[0]!;
    const found = await check(program, theirs, { form: failure.form, run }).catch(() => null);
    if (found === null || kindOf(found) !== kind) return false;
    smallest = found;
    return true;
  });
  return smallest;
}

/** Tells failures of probably different causes apart. */
export function kindOf({ theirs, ours, at }: Failure): string {
  return `${theirs[at]?.[2]} | ${ours[at]?.[2]}`;
}
