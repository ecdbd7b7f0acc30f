/**
 * The page `web/trace.html`: opens a trace and lets it be looked at.
 *
 * @module
 */
/// <reference lib="dom" />
import { find } from "../shared/find.ts";
import { recordExample } from "./example.ts";
import { currentPalette, LEGEND } from "./palette.ts";
import { readTrace, type Span, type TraceFile } from "./trace_file.ts";
import { formatTime, nameOf, TraceView } from "./view.ts";

const canvas = find("#canvas", HTMLCanvasElement);
const tip = find("#tip", HTMLElement);
const details = find("#details", HTMLElement);
const summary = find("#summary", HTMLElement);
const empty = find("#empty", HTMLElement);
const search = find("#search", HTMLInputElement);
const arrows = find("#arrows", HTMLInputElement);

let trace: TraceFile | null = null;
let view: TraceView | null = null;

// --- Opening

function open(text: string, name: string): void {
  try {
    trace = readTrace(text);
  } catch (error) {
    summary.textContent = `${name}: ${error instanceof Error ? error.message : error}`;
    return;
  }
  view = new TraceView(canvas, trace);
  view.state.allArrows = arrows.checked;
  empty.hidden = true;
  select(null);
  summary.textContent = `${name}: ${summarize(trace)}`;
}

function summarize({ lanes, flows, begin, end, dropped }: TraceFile): string {
  const spans = lanes.flatMap(({ rows }) => rows.flat());
  const count = (category: string) => spans.filter((span) => span.category === category).length;
  const parts = [
    `${plural(count("task"), "task")}, ${plural(count("step"), "step")}`,
    plural(count("callback") + count("timer"), "callback"),
    ...(count("job") === 0 ? [] : [plural(count("job"), "job")]),
    plural(flows.length, "arrow"),
    formatTime(end - begin, (end - begin) / 1000),
    ...(dropped === 0 ? [] : [`${plural(dropped, "older segment")} dropped`]),
  ];
  return parts.join(", ");
}

