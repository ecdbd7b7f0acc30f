/**
 * Writes a recording in the Trace Event format, which Perfetto and Chrome open.
 *
 * | lane | what lies in it |
 * | --- | --- |
 * | `event loop` | turns, with the callbacks and timers that they ran, and the gaps between them |
 * | `tasks N` | tasks, each with its steps, its waits, and the times when it was ready and not yet run |
 * | a thread's name | the jobs that it made |
 *
 * A task has its lane as long as it lives; then another gets it. So there are as many lanes as tasks at
 * once. An arrow leads from what caused a segment to the segment.
 *
 * @module
 */
import { Heap } from "../base/heap.ts";
import type { CauseKind, Recording, Segment, TaskLife } from "./segments.ts";

/** The one process of a trace. */
const PROCESS = 1;

/** The lane of the loop; tasks' lanes and threads' lanes are counted from these. */
const LOOP_LANE = 1;
const FIRST_TASK_LANE = 1000;
const FIRST_THREAD_LANE = 1_000_000;

/** Waits shorter than this, in microseconds, cannot be told from none. */
const SHORTEST_WAIT = 0.001;

type Arguments = Readonly<Record<string, string | number>>;

interface TraceEvent {
  readonly ph: "X" | "M" | "s" | "f";
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly cat?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: number;
  readonly bp?: "e";
  readonly args?: Arguments;
}

/** Gives the text of a recording, a JSON object with an event on each line. */
export function writeTraceEvents(recording: Recording): string {
  return new Writer(recording).write();
}

class Writer {
  readonly #recording: Recording;
  readonly #segments = new Map<number, Segment>();
  readonly #steps = new Map<TaskLife, Segment[]>();
  readonly #lanes: Map<TaskLife, number>;
  readonly #threads = new Map<string, number>();
  readonly #spans: TraceEvent[] = [];
  readonly #flows: TraceEvent[] = [];
  #flowsMade = 0;

  constructor(recording: Recording) {
    this.#recording = recording;
    for (const segment of recording.segments) {
      this.#segments.set(segment.id, segment);
      const { task } = segment;
      if (task === null) continue;
      const steps = this.#steps.get(task);
      if (steps === undefined) this.#steps.set(task, [segment]);
      else steps.push(segment);
    }
    this.#lanes = assignLanes(recording.tasks, recording.end);
  }

