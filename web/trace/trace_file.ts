/**
 * Reads files in the Trace Event format into lanes of spans, tied by flows.
 *
 * @module
 */

/** One stretch of time in a lane. Times are in microseconds. */
export interface Span {
  /** What it is called. */
  readonly name: string;
  /** What kind it is of: `task`, `step`, `wait`, … */
  readonly category: string;
  /** When it begins. */
  readonly begin: number;
  /** When it ends. */
  readonly end: number;
  /** What is said of it. */
  readonly args: Readonly<Record<string, unknown>>;
  /** How many spans of its lane are around it. */
  depth: number;
  /** The lane that it lies in. */
  readonly lane: Lane;
  /** The flows that begin in it. */
  readonly effects: Flow[];
  /** The flows that end in it. */
  readonly causes: Flow[];
}

/** One lane: the loop, a row of tasks, a thread. */
export interface Lane {
  /** What it is called. */
  readonly name: string;
  /** Its spans by depth, each row in order of time. */
  readonly rows: Span[][];
}

/** What caused what. */
export interface Flow {
  /** Of which kind: `created`, `woken`, `cancelled`, … */
  readonly kind: string;
  /** The cause. */
  readonly from: Span;
  /** When it caused it. */
  readonly at: number;
  /** The effect. */
  readonly to: Span;
}

/** What a file holds. */
export interface TraceFile {
  /** The lanes, from top to bottom. */
  readonly lanes: readonly Lane[];
  /** All flows. */
  readonly flows: readonly Flow[];
  /** The time of the first span's begin. */
  readonly begin: number;
  /** The time of the last span's end. */
  readonly end: number;
  /** How many segments the recorder dropped. */
  readonly dropped: number;
}

interface TraceEvent {
  readonly ph: string;
  readonly pid?: number;
  readonly tid?: number;
  readonly name?: string;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: number | string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/**
 * Reads a file.
 *
 * @param text Its text.
 * @returns What it holds.
 * @throws {SyntaxError} If it is no JSON.
 * @throws {TypeError} If it is no trace, or one without a span.
 */
export function readTrace(text: string): TraceFile {
  const parsed: unknown = JSON.parse(text);
  const events: unknown = Array.isArray(parsed)
    ? parsed
    : Reflect.get(Object(parsed), "traceEvents");
  if (!Array.isArray(events)) {
    throw new TypeError("expected a trace: JSON with a list named traceEvents");
  }
  const reader = new Reader();
  for (const event of events as TraceEvent[]) reader.take(event);
  const dropped: unknown = Reflect.get(
    Object(Reflect.get(Object(parsed), "otherData")),
    "dropped",
  );
  return reader.finish(typeof dropped === "number" ? dropped : 0);
}

/** A span's beginning, and its place in the file. */
interface Begun {
  readonly event: TraceEvent;
  readonly place: number;
}

class Reader {
  readonly #lanes = new Map<string, { name: string; order: number; spans: Span[]; lane: Lane }>();
  readonly #open = new Map<string, Begun[]>();
  readonly #flowEvents: TraceEvent[] = [];
  // The place in the file at which each span begins: at one time, what is around comes first.
  readonly #places = new Map<Span, number>();
  #taken = 0;
  #begin = Infinity;
  #end = -Infinity;

  take(event: TraceEvent): void {
    const place = this.#taken++;
    const key = `${event.pid}/${event.tid}`;
    switch (event.ph) {
      case "M":
        if (event.name === "thread_name") this.#lane(key).name = String(event.args?.["name"]);
        if (event.name === "thread_sort_index") {
          this.#lane(key).order = Number(event.args?.["sort_index"]);
        }
        break;
      case "X":
        this.#add(key, { event, place }, (event.ts ?? 0) + (event.dur ?? 0));
        break;
      case "B":
        this.#open.set(key, [...this.#open.get(key) ?? [], { event, place }]);
        break;
      case "E": {
        const begun = this.#open.get(key)?.pop();
        if (begun !== undefined) this.#add(key, begun, event.ts ?? 0);
        break;
      }
      case "s":
      case "f":
        this.#flowEvents.push(event);
        break;
    }
  }

