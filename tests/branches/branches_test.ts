/** Random branches of async functions end as they must. `deno task branches` runs more of them. */
import { assert, assertEquals } from "@std/assert";
import { needs, test } from "../_support/harness.ts";
import { check, checkSeeds, type Play, showFailure, shrinkFailure } from "./check.ts";
import { differences } from "./compare.ts";
import { generateProgram } from "./generator.ts";
import { type Expectation, expectationOf } from "./model.ts";
import { type Observation, play } from "./player.ts";
import { type Kind, kindsOf, partsOf, type Program, type Statement, withParts } from "./program.ts";
import { shrink } from "./shrink.ts";

const COUNT = 300;

test("random branches end as they must", async () => {
  await assertAllEndAsTheyMust(false);
});

test({
  name: "random branches that await foreign promises end as they must",
  ...needs("asyncIdentity"),
  async fn() {
    await assertAllEndAsTheyMust(true);
  },
});

async function assertAllEndAsTheyMust(foreign: boolean): Promise<void> {
  for await (const [seed, failure] of checkSeeds({ seed: 0, count: COUNT, foreign })) {
    assert(false, `seed ${seed}: ${showFailure(await shrinkFailure(failure))}`);
  }
}

/** The kinds that mean more than their parts, one after another: a player that forgets it is found out. */
const TELLING: readonly Kind[] = [
  "sleep",
  "yield",
  "fail",
  "all",
  "collect",
  "allSettled",
  "race",
  "any",
  "share",
  "gather",
  "wait",
  "asCompleted",
  "group",
  "limit",
  "shield",
  "cleanUp",
  "swallow",
  "handle",
];

/** The kinds that do with their parts what these do one after another. */
const SILENT: readonly Kind[] = [
  "foreign",
  "sequence",
  "iterate",
  "leave",
  "coroutine",
  "task",
  "eagerTask",
  "lock",
  "stack",
];

test("checkSeeds() finds a player out that forgets what a kind of statements means", async () => {
  const seeds = { seed: 0, count: COUNT, foreign: false };
  for (const kind of TELLING) {
    const { done } = await checkSeeds(seeds, playWithout(kind)).next();
    assert(!done, `nothing tells whether ${kind} does what it should`);
  }
});

/** Plays programs as if statements of a kind were nothing but what is in them. */
function playWithout(kind: Kind): Play {
  return ({ main, cancelAt }) => play({ main: without(main, kind), cancelAt });
}

function without(statement: Statement, kind: Kind): Statement {
  const parts = partsOf(statement).map((part) => without(part, kind));
  return statement.do === kind ? { do: "sequence", parts } : withParts(statement, parts);
}

test("check() tells of a run that fails", async () => {
  const program: Program = { main: { do: "yield", name: 0 }, cancelAt: [] };
  const failure = await check(program, () => Promise.reject(new Error("stuck")));
  assertEquals(failure?.lines, ["the run failed: Error: stuck"]);
  assertEquals(await check(program), null);
});

test("differences() tells of each thing that is not as it must be", () => {
  const expected: Expectation = {
    at: 2,
    outcome: "cancelled",
    cancelling: 1,
    waits: [
      { name: 0, outcome: "ok", at: 1, sure: true },
      { name: 1, outcome: "cancelled", at: 2, sure: false },
    ],
  };
  const right: Observation = {
    at: 2,
    outcome: "cancelled",
    cancelling: 1,
    waits: [{ name: 0, outcome: "ok", at: 1 }],
    heldLocks: 0,
  };
  const told = (wrong: Partial<Observation>) => differences(expected, { ...right, ...wrong });
  assertEquals(told({}), []);
  assertEquals(told({ waits: [...right.waits, { name: 1, outcome: "cancelled", at: 2 }] }), []);
  assertEquals(told({ at: 2.1 }), ["it ended at 2.1, not 2"]);
  assertEquals(told({ outcome: "timeout" }), ["it ended as timeout, not cancelled"]);
  assertEquals(told({ cancelling: 0 }), ["the times that it was asked to end are 0, not 1"]);
  assertEquals(told({ heldLocks: 1 }), ["the locks still held are 1, not 0"]);
  assertEquals(told({ waits: [] }), ["wait 0 ended as ok at 1: this is missing"]);
  assertEquals(told({ waits: [...right.waits, { name: 1, outcome: "ok", at: 2 }] }), [
    "wait 1 ended as ok at 2, which should not be",
  ]);
});

test("expectationOf() is null where two timers are due at one moment", () => {
  const sleep = (name: number, seconds: number): Statement => {
    return { do: "sleep", name, seconds, form: "plain" };
  };
  const race = (seconds: number): Program => {
    return { main: { do: "race", parts: [sleep(0, 1), sleep(1, seconds)] }, cancelAt: [] };
  };
  assertEquals(expectationOf(race(1)), null);
  assertEquals(expectationOf(race(1.5))?.at, 1);
});

test("expectationOf() can tell of nearly all random programs", () => {
  let told = 0;
  for (let seed = 0; seed < COUNT; seed++) {
    if (expectationOf(generateProgram(seed, { foreign: true })) !== null) told++;
  }
  assert(told > COUNT * 0.9, `${told} of ${COUNT}`);
});

test("generateProgram() makes statements of every kind, and foreign ones where asked to", () => {
  const all = [...TELLING, ...SILENT].sort();
  assertEquals(kindsOfAll(true), all);
  assertEquals(kindsOfAll(false), all.filter((kind) => kind !== "foreign"));
});

function kindsOfAll(foreign: boolean): string[] {
  const found = new Set<Kind>();
  for (let seed = 0; seed < COUNT; seed++) kindsOf(generateProgram(seed, { foreign }).main, found);
  return [...found].sort();
}

test("generateProgram() makes the same program of the same seed", () => {
  const made = (seed: number) => JSON.stringify(generateProgram(seed, { foreign: true }));
  assertEquals(made(5), made(5));
  assert(made(5) !== made(6));
});

test("shrink() leaves what a program fails by, with round numbers", async () => {
  const program: Program = {
    main: {
      do: "all",
      parts: [
        { do: "sleep", name: 0, seconds: 1.234567, form: "function" },
        {
          do: "limit",
          seconds: 2.345678,
          form: "waitFor",
          part: {
            do: "sequence",
            parts: [
              { do: "yield", name: 1 },
              { do: "lock", part: { do: "fail", name: 2, seconds: 0.123456 } },
            ],
          },
        },
      ],
    },
    cancelAt: [1.111111, 2.222222],
  };
  const smallest = await shrink(program, async ({ main, cancelAt }) => {
    const kinds = kindsOf(main);
    return kinds.has("limit") && kinds.has("fail") && cancelAt.some((at) => at > 2.2);
  });
  assertEquals(smallest, {
    main: {
      do: "limit",
      seconds: 2,
      form: "timeout",
      part: { do: "fail", name: 2, seconds: 1 },
    },
    cancelAt: [2.22],
  });
});

test("showFailure() shows the smallest program that fails, and what differs", async () => {
  const wrong = playWithout("shield");
  for await (const [, failure] of checkSeeds({ seed: 0, count: COUNT, foreign: false }, wrong)) {
    assertEquals(
      showFailure(await shrinkFailure(failure, wrong)),
      `
a task
  limit of 1 s by timeout
    shield of a task
      wait 2: sleep 3 s
! wait 2 ended as cancelled at 1, which should not be`.trim(),
    );
    return;
  }
  assert(false, "nothing failed");
});
