/**
 * Runs programs, and holds what comes of them against what must.
 *
 * @module
 */
import { differences } from "./compare.ts";
import { generateProgram, type GeneratorOptions } from "./generator.ts";
import { expectationOf } from "./model.ts";
import { type Observation, play } from "./player.ts";
import type { Program } from "./program.ts";
import { showProgram } from "./show.ts";
import { shrink } from "./shrink.ts";

/** Carries out a program. */
export type Play = (program: Program) => Promise<Observation>;

/** A program of which comes something other than what must. */
export interface Failure {
  /** The program. */
  program: Program;
  /** What differs, in lines. */
  lines: string[];
}

/** Which programs are checked. */
export interface Seeds extends GeneratorOptions {
  /** The first seed. */
  seed: number;
  /** How many programs, of the seeds that follow each other. */
  count: number;
}

/**
 * Checks one program.
 *
 * @param program Any.
 * @param player What carries it out.
 * @returns A promise of what differs, or of `null`: nothing, or nobody can tell what must come of it.
 */
export async function check(program: Program, player: Play = play): Promise<Failure | null> {
  const expected = expectationOf(program);
  if (expected === null) return null;
  const lines = await player(program).then(
    (observed) => differences(expected, observed),
    (error: unknown) => [`the run failed: ${error}`],
  );
  return lines.length === 0 ? null : { program, lines };
}

/**
 * Checks random programs.
 *
 * @param seeds Which.
 * @param player What carries them out.
 * @returns The failures, each with its seed, as they are found.
 */
export async function* checkSeeds(
  { seed: first, count, ...options }: Seeds,
  player: Play = play,
): AsyncGenerator<[seed: number, failure: Failure], void> {
  for (let seed = first; seed < first + count; seed++) {
    const failure = await check(generateProgram(seed, options), player);
    if (failure !== null) yield [seed, failure];
  }
}

/** Makes a failure's program small. */
export async function shrinkFailure(failure: Failure, player: Play = play): Promise<Failure> {
  let smallest = failure;
  await shrink(failure.program, async (program) => {
    const found = await check(program, player);
    if (found !== null) smallest = found;
    return found !== null;
  });
  return smallest;
}

/** A failure for people to read. */
export function showFailure({ program, lines }: Failure): string {
  return [showProgram(program), ...lines.map((line) => `! ${line}`)].join("\n");
}