  finish(dropped: number): TraceFile {
    if (this.#begin > this.#end) throw new TypeError("the trace has no span");
    const found = [...this.#lanes.entries()].filter(([, { spans }]) => spans.length > 0);
    found.sort(([, one], [, other]) => one.order - other.order);
    const places = this.#places;
    for (const [, { spans, lane }] of found) {
      spans.sort((one, other) => one.begin - other.begin || places.get(one)! - places.get(other)!);
      layOut(spans, lane);
    }
    const lanes = found.map(([, { name, lane }]) => Object.assign(lane, { name }));
    return {
      lanes,
      flows: this.#readFlows(),
      begin: this.#begin,
      end: this.#end,
      dropped,
    };
  }

  #add(key: string, { event, place }: Begun, end: number): void {
    const { spans, lane } = this.#lane(key);
    const begin = event.ts ?? 0;
    this.#begin = Math.min(this.#begin, begin);
    this.#end = Math.max(this.#end, end);
    const span: Span = {
      name: event.name ?? "",
      category: event.cat ?? "",
      begin,
      end,
      args: event.args ?? {},
      depth: 0,
      lane,
      effects: [],
      causes: [],
    };
    spans.push(span);
    this.#places.set(span, place);
  }

  #lane(key: string): { name: string; order: number; spans: Span[]; lane: Lane } {
    let found = this.#lanes.get(key);
    if (found === undefined) {
      found = { name: key, order: this.#lanes.size, spans: [], lane: { name: key, rows: [] } };
      this.#lanes.set(key, found);
    }
    return found;
  }

  #readFlows(): Flow[] {
    const starts = new Map<string, { from: Span; at: number }>();
    const flows: Flow[] = [];
    for (const { ph, cat = "", id, pid, tid, ts = 0 } of this.#flowEvents) {
      const lane = this.#lanes.get(`${pid}/${tid}`)?.lane;
      const span = lane === undefined ? undefined : spanAt(lane, ts, ph === "f");
      if (span === undefined) continue;
      const key = `${cat} ${id}`;
      if (ph === "s") starts.set(key, { from: span, at: ts });
      const start = starts.get(key);
      if (ph === "s" || start === undefined) continue;
      const flow: Flow = { kind: cat, ...start, to: span };
      flow.from.effects.push(flow);
      span.causes.push(flow);
      flows.push(flow);
    }
    return flows;
  }
}

/** Times are rounded one by one: spans that touch may overlap by this much, in microseconds. */
const ROUNDING = 0.002;

/** Gives each span its depth, and each depth its row. The spans are in order. */
function layOut(spans: readonly Span[], lane: Lane): void {
  const around: Span[] = [];
  for (const span of spans) {
    while (around.length > 0 && around.at(-1)!.end <= span.begin + ROUNDING) around.pop();
    span.depth = around.length;
    (lane.rows[span.depth] ??= []).push(span);
    around.push(span);
  }
}

/**
 * The innermost span of a lane at a time.
 *
 * @param lane The lane.
 * @param time The time.
 * @param isBegin Whether, of spans that meet there, the last that begins is meant, not the first that ends.
 */
export function spanAt(lane: Lane, time: number, isBegin: boolean): Span | undefined {
  for (const row of [...lane.rows].reverse()) {
    let index = firstFrom(row, time);
    if (row[index] === undefined || row[index]!.begin > time) continue;
    while (isBegin && row[index + 1] !== undefined && row[index + 1]!.begin <= time) index++;
    return row[index];
  }
  return undefined;
}

/** The index of the first span of a row that ends at a time or later. */
export function firstFrom(row: readonly Span[], time: number): number {
  let low = 0;
  let high = row.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (row[middle]!.end < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
