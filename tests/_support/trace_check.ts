/**
 * Checks files in the Trace Event format: that every span is closed and lies inside the one around it,
 * and that every flow leads from a span to a span, forward in time.
 *
 * ```sh
 * deno run --allow-read tests/_support/trace_check.ts FILE
 * ```
 *
 * @module
 */

/** An event, as far as it is looked at. */
export interface TraceEvent {
  ph: string;
  pid: number;
  tid: number;
  name: string;
  cat?: string;
  ts?: number;
  dur?: number;
  id?: number | string;
  bp?: string;
  args?: Record<string, string | number>;
}

/** What a check came to. */
export interface TraceCheck {
  /** What is wrong, a line each. */
  readonly problems: readonly string[];
  /** How many spans there are of each category. */
  readonly spans: Readonly<Record<string, number>>;
  /** How many flows there are of each. */
  readonly flows: Readonly<Record<string, number>>;
  /** The file's own account of what is missing. */
  readonly dropped: number;
  /** The events. */
  readonly events: readonly TraceEvent[];
}

interface Span {
  readonly event: TraceEvent;
  readonly begin: number;
  readonly end: number;
}

/** Times are written to the nanosecond, each rounded by itself. */
const ROUNDING = 0.0021;

/** Checks the text of a trace. */
export function checkTrace(text: string): TraceCheck {
  const { traceEvents, otherData } = JSON.parse(text) as {
    traceEvents: TraceEvent[];
    otherData?: { dropped?: number };
  };
  const problems: string[] = [];
  const lanes = readSpans(traceEvents, problems);
  const named = new Set(
    traceEvents.filter(({ name }) => name === "thread_name").map(laneOf),
  );
  for (const [lane, spans] of lanes) {
    if (!named.has(lane)) problems.push(`lane ${lane} has no name`);
    checkNesting(spans, problems);
  }
  const flows = checkFlows(traceEvents, lanes, problems);
  const all = [...lanes.values()].flat();
  return {
    problems,
    spans: count(all.map(({ event }) => event.cat ?? "")),
    flows: count(flows),
    dropped: otherData?.dropped ?? 0,
    events: traceEvents,
  };
}

function readSpans(events: readonly TraceEvent[], problems: string[]): Map<string, Span[]> {
  const lanes = new Map<string, Span[]>();
  const open = new Map<string, TraceEvent[]>();
  const add = (event: TraceEvent, end: number): void => {
    const lane = laneOf(event);
    if (!lanes.has(lane)) lanes.set(lane, []);
    lanes.get(lane)!.push({ event, begin: event.ts!, end });
  };
  for (const event of events) {
    if (event.ph !== "M" && !(Number.isFinite(event.ts) && event.ts! >= 0)) {
      problems.push(`${describe(event)} has no time`);
    } else if (event.ph === "X") {
      if (!(Number.isFinite(event.dur) && event.dur! >= 0)) {
        problems.push(`${describe(event)} is not closed`);
      } else add(event, event.ts! + event.dur!);
    } else if (event.ph === "B") {
      open.set(laneOf(event), [...open.get(laneOf(event)) ?? [], event]);
    } else if (event.ph === "E") {
      const begun = open.get(laneOf(event))?.pop();
      if (begun === undefined) problems.push(`${describe(event)} ends nothing`);
      else add(begun, event.ts!);
    }
  }
  for (const event of [...open.values()].flat()) problems.push(`${describe(event)} is not closed`);
  return lanes;
}

function checkNesting(spans: readonly Span[], problems: string[]): void {
  const around: Span[] = [];
  const sorted = [...spans].sort((one, other) => one.begin - other.begin || other.end - one.end);
  for (const span of sorted) {
    while (around.length > 0 && around.at(-1)!.end <= span.begin + ROUNDING) around.pop();
    const outer = around.at(-1);
    if (outer !== undefined && span.end > outer.end + ROUNDING) {
      problems.push(
        `${describe(span.event)} ends after ${describe(outer.event)}, which is around it`,
      );
    }
    around.push(span);
  }
}

function checkFlows(
  events: readonly TraceEvent[],
  lanes: ReadonlyMap<string, Span[]>,
  problems: string[],
): string[] {
  const starts = new Map<string, TraceEvent>();
  const kinds: string[] = [];
  const isBound = (event: TraceEvent) =>
    lanes.get(laneOf(event))?.some(({ begin, end }) =>
      begin <= event.ts! + ROUNDING && event.ts! <= end + ROUNDING
    );
  for (const event of events) {
    if (event.ph !== "s" && event.ph !== "f") continue;
    if (!isBound(event)) problems.push(`${describe(event)} is tied to no span`);
    const key = `${event.cat} ${event.id}`;
    const start = starts.get(key);
    if (event.ph === "s") {
      if (start !== undefined) problems.push(`${describe(event)} begins twice`);
      starts.set(key, event);
    } else if (start === undefined) {
      problems.push(`${describe(event)} ends a flow that does not begin`);
    } else {
      if (start.ts! > event.ts! + ROUNDING) {
        problems.push(`${describe(event)} ends before it begins`);
      }
      starts.delete(key);
      kinds.push(event.cat ?? "");
    }
  }
  for (const event of starts.values()) problems.push(`${describe(event)} leads nowhere`);
  return kinds;
}

function laneOf({ pid, tid }: TraceEvent): string {
  return `${pid}/${tid}`;
}

function describe({ ph, cat, name, tid, ts, id }: TraceEvent): string {
  return `${ph} ${cat} ${name}${id === undefined ? "" : ` #${id}`} in lane ${tid} at ${ts}`;
}

function count(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

if (import.meta.main) {
  const { problems, spans, flows, dropped } = checkTrace(await Deno.readTextFile(Deno.args[0]!));
  console.log("spans:", spans, "\nflows:", flows, `\ndropped: ${dropped}`);
  for (const problem of problems) console.log(problem);
  console.log(problems.length === 0 ? "the trace is sound" : `${problems.length} problems`);
  if (problems.length > 0) Deno.exitCode = 1;
}