  write(): string {
    const { segments, tasks, dropped } = this.#recording;
    for (const task of tasks) this.#writeTask(task);
    this.#writeTurns(segments.filter(({ kind }) => kind === "turn"));
    for (const segment of segments) {
      if (segment.kind === "job") this.#writeJob(segment);
      else if (segment.kind === "callback" || segment.kind === "timer") {
        this.#writeCallback(segment);
      }
      this.#writeCauses(segment);
    }
    // What a coarse clock gives the same time stays in order, and what is around it in front.
    this.#spans.sort((one, other) => one.ts! - other.ts!);
    const events = [...this.#names(), ...this.#spans, ...this.#flows];
    const head = { displayTimeUnit: "ms", otherData: { writer: "asyncio", dropped } };
    const lines = events.map((event) => JSON.stringify(event));
    return `${JSON.stringify(head).slice(0, -1)},"traceEvents":[\n${lines.join(",\n")}\n]}\n`;
  }

  // --- Spans

  #writeTask(task: TaskLife): void {
    const lane = this.#lanes.get(task)!;
    const end = this.#endOf(task.end);
    this.#span("task", task.name, { lane, begin: task.begin, end }, {
      task: task.id,
      coroutine: task.coroutine,
      ...(task.isOlder ? {} : { "created by": this.#nameOf(task.maker) }),
      state: task.outcome ?? "pending",
      ...(task.error === "" ? {} : { error: task.error }),
    });
    const isNew = !task.isOlder && this.#steps.get(task)?.[0]?.cause.kind === "created";
    let wait: Wait = { for: isNew ? "its first step" : "?", at: "", begin: task.begin };
    for (const step of this.#steps.get(task) ?? []) {
      this.#writeWait(task, wait, step.begin, step.cause.at);
      this.#writeStep(step, lane);
      wait = { for: step.detail, at: step.place, begin: this.#endOf(step.end) };
    }
    if (task.outcome === null) this.#writeWait(task, wait, end, task.next.at);
  }

  /** A wait, up to when the task was woken, and from then on until it had the thread. */
  #writeWait(task: TaskLife, wait: Wait, end: number, wokenAt: number): void {
    const { begin } = wait;
    const lane = this.#lanes.get(task)!;
    const woken = wokenAt === 0 ? end : Math.min(Math.max(wokenAt, begin), end);
    if (this.#isSeen(begin, woken) && wait.for !== "") {
      this.#span("wait", wait.for, { lane, begin, end: woken }, {
        task: task.id,
        ...(wait.at === "" ? {} : { at: wait.at }),
      });
    }
    if (this.#isSeen(woken, end)) {
      this.#span("ready", "ready", { lane, begin: woken, end }, { task: task.id });
    }
  }

  #writeStep(step: Segment, lane: number): void {
    const { task, cause, canceller, detail } = step;
    const isLast = !Number.isNaN(task!.end) && this.#steps.get(task!)!.at(-1) === step;
    this.#span("step", "step", { lane, begin: step.begin, end: this.#endOf(step.end) }, {
      task: task!.id,
      ...(cause.at === 0 ? {} : { [CAUSES[cause.kind]]: this.#nameOf(cause.by) }),
      ...(canceller.at === 0 ? {} : { "cancelled by": this.#nameOf(canceller.by) }),
      ...(step.place === "" ? {} : { at: step.place }),
      then: isLast ? task!.outcome! : detail === "" ? "runs" : `waits for ${detail}`,
    });
  }

  #writeTurns(turns: readonly Segment[]): void {
    turns.forEach((turn, index) => {
      const end = this.#endOf(turn.end);
      this.#span("turn", "turn", { lane: LOOP_LANE, begin: turn.begin, end }, {
        entries: Number(turn.detail),
        then: turn.name,
      });
      const next = turns[index + 1];
      if (next === undefined || turn.name === "turn" || !this.#isSeen(end, next.begin)) return;
      const [kind, name] = turn.name === "yielded" ? ["host", "host"] : ["idle", turn.name];
      this.#span(kind!, name!, { lane: LOOP_LANE, begin: end, end: next.begin }, {});
    });
  }

  #writeCallback(segment: Segment): void {
    const { kind, name, begin, cause } = segment;
    this.#span(kind, name, { lane: LOOP_LANE, begin, end: this.#endOf(segment.end) }, {
      ...(cause.at === 0 ? {} : { [CAUSES[cause.kind]]: this.#nameOf(cause.by) }),
      ...(segment.detail === "" ? {} : { state: segment.detail }),
    });
  }

  #writeJob(segment: Segment): void {
    const { name, begin, cause } = segment;
    const lane = this.#laneOf(segment);
    this.#span("job", name, { lane, begin, end: this.#endOf(segment.end) }, {
      [CAUSES[cause.kind]]: this.#nameOf(cause.by),
      "queued for, ms": round(begin - cause.at),
    });
  }

  // --- Arrows

  #writeCauses(segment: Segment): void {
    const { cause, canceller } = segment;
    if (cause.at !== 0) this.#flow(cause.kind, cause.by, cause.at, segment);
    if (canceller.at !== 0) this.#flow("cancelled", canceller.by, canceller.at, segment);
  }

  #flow(kind: CauseKind | "cancelled", by: number, at: number, segment: Segment): void {
    const source = this.#segments.get(by);
    // What a task does to itself needs no arrow; what was overwritten has none.
    if (source === undefined || source === segment) return;
    if (source.task !== null && source.task === segment.task) return;
    const id = ++this.#flowsMade;
    const end = this.#endOf(source.end);
    const common = { pid: PROCESS, name: kind, cat: kind, id };
    this.#flows.push(
      {
        ph: "s",
        ...common,
        tid: this.#laneOf(source),
        ts: this.#time(Math.min(Math.max(at, source.begin), end)),
      },
      { ph: "f", bp: "e", ...common, tid: this.#laneOf(segment), ts: this.#time(segment.begin) },
    );
  }

  // --- Lanes, names, times

  #laneOf({ task, thread }: Segment): number {
    if (task !== null) return this.#lanes.get(task)!;
    if (thread === "") return LOOP_LANE;
    let lane = this.#threads.get(thread);
    if (lane === undefined) {
      lane = FIRST_THREAD_LANE + this.#threads.size;
      this.#threads.set(thread, lane);
    }
    return lane;
  }

  /** What a segment is called by those that it caused. */
  #nameOf(id: number): string {
    if (id === 0) return "the host";
    const segment = this.#segments.get(id);
    if (segment === undefined) return "something dropped";
    return segment.kind === "step" ? segment.task!.name : `${segment.kind} ${segment.name}`;
  }

  #names(): TraceEvent[] {
    const lanes = new Set(this.#lanes.values());
    return [
      ...nameEvents(LOOP_LANE, "event loop", 0),
      ...[...lanes].sort((one, other) => one - other).flatMap((lane) =>
        nameEvents(lane, `tasks ${lane - FIRST_TASK_LANE + 1}`, lane)
      ),
      ...[...this.#threads].flatMap(([name, lane], index) => nameEvents(lane, name, 1 + index)),
      {
        ph: "M",
        pid: PROCESS,
        tid: LOOP_LANE,
        name: "process_name",
        args: { name: "asyncio" },
      },
    ];
  }

  #span(cat: string, name: string, { lane, begin, end }: Place, args: Arguments): void {
    const ts = this.#time(begin);
    const dur = round(this.#time(end) - ts);
    this.#spans.push({ ph: "X", pid: PROCESS, tid: lane, cat, name, ts, dur, args });
  }

  #isSeen(begin: number, end: number): boolean {
    return this.#time(end) - this.#time(begin) >= SHORTEST_WAIT;
  }

  /** Microseconds from the recording's begin. */
  #time(milliseconds: number): number {
    return round((milliseconds - this.#recording.begin) * 1000);
  }

  #endOf(end: number): number {
    return Number.isNaN(end) ? this.#recording.end : end;
  }
}

