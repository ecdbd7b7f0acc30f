/**
 * The rows' work in Effect's fibers, each row as Effect's documentation has one write it.
 *
 * @module
 */

import * as Deferred from "effect/Deferred";
import * as Effect from "effect/Effect";
import * as Fiber from "effect/Fiber";
import * as Queue from "effect/Queue";
import * as Semaphore from "effect/Semaphore";
import type { Works } from "../row.ts";
import { CROWD, DEPTH, GATHERED } from "../rows.ts";

const one = Effect.sync(() => 1);

function stepAside(times: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    for (let i = 0; i < times; i++) yield* Effect.yieldNow;
    return times;
  });
}

function takeTurns(
  turns: Deferred.Deferred<number>[],
  own: 0 | 1,
  times: number,
): Effect.Effect<number> {
  return Effect.gen(function* () {
    const other = 1 - own;
    let received = 0;
    for (let i = 0; i < times; i++) {
      const turn = Deferred.makeUnsafe<number>();
      turns[own] = turn;
      if (turns[other] !== undefined) yield* Deferred.succeed(turns[other], 1);
      received += yield* Deferred.await(turn);
    }
    yield* Deferred.succeed(turns[other]!, 1);
    return received;
  });
}

function handOff(n: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    const turns: Deferred.Deferred<number>[] = [];
    const first = yield* Effect.forkChild(takeTurns(turns, 0, n / 2));
    const second = yield* Effect.forkChild(takeTurns(turns, 1, n / 2));
    return (yield* Fiber.join(first)) + (yield* Fiber.join(second));
  });
}

function create(n: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    let done = 0;
    for (let i = 0; i < n; i++) done += yield* Fiber.join(yield* Effect.forkChild(one));
    return done;
  });
}

function gatherAll(n: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    let done = 0;
    for (let i = 0; i < n; i += GATHERED) {
      const children = Array.from({ length: GATHERED }, () => one);
      for (const result of yield* Effect.all(children, { concurrency: "unbounded" })) {
        done += result;
      }
    }
    return done;
  });
}

function crowd(n: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    const fibers: Fiber.Fiber<number>[] = [];
    for (let i = 0; i < n / CROWD.switches; i++) {
      fibers.push(yield* Effect.forkChild(stepAside(CROWD.switches)));
    }
    let switches = 0;
    for (const fiber of fibers) switches += yield* Fiber.join(fiber);
    return switches;
  });
}

function cancel(n: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    let cancelled = 0;
    for (let i = 0; i < n; i++) {
      const fiber = yield* Effect.forkChild(Effect.sleep(1_000_000));
      yield* Effect.yieldNow;
      yield* Fiber.interrupt(fiber);
      if ((yield* Fiber.await(fiber))._tag === "Failure") cancelled++;
    }
    return cancelled;
  });
}

function nest(depth: number, times: number): Effect.Effect<number> {
  if (depth === 1) return stepAside(times);
  return Effect.gen(function* () {
    return yield* nest(depth - 1, times);
  });
}

function nestOften(n: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    let done = 0;
    for (let i = 0; i < n; i++) done += yield* nest(DEPTH - 1, 1);
    return done;
  });
}

function queueHandOff(n: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    const queue = yield* Queue.bounded<number>(1);
    const producer = Effect.gen(function* () {
      for (let i = 0; i < n; i++) yield* Queue.offer(queue, 1);
    });
    yield* Effect.forkChild(producer);
    let received = 0;
    while (received < n) received += yield* Queue.take(queue);
    return received;
  });
}

function semaphore(n: number): Effect.Effect<number> {
  return Effect.gen(function* () {
    const guard = yield* Semaphore.make(1);
    let passed = 0;
    for (let i = 0; i < n; i++) yield* guard.withPermits(1)(Effect.sync(() => passed++));
    return passed;
  });
}

/** The work of each row. */
export const works: Works = {
  "switch": (n) => Effect.runPromise(stepAside(n)),
  "hand-off": (n) => Effect.runPromise(handOff(n)),
  "create": (n) => Effect.runPromise(create(n)),
  "gather": (n) => Effect.runPromise(gatherAll(n)),
  "tasks": (n) => Effect.runPromise(crowd(n)),
  "cancel": (n) => Effect.runPromise(cancel(n)),
  "nested": (n) => Effect.runPromise(nestOften(n)),
  "resume": (n) => Effect.runPromise(nest(DEPTH - 1, n)),
  "queue": (n) => Effect.runPromise(queueHandOff(n)),
  "semaphore": (n) => Effect.runPromise(semaphore(n)),
};
