/**
 * The page `web/console.html`: the console of `deno run -A mod.ts`, on a page.
 *
 * @module
 */
/// <reference lib="dom" />
import * as asyncio from "@asyncio/asyncio";
import * as parser from "@babel/parser";
// @ts-types="@types/object-inspect"
import inspect from "object-inspect";
import { find } from "../shared/find.ts";
import { Entries } from "./entries.ts";

const screen = find("#screen", HTMLElement);
const log = find("#log", HTMLElement);
const form = find("#form", HTMLFormElement);
const input = find("#input", HTMLTextAreaElement);
const offers = find("#offers", HTMLElement);
const interrupt = find("#interrupt", HTMLButtonElement);

const entries = new Entries();
let repl = start();

/** Begins a console, and once more when it is left. */
function start(): asyncio.Repl {
  const begun = new asyncio.Repl({
    names: asyncio,
    parser,
    baseUrl: location.href,
    display: (value) => {
      if (value !== undefined) write("value", show(value));
    },
  });
  asyncio.setEventLoop(begun.loop);
  begun.ended.then(async ({ code, message }) => {
    if (message !== "") write("error", message);
    write("text", `the console was left with ${code}; this is another one`);
    repl = start();
    await begun.close();
  });
  return begun;
}

// --- What is written

type LineKind = "entry" | "value" | "text" | "error" | "log";

function write(kind: LineKind, text: string): void {
  const line = document.createElement("div");
  line.className = kind;
  line.textContent = text;
  log.append(line);
  screen.scrollTop = screen.scrollHeight;
}

// What this module's objects say of themselves is more than their fields would.
for (const value of Object.values<unknown>({ ...asyncio })) {
  const prototype: unknown = typeof value === "function" ? value.prototype : undefined;
  if (!(prototype instanceof Object) || prototype instanceof Error) continue;
  if (!Object.hasOwn(prototype, "toString")) continue;
  Object.defineProperty(prototype, "inspect", {
    value(this: object) {
      return String(this);
    },
    configurable: true,
  });
}

/** Longer values are shown in several lines. */
const LONGEST_LINE = 76;

function show(value: unknown): string {
  if (typeof value === "function") {
    return `[${/^class\b/.test(String(value)) ? "class" : "function"} ${
      value.name || "(anonymous)"
    }]`;
  }
  const options = { depth: 4, quoteStyle: "double" } as const;
  const line = inspect(value, options);
  return line.length <= LONGEST_LINE ? line : inspect(value, { ...options, indent: 2 });
}

/** What entries log stands on the page, too. */
for (const method of ["log", "info", "debug", "warn", "error"] as const) {
  const original = console[method].bind(console);
  console[method] = (...values: unknown[]) => {
    original(...values);
    const text = values.map((value) => typeof value === "string" ? value : show(value)).join(" ");
    write(method === "error" ? "error" : "log", text);
  };
}

addEventListener("error", (event) => {
  event.preventDefault();
  write("error", repl.format(event.error ?? event.message));
});
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  write("error", repl.format(event.reason));
});

// --- Entries

let isBusy = false;

async function enter(entry: string): Promise<void> {
  write("entry", entry);
  entries.add(entry);
  setBusy(true);
  const outcome = await repl.enter(entry);
  setBusy(false);
  switch (outcome.kind) {
    case "text":
      if (outcome.text !== "") write("text", outcome.text);
      break;
    case "error":
      write("error", outcome.traceback);
      break;
    case "interrupted":
      write("error", "KeyboardInterrupt");
      break;
  }
}

function setBusy(busy: boolean): void {
  isBusy = busy;
  form.classList.toggle("busy", busy);
  interrupt.disabled = !busy;
}

async function submit(): Promise<void> {
  const entry = input.value;
  if (isBusy || entry.trim() === "") return;
  if (await repl.isIncomplete(entry)) {
    insert("\n");
    return;
  }
  setText("");
  await enter(entry);
}

// --- The line that is edited

function setText(text: string): void {
  input.value = text;
  input.rows = text.split("\n").length;
  offers.hidden = true;
  screen.scrollTop = screen.scrollHeight;
}

function insert(text: string): void {
  const { selectionStart, selectionEnd, value } = input;
  setText(value.slice(0, selectionStart) + text + value.slice(selectionEnd));
  input.selectionStart = input.selectionEnd = selectionStart + text.length;
}

function complete(): void {
  const { names, word } = repl.complete(input.value.slice(0, input.selectionStart));
  const [first = ""] = names;
  let common = first;
  for (const name of names) while (!name.startsWith(common)) common = common.slice(0, -1);
  insert(common.slice(word.length));
  offers.hidden = names.length < 2;
  offers.replaceChildren(...names.map((name) => {
    const offer = document.createElement("span");
    offer.textContent = name;
    return offer;
  }));
}

function walk(by: -1 | 1): void {
  const entry = entries.walk(by, input.value);
  if (entry !== null) setText(entry);
}

/** Whether the cursor is in the first line, or the last. */
function isAtEdge(by: -1 | 1): boolean {
  const { selectionStart, selectionEnd, value } = input;
  return by === -1
    ? !value.slice(0, selectionStart).includes("\n")
    : !value.slice(selectionEnd).includes("\n");
}

input.addEventListener("input", () => setText(input.value));

input.addEventListener("keydown", (event) => {
  const keys: Record<string, () => void> = {
    Enter: () => event.shiftKey ? insert("\n") : void submit(),
    Tab: complete,
    ArrowUp: () => walk(-1),
    ArrowDown: () => walk(1),
  };
  const by = event.key === "ArrowUp" ? -1 : 1;
  const isMove = event.key.startsWith("Arrow") && !isAtEdge(by);
  const isLeaving = event.key === "Tab" && (event.shiftKey || input.value.trim() === "");
  if (event.isComposing || isMove || isLeaving || !Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]!();
});

addEventListener("keydown", (event) => {
  // With something marked it is the key that copies.
  if (event.key !== "c" || !event.ctrlKey || String(getSelection()) !== "") return;
  if (input.selectionStart !== input.selectionEnd) return;
  event.preventDefault();
  if (!repl.interrupt()) setText("");
});

form.addEventListener("submit", (event) => event.preventDefault());
interrupt.addEventListener("click", () => {
  repl.interrupt();
  input.focus();
});
find("#clear", HTMLButtonElement).addEventListener("click", () => {
  log.replaceChildren();
  input.focus();
});
screen.addEventListener("click", () => {
  if (String(getSelection()) === "") input.focus();
});

await repl.prepare();
document.documentElement.dataset["state"] = "ready";