/** What a task waits for, and from when on. */
interface Wait {
  readonly for: string;
  /** Where in its code, or `""`. */
  readonly at: string;
  readonly begin: number;
}

/** Where a span lies. Times are the host's. */
interface Place {
  readonly lane: number;
  readonly begin: number;
  readonly end: number;
}

const CAUSES: Readonly<Record<CauseKind, string>> = {
  created: "created by",
  woken: "woken by",
  called: "called for by",
  timer: "timer set by",
  job: "submitted by",
  outside: "begun in",
};

function nameEvents(lane: number, name: string, order: number): TraceEvent[] {
  const common = { ph: "M", pid: PROCESS, tid: lane } as const;
  return [
    { ...common, name: "thread_name", args: { name } },
    { ...common, name: "thread_sort_index", args: { sort_index: order } },
  ];
}

/** Gives each task the first lane that no other has meanwhile. */
function assignLanes(tasks: readonly TaskLife[], end: number): Map<TaskLife, number> {
  const lanes = new Map<TaskLife, number>();
  const free = new Heap<number>((one, other) => one - other);
  const taken = new Heap<Tenancy>((one, other) =>
    one.until - other.until || one.task.endedBehind - other.task.endedBehind
  );
  let made = 0;
  for (const task of [...tasks].sort((one, other) => one.begin - other.begin)) {
    while (taken.length > 0 && isOver(earliest(taken), task)) free.push(taken.shift()!.lane);
    const lane = free.shift() ?? FIRST_TASK_LANE + made++;
    lanes.set(task, lane);
    taken.push({ until: Number.isNaN(task.end) ? end : task.end, task, lane });
  }
  return lanes;
}

/** A task's having a lane. */
interface Tenancy {
  readonly until: number;
  readonly task: TaskLife;
  readonly lane: number;
}

function earliest(taken: Heap<Tenancy>): Tenancy {
  const [tenancy] = taken;
  return tenancy!;
}

function isOver({ until, task }: Tenancy, next: TaskLife): boolean {
  return until <= next.begin && task.endedBehind < next.id;
}

/** To the nanosecond, which is finer than any host's clock; so rounding opens no gaps. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
