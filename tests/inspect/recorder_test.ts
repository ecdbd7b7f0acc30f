/** What the recorder makes of executors' jobs, which it is told of as any executor may tell. */
import { assertEquals } from "@std/assert";
import { jobWatchers } from "../../lib/concurrent/job_watchers.ts";
import { ConcurrentFuture, getRunningLoop, run, sleep, trace } from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { checkTrace } from "../_support/trace_check.ts";

function submit(name: string, thread?: string): ConcurrentFuture<unknown> {
  const future = new ConcurrentFuture<unknown>();
  for (const watcher of jobWatchers) {
    watcher.submitted(future, name);
    if (thread !== undefined) watcher.begun(future, thread);
  }
  return future;
}

function end(future: ConcurrentFuture<unknown>, milliseconds: number): void {
  for (const watcher of jobWatchers) watcher.ended(future, milliseconds);
  future.setResult(null);
}

test("Recorder lays jobs that a thread was sent at once one behind the other", async () => {
  const text = await run(function* () {
    using recording = trace(getRunningLoop());
    const jobs = ["one", "two"].map((name) => submit(name, "thread"));
    yield* sleep(0.005);
    for (const job of jobs) end(job, 1);
    return recording.toPerfetto();
  });
  const { problems, events } = checkTrace(text);
  assertEquals(problems, []);
  const [one, two] = events.filter(({ cat, ph }) => cat === "job" && ph === "X");
  assertEquals([one!.name, two!.name, one!.dur, two!.dur], ["one", "two", 1000, 1000]);
  // Each time is rounded to the nanosecond by itself.
  assertEquals(two!.ts! >= one!.ts! + 999.99, true);
});

test("Recorder forgets a job that is cancelled before it begins, and ends one that goes on", async () => {
  const text = await run(function* () {
    using recording = trace(getRunningLoop());
    submit("cancelled").cancel();
    submit("queued");
    submit("under way", "thread");
    yield* sleep(0.001);
    recording.stop();
    return recording.toPerfetto();
  });
  const { problems, events } = checkTrace(text);
  assertEquals(problems, []);
  const jobs = events.filter(({ cat, ph }) => cat === "job" && ph === "X");
  assertEquals(jobs.map(({ name }) => name), ["under way"]);
});

test("a Recorder that is stopped is told of no more jobs", () => {
  const before = jobWatchers.size;
  return run(function* () {
    const recording = trace(getRunningLoop());
    assertEquals(jobWatchers.size, before + 1);
    recording.stop();
    assertEquals(jobWatchers.size, before);
  });
});
