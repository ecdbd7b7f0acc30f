/**
 * The rows' work in Effection's operations. It has no way to step aside but a timer, so rows of switches
 * have nothing of it.
 *
 * @module
 */

import {
  all,
  call,
  createQueue,
  type Operation,
  run,
  spawn,
  suspend,
  type WithResolvers,
  withResolvers,
} from "effection";
import type { Works } from "../row.ts";
import { GATHERED } from "../rows.ts";

const RESOLVED = Promise.resolve();

function* one(): Operation<number> {
  return 1;
}

function* takeTurns(
  turns: WithResolvers<number>[],
  own: 0 | 1,
  times: number,
): Operation<number> {
  const other = 1 - own;
  let received = 0;
  for (let i = 0; i < times; i++) {
    const turn = withResolvers<number>();
    turns[own] = turn;
    turns[other]?.resolve(1);
    received += yield* turn.operation;
  }
  turns[other]!.resolve(1);
  return received;
}

function* handOff(n: number): Operation<number> {
  const turns: WithResolvers<number>[] = [];
  const first = yield* spawn(() => takeTurns(turns, 0, n / 2));
  const second = yield* spawn(() => takeTurns(turns, 1, n / 2));
  return (yield* first) + (yield* second);
}

function* create(n: number): Operation<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += yield* yield* spawn(one);
  return done;
}

function* gatherAll(n: number): Operation<number> {
  let done = 0;
  for (let i = 0; i < n; i += GATHERED) {
    for (const result of yield* all(Array.from({ length: GATHERED }, one))) done += result;
  }
  return done;
}

function* cancel(n: number): Operation<number> {
  let cancelled = 0;
  for (let i = 0; i < n; i++) {
    let isHalted = false;
    const task = yield* spawn(function* () {
      try {
        yield* suspend();
      } finally {
        isHalted = true;
      }
    });
    yield* call(() => RESOLVED);
    yield* task.halt();
    if (isHalted) cancelled++;
  }
  return cancelled;
}

/** Its queues have no bound: each item is answered by one on a second queue before the next is put. */
function* queueHandOff(n: number): Operation<number> {
  const items = createQueue<number, never>();
  const answers = createQueue<number, never>();
  yield* spawn(function* () {
    for (let i = 0; i < n; i++) {
      items.add(1);
      yield* answers.next();
    }
  });
  let received = 0;
  while (received < n) {
    received += (yield* items.next()).value;
    answers.add(1);
  }
  return received;
}

/** The work of each row. */
export const works: Works = {
  "hand-off": (n) => run(() => handOff(n)),
  "create": (n) => run(() => create(n)),
  "gather": (n) => run(() => gatherAll(n)),
  "cancel": (n) => run(() => cancel(n)),
  "queue": (n) => run(() => queueHandOff(n)),
};
