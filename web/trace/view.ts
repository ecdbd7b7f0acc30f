/**
 * Draws a trace on a canvas: lanes from top to bottom, time from left to right, arrows from cause to effect.
 *
 * @module
 */
/// <reference lib="dom" />
import { currentPalette, type Palette } from "./palette.ts";
import { firstFrom, type Flow, type Lane, type Span, type TraceFile } from "./trace_file.ts";

/** The width of the lanes' names, and the heights of the ruler, of a row and between lanes, in pixels. */
const NAMES = 116;
const RULER = 26;
const ROW = 17;
const GAP = 7;

/** The least and the most that the canvas shows: a part of a microsecond; somewhat more than all. */
const LEAST_SHOWN = 0.5;
const MARGIN = 0.02;

/** Spans are named where they are wider than this, in pixels. */
const NAMED_FROM = 28;

/** Arrows are not all drawn where there are more in sight. */
const MOST_ARROWS = 4000;

/** What is drawn beside the trace itself. */
export interface ViewState {
  /** What the mouse is over. */
  hovered: Span | null;
  /** What was clicked, or found. */
  selected: Span | null;
  /** Whether all arrows are drawn, not only those of the above. */
  allArrows: boolean;
}

/** A trace on a canvas. */
export class TraceView {
  readonly state: ViewState = { hovered: null, selected: null, allArrows: false };
  readonly #canvas: HTMLCanvasElement;
  readonly #trace: TraceFile;
  readonly #tops = new Map<Lane, number>();
  readonly #height: number;
  #from: number;
  #to: number;
  #top = 0;
  #isDue = false;
  #palette: Palette = currentPalette();
  #context: CanvasRenderingContext2D;

  /** Makes a view that shows all of a trace. */
  constructor(canvas: HTMLCanvasElement, trace: TraceFile) {
    this.#canvas = canvas;
    this.#trace = trace;
    this.#context = canvas.getContext("2d")!;
    let top = RULER + GAP;
    for (const lane of trace.lanes) {
      this.#tops.set(lane, top);
      top += lane.rows.length * ROW + GAP;
    }
    this.#height = top;
    this.#from = trace.begin;
    this.#to = trace.end;
    this.fit();
  }

  /** Shows all of the trace's time. */
  fit(): void {
    const { begin, end } = this.#trace;
    this.#show(begin, end);
  }

  /** Shows a span with some time around it, and its lane. */
  reveal(span: Span): void {
    const length = Math.max(span.end - span.begin, LEAST_SHOWN * 20);
    this.#show(span.begin - length / 4, span.end + length / 4);
    const top = this.#tops.get(span.lane)!;
    const { clientHeight } = this.#canvas;
    if (top - this.#top < RULER || top - this.#top > clientHeight - 3 * ROW) {
      this.#scrollTo(top - clientHeight / 3);
    }
  }

