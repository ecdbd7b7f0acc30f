/** Done callbacks, where a future ends by an error and where callbacks change what is to be called. */
import { assertEquals } from "@std/assert";
import { Future, newEventLoop, VirtualClock } from "../../mod.ts";
import { test } from "../_support/harness.ts";

/** Runs what is ready on a loop of its own, and what that makes ready. */
function inLoop(body: (future: Future<string>, log: string[]) => void): string[] {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const log: string[] = [];
  body(loop.createFuture<string>(), log);
  const end = loop.createFuture<void>();
  loop.callLater(1, () => end.setResult());
  loop.runUntilCompleteSync(end);
  loop.close();
  return log;
}

test("Future.addDoneCallback() calls for an error as for a result", () => {
  const log = inLoop((future, log) => {
    future.addDoneCallback((done) => log.push(`first ${done.exception()}`));
    future.addDoneCallback((done) => log.push(`second ${done === future}`));
    future.setException(new RangeError("foo"));
    log.push("set");
  });
  assertEquals(log, ["set", "first RangeError: foo", "second true"]);
});

test("Future.addDoneCallback() calls with the future alone", () => {
  const log = inLoop((future, log) => {
    future.addDoneCallback((...all: unknown[]) => log.push(`${all.length} ${all[0] === future}`));
    future.setResult("done");
  });
  assertEquals(log, ["1 true"]);
});

test("a done callback that takes another off comes too late", () => {
  const log = inLoop((future, log) => {
    const second = () => log.push("second");
    future.addDoneCallback(() => log.push(`first took off ${future.removeDoneCallback(second)}`));
    future.addDoneCallback(second);
    future.setResult("done");
  });
  assertEquals(log, ["first took off 0", "second"]);
});

test("a done callback that settles another future has that one's called an iteration later", () => {
  const log = inLoop((future, log) => {
    const other = new Future<void>({ loop: future.getLoop() });
    other.addDoneCallback(() => log.push("other"));
    future.addDoneCallback(() => other.setResult());
    future.addDoneCallback(() => log.push("same"));
    future.setResult("done");
  });
  assertEquals(log, ["same", "other"]);
});
