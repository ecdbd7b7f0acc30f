/**
 * This module against CPython 3.14 itself, which runs in this process: random programs, some new each
 * day, and those in which the two once differed. `deno task conformance` runs more.
 */
import { test } from "../../_support/harness.ts";
import { seedOfDay } from "../../conformance/random.ts";
import { FORMS } from "../../conformance/run_program.ts";
import { type Failure, Session, showFailure } from "../../conformance/session.ts";

const PROGRAMS = 1500;
const PROGRAMS_PER_TEST = 250;

const REGRESSIONS = new URL("../../conformance/regressions/", import.meta.url);

let starting: Promise<Session> | null = null;

for (
  const { name } of [...Deno.readDirSync(REGRESSIONS)].sort((a, b) => a.name < b.name ? -1 : 1)
) {
  const { about, program } = JSON.parse(Deno.readTextFileSync(new URL(name, REGRESSIONS)));
  test(`as on CPython: ${about}`, async () => {
    for (const form of FORMS) {
      const failure = await (await start()).check(program, form);
      if (failure !== null) throw new Error(showFailure(failure));
    }
  });
}

/** Those of the day, in the words that hundreds of thousands have been made of, and some that stay, in all words. */
const RANGES = [{ first: seedOfDay(), isWide: false }, { first: 1000, isWide: true }];

for (const { first: begin, isWide } of RANGES) {
  for (let index = 0; index < PROGRAMS; index += PROGRAMS_PER_TEST) {
    const seed = begin + index;
    test(`as on CPython: ${PROGRAMS_PER_TEST} random programs from seed ${seed}`, async () => {
      const session = await start();
      const failures: [number, Failure][] = [];
      await session.checkSeeds({ seed, count: PROGRAMS_PER_TEST, forms: FORMS, isWide }, {
        ran: () => failures.length === 0,
        failed: async (seed, failure) => {
          failures.push([seed, failure]);
        },
      });
      const [first] = failures;
      if (first === undefined) return;
      throw new Error(`seed ${first[0]}:\n${showFailure(await session.shrink(first[1]))}`);
    });
  }
}

/** Starts CPython with the first test that needs it, which takes some seconds. */
function start(): Promise<Session> {
  return starting ??= Session.start();
}
