/**
 * Holds programs against CPython.
 *
 * @module
 */
import { firstDifference } from "./compare.ts";
import { CPython } from "./cpython.ts";
import { showsFlaw } from "./differences.ts";
import { prepareForms, type RunForm } from "./forms.ts";
import { generateProgram, type GeneratorOptions } from "./generator.ts";
import type { Program } from "./program.ts";
import { type Form, suits } from "./run_program.ts";
import { showProgram, showTraces } from "./show.ts";
import { shrink } from "./shrink.ts";
import type { Entry } from "./trace.ts";

/** Programs that go to CPython at once. */
const BATCH = 100;

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

/** Which programs are compared, and how they run here. */
export interface SeedRange extends GeneratorOptions {
  /** The first seed. */
  seed: number;
  /** How many there are. */
  count: number;
  /** In which forms they run here. */
  forms: readonly Form[];
}

/** What is told of a run as it goes. */
export interface Progress {
  /** Called with CPython's trace of every program; `false` ends the run. */
  ran?(theirs: Entry[]): boolean;
  /** Called for each difference. */
  failed(seed: number, failure: Failure): Promise<void>;
}

/** CPython and this module, ready to run programs. */
export class Session {
  /** CPython. */
  readonly python: CPython;
  /** Runs a program on this module. */
  readonly run: RunForm;

  private constructor(python: CPython, run: RunForm) {
    this.python = python;
    this.run = run;
  }

  /** Starts CPython, which takes some seconds. */
  static async start(): Promise<Session> {
    return new Session(await CPython.start(), await prepareForms());
  }

  /**
   * Compares the programs of seeds that follow each other.
   *
   * @param range Which.
   * @param progress What to tell.
   */
  async checkSeeds(
    { seed, count, forms, ...options }: SeedRange,
    progress: Progress,
  ): Promise<void> {
    for (let first = seed; first < seed + count; first += BATCH) {
      const length = Math.min(BATCH, seed + count - first);
      const programs = Array.from(
        { length },
        (_, index) => generateProgram(first + index, options),
      );
      const traces = this.python.run(programs);
      for (const [index, program] of programs.entries()) {
        const theirs = traces[index]!;
        if (progress.ran?.(theirs) === false) return;
        for (const form of forms) {
          const failure = await this.#compare(program, theirs, form);
          if (failure !== null) await progress.failed(first + index, failure);
        }
      }
    }
  }

  /** Compares one program in one form. */
  async check(program: Program, form: Form): Promise<Failure | null> {
    return await this.#compare(program, this.python.run([program])[0]!, form);
  }

  /** Makes a failure's program small, as long as the same kinds of lines differ. */
  async shrink(failure: Failure): Promise<Failure> {
    let smallest = failure;
    const kind = kindOf(failure);
    await shrink(failure.program, async (program) => {
      const found = await this.check(program, failure.form).catch(() => null);
      if (found === null || kindOf(found) !== kind) return false;
      smallest = found;
      return true;
    });
    return smallest;
  }

  async #compare(program: Program, theirs: Entry[], form: Form): Promise<Failure | null> {
    if (!suits(program, form)) return null;
    const ours = await this.run(program, form);
    const at = firstDifference(theirs, ours);
    return at < 0 || showsFlaw(theirs, at) ? null : { program, form, theirs, ours, at };
  }
}

/** Tells failures of probably different causes apart. */
export function kindOf({ theirs, ours, at }: Failure): string {
  return `${kindOfEntry(theirs[at])} | ${kindOfEntry(ours[at])}`;
}

function kindOfEntry(entry: Entry | undefined): string {
  if (entry === undefined) return "the end";
  const classes = JSON.stringify(entry[3]).matchAll(/"(?:error|text)":"(\w+|<\w+ \w*)/g);
  return [entry[2], ...[...classes].map(([, name]) => name)].join(" ");
}

/** A failure for people to read. */
export function showFailure({ program, form, theirs, ours, at }: Failure): string {
  return `${showProgram(program)}\n  as ${form}:\n${showTraces(theirs, ours, at)}`;
}