function plural(count: number, word: string): string {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

async function openFile(file: File | undefined): Promise<void> {
  if (file !== undefined) open(await file.text(), file.name);
}

async function openAddress(address: string): Promise<void> {
  try {
    const response = await fetch(address);
    if (!response.ok) throw new TypeError(`${response.status} ${response.statusText}`);
    open(await response.text(), address);
  } catch (error) {
    summary.textContent = `${address}: ${error instanceof Error ? error.message : error}`;
  }
}

// --- Telling of spans

function describe(span: Span): [string, string][] {
  const length = span.end - span.begin;
  const begin = span.begin - trace!.begin;
  return [
    ["lasts", formatTime(length, Math.max(length / 1000, 0.01))],
    ["begins at", formatTime(begin, Math.max(begin / 10_000, 1))],
    ...Object.entries(span.args).filter(([key]) => key !== "task").map(([key, value]) =>
      [key, String(value)] as [string, string]
    ),
  ];
}

function titleOf(span: Span): string {
  const task = taskAround(span);
  const name = nameOf(span);
  return task === null || span.category === "task"
    ? `${name}${name === span.category ? "" : ` (${span.category})`}`
    : `${task.name}: ${name}`;
}

function taskAround(span: Span): Span | null {
  const row = span.lane.rows[0] ?? [];
  return row.find((task) =>
    task.category === "task" && task.begin <= span.begin && span.end <= task.end
  ) ?? null;
}

function entry(key: string, value: string): HTMLElement[] {
  const [term, text] = [document.createElement("dt"), document.createElement("dd")];
  term.textContent = key;
  text.textContent = value;
  return [term, text];
}

function select(span: Span | null): void {
  if (view !== null) {
    view.state.selected = span;
    view.draw();
  }
  const rows = span === null
    ? [["", trace === null ? "" : "Wheel: zoom. Drag: move. Click: keep. 0: all of it."]]
    : [["", titleOf(span)], ...describe(span)];
  details.replaceChildren(...rows.map(([key = "", value = ""]) => {
    const row = document.createElement("div");
    row.append(...entry(key, value));
    return row;
  }));
}

function hover(span: Span | null, x: number, y: number): void {
  if (view === null) return;
  if (view.state.hovered !== span) {
    view.state.hovered = span;
    view.draw();
  }
  tip.hidden = span === null;
  if (span === null) return;
  const list = document.createElement("dl");
  list.append(...describe(span).flatMap(([key, value]) => entry(key, value)));
  const title = document.createElement("strong");
  title.textContent = titleOf(span);
  tip.replaceChildren(title, list);
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - width - 8))}px`;
  tip.style.top = `${y + 18 + height > innerHeight ? Math.max(4, y - height - 10) : y + 18}px`;
}

// --- The mouse

let pressed: { x: number; y: number; hasMoved: boolean } | null = null;

canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  if (view === null) return;
  const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
  if (isSideways) view.move(event.deltaX || event.deltaY, 0);
  else if (event.altKey) view.move(0, event.deltaY);
  else view.zoom(Math.exp(-event.deltaY / 400), event.offsetX);
}, { passive: false });

canvas.addEventListener("pointerdown", (event) => {
  pressed = { x: event.clientX, y: event.clientY, hasMoved: false };
  canvas.setPointerCapture(event.pointerId);
});

canvas.addEventListener("pointermove", (event) => {
  if (view === null) return;
  if (pressed === null) {
    hover(view.spanAt(event.offsetX, event.offsetY), event.clientX, event.clientY);
    return;
  }
  const [x, y] = [event.clientX - pressed.x, event.clientY - pressed.y];
  if (!pressed.hasMoved && Math.hypot(x, y) < 4) return;
  hover(null, 0, 0);
  canvas.classList.add("dragging");
  view.move(-x, -y);
  pressed = { x: event.clientX, y: event.clientY, hasMoved: true };
});

canvas.addEventListener("pointerup", (event) => {
  const isClick = pressed !== null && !pressed.hasMoved;
  pressed = null;
  canvas.classList.remove("dragging");
  if (isClick && view !== null) select(view.spanAt(event.offsetX, event.offsetY));
});

canvas.addEventListener("pointerleave", () => hover(null, 0, 0));

canvas.addEventListener("dblclick", () => {
  if (view?.state.selected) view.reveal(view.state.selected);
});

// --- The keyboard and the rest

addEventListener("keydown", (event) => {
  if (view === null || event.target === search || event.ctrlKey || event.metaKey) return;
  const middle = canvas.clientWidth / 2;
  const moves: Record<string, () => void> = {
    "0": () => view!.fit(),
    "+": () => view!.zoom(1.5, middle),
    w: () => view!.zoom(1.5, middle),
    "-": () => view!.zoom(1 / 1.5, middle),
    s: () => view!.zoom(1 / 1.5, middle),
    ArrowLeft: () => view!.move(-middle / 4, 0),
    a: () => view!.move(-middle / 4, 0),
    ArrowRight: () => view!.move(middle / 4, 0),
    d: () => view!.move(middle / 4, 0),
    ArrowUp: () => view!.move(0, -60),
    ArrowDown: () => view!.move(0, 60),
    Escape: () => select(null),
  };
  moves[event.key]?.();
});

search.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || view === null || trace === null) return;
  const wanted = search.value.trim().toLowerCase();
  const found = trace.lanes.flatMap(({ rows }) => rows.flat()).filter(({ name, category }) =>
    !/^(wait|ready|step|turn)$/.test(category) && name.toLowerCase().includes(wanted)
  );
  // Enter once more goes on to the next.
  const index = view.state.selected === null ? -1 : found.indexOf(view.state.selected);
  const next = found[(index + 1) % Math.max(1, found.length)];
  select(next ?? null);
  if (next === undefined) summary.textContent = `nothing is called "${search.value}"`;
  else view.reveal(next);
});

arrows.addEventListener("change", () => {
  if (view === null) return;
  view.state.allArrows = arrows.checked;
  view.draw();
});

const file = find("#file", HTMLInputElement);
file.addEventListener("change", () => openFile(file.files?.[0]));
find("#fit", HTMLButtonElement).addEventListener("click", () => view?.fit());
find("#example", HTMLButtonElement).addEventListener("click", async () => {
  summary.textContent = "recording…";
  open(await recordExample(), "example");
});

addEventListener("dragover", (event) => {
  event.preventDefault();
  empty.classList.add("over");
});
addEventListener("dragleave", () => empty.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  empty.classList.remove("over");
  openFile(event.dataTransfer?.files[0]);
});

new ResizeObserver(() => view?.draw()).observe(canvas);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  paintLegend();
  view?.draw();
});

function paintLegend(): void {
  const { spans } = currentPalette();
  find("#legend", HTMLElement).replaceChildren(...LEGEND.map(([category, text]) => {
    const item = document.createElement("span");
    const patch = document.createElement("i");
    patch.style.background = spans[category]!;
    item.append(patch, text);
    return item;
  }));
}

paintLegend();
select(null);
const address = new URLSearchParams(location.search).get("file");
if (address !== null) await openAddress(address);