  /** Makes time wider or narrower around a place. */
  zoom(factor: number, x: number): void {
    const { begin, end } = this.#trace;
    const time = this.timeAt(x);
    const all = (end - begin) * (1 + 2 * MARGIN);
    const length = Math.min(Math.max((this.#to - this.#from) / factor, LEAST_SHOWN), all);
    const share = (time - this.#from) / (this.#to - this.#from);
    this.#from = time - share * length;
    this.#to = this.#from + length;
    this.#clamp();
  }

  /** Moves what is shown, by pixels. */
  move(x: number, y: number): void {
    const time = x * (this.#to - this.#from) / this.#width;
    this.#from += time;
    this.#to += time;
    this.#clamp();
    this.#scrollTo(this.#top + y);
  }

  /** The time at a place on the canvas. */
  timeAt(x: number): number {
    return this.#from + (x - NAMES) * (this.#to - this.#from) / this.#width;
  }

  /** The span at a place on the canvas, or `null`; one too narrow to be hit counts as two pixels wide. */
  spanAt(x: number, y: number): Span | null {
    if (x < NAMES || y < RULER) return null;
    for (const [lane, top] of this.#tops) {
      const depth = Math.floor((y + this.#top - top) / ROW);
      const row = depth < 0 ? undefined : lane.rows[depth];
      if (row === undefined) continue;
      const time = this.timeAt(x);
      const reach = 2 * (this.#to - this.#from) / this.#width;
      const span = row[firstFrom(row, time - reach)];
      if (span === undefined || span.begin > time + reach) return null;
      // Where a short one and a long one are near, the one that is really there is meant.
      const exact = row[firstFrom(row, time)];
      return exact !== undefined && exact.begin <= time ? exact : span;
    }
    return null;
  }

  /** Where the middle of a span is, in pixels; for tests and for tooltips by the keyboard. */
  placeOf(span: Span): { x: number; y: number } {
    const x = (this.#x(Math.max(span.begin, this.#from)) + this.#x(Math.min(span.end, this.#to))) /
      2;
    return { x, y: this.#y(span) + ROW / 2 };
  }

  /** Has the canvas drawn before the next frame. */
  draw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#paint();
    });
  }

  get #width(): number {
    return Math.max(1, this.#canvas.clientWidth - NAMES);
  }

  #show(begin: number, end: number): void {
    const length = Math.max(end - begin, LEAST_SHOWN);
    this.#from = begin - length * MARGIN;
    this.#to = begin + length * (1 + MARGIN);
    this.draw();
  }

  /** Keeps some of the trace in sight. */
  #clamp(): void {
    const { begin, end } = this.#trace;
    const length = this.#to - this.#from;
    const slack = length * 0.5;
    const from = Math.min(Math.max(this.#from, begin - slack), end - length + slack);
    this.#to = from + length;
    this.#from = from;
    this.draw();
  }

  #scrollTo(top: number): void {
    const most = Math.max(0, this.#height - this.#canvas.clientHeight + RULER);
    this.#top = Math.min(Math.max(top, 0), most);
    this.draw();
  }

  #x(time: number): number {
    return NAMES + (time - this.#from) / (this.#to - this.#from) * this.#width;
  }

  #y({ lane, depth }: Span): number {
    return this.#tops.get(lane)! + depth * ROW - this.#top;
  }

  #paint(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = devicePixelRatio;
    if (this.#canvas.width !== Math.round(width * ratio)) this.#canvas.width = width * ratio;
    if (this.#canvas.height !== Math.round(height * ratio)) this.#canvas.height = height * ratio;
    this.#palette = currentPalette();
    const context = this.#context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = this.#palette.paper;
    context.fillRect(0, 0, width, height);
    context.textBaseline = "middle";
    context.font = "12px system-ui, sans-serif";
    context.save();
    context.beginPath();
    context.rect(NAMES, RULER, width, height);
    context.clip();
    this.#paintGrid(height);
    for (const [lane, top] of this.#tops) {
      const y = top - this.#top;
      if (y + lane.rows.length * ROW < RULER || y > height) continue;
      lane.rows.forEach((row, depth) => this.#paintRow(row, y + depth * ROW));
    }
    this.#paintArrows();
    this.#paintFrames();
    context.restore();
    this.#paintNames(height);
    this.#paintRuler(width);
  }

  #paintRow(row: readonly Span[], y: number): void {
    let painted = -Infinity;
    for (let index = firstFrom(row, this.#from); index < row.length; index++) {
      const span = row[index]!;
      if (span.begin > this.#to) return;
      const begin = this.#x(span.begin);
      const end = this.#x(span.end);
      // Of what falls into one pixel the first stands for all.
      if (end < painted + 0.5) continue;
      const left = Math.max(begin, painted, NAMES - 1);
      const width = Math.max(end - left, 0.75);
      painted = left + width;
      this.#paintSpan(span, { left, y, width: Math.min(width, this.#width + 2) });
    }
  }

  #paintSpan(span: Span, { left, y, width }: { left: number; y: number; width: number }): void {
    const context = this.#context;
    context.fillStyle = this.#colorOf(span);
    // A hair between neighbours, where there is room for one.
    context.fillRect(left, y, width > 3 ? width - 0.75 : width, ROW - 1);
    if (width < NAMED_FROM) return;
    const isStrong = /^(step|callback|timer|job)$/.test(span.category);
    context.fillStyle = isStrong
      ? "#fff"
      : span.category === "wait" || span.category === "idle"
      ? this.#palette.faint
      : this.#palette.onSpan;
    context.fillText(fitText(nameOf(span), (width - 8) / 6.7), left + 4, y + ROW / 2);
  }

  #colorOf({ category, args }: Span): string {
    const { spans } = this.#palette;
    const state = category === "task" ? String(args["state"]) : category;
    return spans[state] ?? spans[category] ?? spans["task"]!;
  }

  #paintArrows(): void {
    const { hovered, selected, allArrows } = this.state;
    if (allArrows) {
      const flows = this.#trace.flows.filter((flow) =>
        flow.at <= this.#to && flow.to.begin >= this.#from
      );
      if (flows.length <= MOST_ARROWS) { for (const flow of flows) this.#paintArrow(flow, 0.35); }
    }
    const subjects = new Set([hovered, selected]);
    for (const subject of subjects) {
      for (const flow of subject === null ? [] : flowsOf(subject)) this.#paintArrow(flow, 1);
    }
  }

  #paintArrow({ kind, from, at, to }: Flow, alpha: number): void {
    const context = this.#context;
    const [x1, y1] = [this.#x(at), this.#y(from) + ROW / 2];
    const [x2, y2] = [this.#x(to.begin), this.#y(to) + ROW / 2];
    const bend = Math.max(14, Math.abs(x2 - x1) / 3);
    context.globalAlpha = alpha;
    context.strokeStyle = context.fillStyle = this.#palette.flows[kind] ?? this.#palette.ink;
    context.lineWidth = alpha === 1 ? 1.75 : 1;
    context.beginPath();
    context.moveTo(x1, y1);
    context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2 - 5, y2);
    context.stroke();
    context.beginPath();
    context.moveTo(x2, y2);
    context.lineTo(x2 - 7, y2 - 4);
    context.lineTo(x2 - 7, y2 + 4);
    context.fill();
    context.beginPath();
    context.arc(x1, y1, 2.5, 0, 2 * Math.PI);
    context.fill();
    context.globalAlpha = 1;
  }

  #paintFrames(): void {
    const { hovered, selected } = this.state;
    for (const [span, width] of [[hovered, 1.25], [selected, 2.25]] as const) {
      if (span === null) continue;
      const left = Math.max(this.#x(span.begin), NAMES - 4);
      const right = Math.min(this.#x(span.end), NAMES + this.#width + 4);
      this.#context.strokeStyle = this.#palette.ink;
      this.#context.lineWidth = width;
      this.#context.strokeRect(left, this.#y(span) - 0.5, Math.max(right - left, 2), ROW);
    }
  }

  #paintNames(height: number): void {
    const context = this.#context;
    context.fillStyle = this.#palette.panel;
    context.fillRect(0, 0, NAMES, height);
    context.fillStyle = this.#palette.rule;
    context.fillRect(NAMES - 1, 0, 1, height);
    for (const [lane, top] of this.#tops) {
      const y = top - this.#top;
      if (y < RULER - ROW || y > height) continue;
      context.fillStyle = this.#palette.ink;
      context.fillText(fitText(lane.name, (NAMES - 14) / 6.4), 10, y + ROW / 2);
      context.fillStyle = this.#palette.rule;
      context.fillRect(0, y - GAP / 2 - 0.5, NAMES, 1);
    }
  }

  #paintGrid(height: number): void {
    this.#context.fillStyle = this.#palette.rule;
    for (const time of this.#ticks()) this.#context.fillRect(this.#x(time), RULER, 1, height);
  }

  #paintRuler(width: number): void {
    const context = this.#context;
    context.fillStyle = this.#palette.panel;
    context.fillRect(0, 0, width, RULER);
    context.fillStyle = this.#palette.rule;
    context.fillRect(0, RULER - 1, width, 1);
    context.fillStyle = this.#palette.faint;
    const step = this.#step();
    for (const time of this.#ticks()) {
      const x = this.#x(time);
      if (x < NAMES) continue;
      context.fillRect(x, RULER - 6, 1, 6);
      context.fillText(formatTime(time - this.#trace.begin, step), x + 4, RULER / 2);
    }
  }

  #step(): number {
    const rough = (this.#to - this.#from) / Math.max(2, this.#width / 110);
    const power = 10 ** Math.floor(Math.log10(rough));
    return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  }

  *#ticks(): Generator<number, void, unknown> {
    const step = this.#step();
    const { begin } = this.#trace;
    for (let n = Math.ceil((this.#from - begin) / step); begin + n * step <= this.#to; n++) {
      yield begin + n * step;
    }
  }
}

/** The arrows that tell of a span; of a task, those of all that it does. */
export function flowsOf(span: Span): readonly Flow[] {
  const within = span.category === "task"
    ? (span.lane.rows[span.depth + 1] ?? []).filter(({ begin, end }) =>
      begin >= span.begin && end <= span.end
    )
    : [];
  return [span, ...within].flatMap(({ causes, effects }) => [...causes, ...effects]);
}

/** What a span is called where it is drawn. */
export function nameOf({ name, category, args }: Span): string {
  if (category !== "wait") return name;
  const at = args["at"];
  // A bare future says less than the place at which it is waited for.
  const what = at !== undefined && name === "Future" ? "waits" : `waits for ${name}`;
  return at === undefined ? what : `${what} in ${at}`;
}

/** A time, as exact as a step needs it. */
export function formatTime(microseconds: number, step: number): string {
  const [unit, size] = Math.abs(microseconds) >= 1e6 || step >= 1e5
    ? ["s", 1e6] as const
    : step >= 100 || Math.abs(microseconds) >= 1e4
    ? ["ms", 1e3] as const
    : ["µs", 1] as const;
  const digits = Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9));
  return `${(microseconds / size).toFixed(Math.min(digits, 6))} ${unit}`;
}

function fitText(text: string, characters: number): string {
  const most = Math.floor(characters);
  return text.length <= most ? text : most < 2 ? "" : `${text.slice(0, most - 1)}…`;
}
