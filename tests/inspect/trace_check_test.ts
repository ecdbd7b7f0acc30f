/** The tool that checks traces: it finds what is wrong with one. */
import { assertEquals } from "@std/assert";
import { test } from "../_support/harness.ts";
import { checkTrace, type TraceEvent } from "../_support/trace_check.ts";

type Sketch = Partial<TraceEvent>;

function problemsOf(...events: Sketch[]): readonly string[] {
  const lane = { ph: "M", pid: 1, tid: 1, name: "thread_name" };
  const traceEvents = [lane, ...events.map((event) => ({ pid: 1, tid: 1, name: "a", ...event }))];
  return checkTrace(JSON.stringify({ traceEvents })).problems;
}

const SPAN = { ph: "X", ts: 10, dur: 10 };

test("checkTrace() takes a sound trace", () => {
  assertEquals(problemsOf(SPAN, { ph: "X", ts: 12, dur: 3 }, { ph: "X", ts: 15, dur: 5 }), []);
  assertEquals(
    problemsOf({ ph: "B", ts: 1 }, { ph: "B", ts: 2 }, { ph: "E", ts: 3 }, { ph: "E", ts: 3 }),
    [],
  );
});

test("checkTrace() finds spans that are not closed, and ends without a span", () => {
  assertEquals(problemsOf({ ph: "X", ts: 1 }), ["X undefined a in lane 1 at 1 is not closed"]);
  assertEquals(problemsOf({ ph: "B", ts: 1 }), ["B undefined a in lane 1 at 1 is not closed"]);
  assertEquals(problemsOf({ ph: "E", ts: 1 }), ["E undefined a in lane 1 at 1 ends nothing"]);
});

test("checkTrace() finds spans that overlap in a lane, and lanes without a name", () => {
  assertEquals(problemsOf(SPAN, { ph: "X", ts: 15, dur: 10 }).length, 1);
  assertEquals(problemsOf({ ...SPAN, tid: 2 }), ["lane 1/2 has no name"]);
});

test("checkTrace() finds flows that do not match", () => {
  const start = { ph: "s", ts: 11, id: 1, cat: "woken" };
  const end = { ph: "f", ts: 12, id: 1, cat: "woken", bp: "e" };
  assertEquals(problemsOf(SPAN, start, end), []);
  assertEquals(problemsOf(SPAN, start).length, 1);
  assertEquals(problemsOf(SPAN, end).length, 1);
  assertEquals(problemsOf(SPAN, start, { ...end, ts: 10.5 }).length, 1);
  assertEquals(problemsOf(SPAN, start, { ...end, ts: 40 }).length, 1);
});
