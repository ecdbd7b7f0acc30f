import { assertEquals } from "@std/assert";
import { test } from "../_support/harness.ts";
import { generateProgram } from "./generator.ts";
import { kindsOfStatement, kindsOfSubject } from "./kinds.ts";
import type { Statement, Subject } from "./program.ts";

/** What every day's programs must hold; `kinds.ts` names them. */
const KINDS = `
addCallback, addCallback in context, allTasks, asCompleted, asCompleted async, asCompleted plain,
await, await acquire, await acquire condition, await acquire lock, await acquire semaphore, await
bare, await barrier, await barrier abort, await barrier reset, await barrier wait, await begun,
await concurrent, await condition, await condition until, await coro, await coro function, await
event, await executor, await future, await gather, await gather returnExceptions, await generator,
await generator aclose, await generator anext, await generator anextDefault, await generator
asend, await generator athrow, await get, await join, await kept, await put, await race, await
self, await shield, await sleep, await stack, await task, await wait, await wait ALL_COMPLETED,
await wait FIRST_COMPLETED, await wait FIRST_EXCEPTION, await waitFor, await wrap, awaitedBy,
call, call callAt, call callLater, call callSoon, call callSoonThreadsafe, call in context,
cancel, cancel with message, cancelHandle, cancelling, closeKept, concurrent, concurrent
addCallback, concurrent begin, concurrent cancel, concurrent look, concurrent setException,
concurrent setResult, copyContext, count, decorated, eagerTasks, enter, enterManaged, event, event
clear, event isSet, event set, factory, foreignFuture, getVar, group, handler, handlerDoes,
hasCoro, iterate, iterate closing, keep, log, look, lookBarrier, lookContext, lookGuard, lookGuard
condition, lookGuard lock, lookGuard semaphore, lookHandle, lookTimeout, lookToken, manager,
newConcurrent, newFuture, newGenerator, newManaged, notify, popAll, print, push, push
asyncCallback, push asyncExit, push callback, push exit, queue, queue getNowait, queue look, queue
putNowait, queue shutdown, queue shutdownNow, queue taskDone, raise, raiseGroup, raiseSaved,
release, release condition, release lock, release semaphore, removeCallback, repeat, report,
reschedule, resetVar, return, runIn, runIn in context, setException, setName, setResult, setSaved,
setVar, settle, spawn, spawn createTask, spawn eager, spawn ensureFuture, spawn group, spawn in
context, spawn loop, spawn named, split, stack, stop, submit, taskVar, timeout, timeout at, try,
try except await, try finally await, tryStar, uncancel, with, with condition, with lock, with
semaphore, withManaged, withVar
`.trim().replaceAll("\n", " ").split(", ");

test("generateProgram() makes statements of every kind", () => {
  const found = new Set<string>();
  for (let seed = 0; seed < 1000; seed++) collect(generateProgram(seed).main, found);
  assertEquals([...found].sort(), KINDS);
});

test("generateProgram() makes the same program of the same seed", () => {
  assertEquals(generateProgram(5), generateProgram(5));
  assertEquals(JSON.stringify(generateProgram(5)) === JSON.stringify(generateProgram(6)), false);
});

function collect(part: unknown, found: Set<string>): void {
  if (typeof part !== "object" || part === null) return;
  if ("do" in part) {
    for (const kind of kindsOfStatement(part as Statement)) found.add(kind);
  }
  for (const [key, inner] of Object.entries(part)) {
    const isSubject = ["subject", "shield", "waitFor", "wrap", "begun"].includes(key);
    const subjects = isSubject ? [inner] : key === "gather" ? inner : [];
    for (const subject of subjects as Subject[]) {
      for (const kind of kindsOfSubject(subject)) found.add(kind);
    }
    collect(inner, found);
  }
}
