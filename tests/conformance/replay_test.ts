// kinds: generator, async
/**
 * Random programs whose traces were recorded under Deno, where they are those of CPython: every place
 * runs them as it should. `deno task conformance --record` records them anew, which is needed when the
 * generator of programs has changed.
 */
import { assert, assertEquals } from "@std/assert";
import { Schedule } from "@asyncio/asyncio";
import { test } from "../_support/harness.ts";
import { fingerprint, RECORDED_PROGRAMS } from "./fingerprint.ts";
import { generateProgram } from "./generator.ts";
import { GIVES_OBJECTS, Interpreter } from "./interpreter.ts";
import recorded from "./recorded.json" with { type: "json" };
import { runProgram, suits } from "./run_program.ts";

const PROGRAMS_PER_TEST = 100;

const FORMS = GIVES_OBJECTS ? ["sync", "generator"] as const : ["async"] as const;

function declare(title: string, fn: () => Promise<void>): void {
  test(title, fn);
}

for (let first = 0; first < RECORDED_PROGRAMS; first += PROGRAMS_PER_TEST) {
  declare(
    `random programs ${first} to ${first + PROGRAMS_PER_TEST - 1} run as recorded`,
    async () => {
      for (let seed = first; seed < first + PROGRAMS_PER_TEST; seed++) {
        const program = generateProgram(seed);
        for (const form of FORMS) {
          if (!suits(program, form)) continue;
          const trace = await runProgram(program, Interpreter, form === "sync");
          assertEquals(
            fingerprint(trace),
            recorded[seed],
            `the program of seed ${seed}: deno task conformance --seed ${seed} --count 1 tells more`,
          );
        }
      }
    },
  );
}

declare("a schedule without choices runs random programs as recorded, too", async () => {
  for (let seed = 0; seed < PROGRAMS_PER_TEST; seed++) {
    const program = generateProgram(seed);
    if (!suits(program, FORMS[0])) continue;
    const trace = await runProgram(program, Interpreter, GIVES_OBJECTS, new Schedule([]));
    assertEquals(fingerprint(trace), recorded[seed], `the program of seed ${seed}`);
  }
});

declare("a schedule gives a random program the same trace of the same seed", async () => {
  let differing = 0;
  for (let seed = 0; seed < PROGRAMS_PER_TEST; seed++) {
    const program = generateProgram(seed);
    if (!suits(program, FORMS[0])) continue;
    const schedule = new Schedule(seed);
    const run = (schedule: Schedule) => runProgram(program, Interpreter, GIVES_OBJECTS, schedule);
    const trace = fingerprint(await run(schedule));
    assertEquals(fingerprint(await run(new Schedule(seed))), trace);
    assertEquals(fingerprint(await run(new Schedule(schedule.order))), trace);
    if (trace !== recorded[seed]) differing++;
  }
  assert(differing > PROGRAMS_PER_TEST / 10, `${differing} programs depend on the order`);
});
