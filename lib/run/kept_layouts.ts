/**
 * One object of each class that programs make most, kept for good.
 *
 * V8 forgets how the objects of a class are laid out when a collection finds none of them left, and with
 * that all the code which it had optimised for them: a program that runs a coroutine now and then would
 * run each in code not optimised yet, at two to three times the cost. Nothing is done with these objects;
 * they wait on a loop that never runs.
 *
 * @module
 */
import type { CoroutineObject } from "../coroutine/awaitable.ts";
import { coroutine } from "../coroutine/coroutine.ts";
import { newEventLoop } from "../kernel/event_loop.ts";
import type { Future } from "../kernel/future.ts";
import { gather } from "../waiting/gather.ts";
import { sleep } from "../waiting/sleep.ts";

let kept: readonly unknown[] | null = null;

/** Makes the objects, the first time that it is called. */
export function keepLayouts(): void {
  kept ??= makeOneOfEach();
}

function makeOneOfEach(): readonly unknown[] {
  const loop = newEventLoop();
  const future = loop.createFuture<void>();
  // A future's second field of state changes its kind with the first result.
  const done = loop.createFuture<number>();
  done.setResult(1);
  // Not one of the numbers that tasks without a name get.
  const name = "layout";
  const cancelled = loop.createTask(holdBack(future), { name });
  cancelled.cancel();
  return [
    loop.createTask(holdBack(future), { name }),
    loop.createTask(coroutine(holdBack)(future), { name }),
    cancelled,
    future.addDoneCallback(ignore),
    gather([future]),
    done,
    sleep(0),
    sleep(1),
    loop.callSoon(ignore),
    loop.callLater(1, ignore),
  ];
}

function* holdBack(future: Future<void>): CoroutineObject<void> {
  yield* future;
}

function ignore(): void {}
