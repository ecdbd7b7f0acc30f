/**
 * What a program did, in a form that is the same for both languages.
 *
 * @module
 */
import {
  currentTask,
  type EventLoop,
  type ExceptionContext,
  type Future,
  GeneratorExit,
  Task,
} from "@asyncio/asyncio";
import { normalText } from "./texts.ts";
import type { Json, JsonObject } from "./json.ts";

/** One line: the loop's time, the current task's name or `null`, what happened, and a value. */
export type Entry = [time: number, task: string | null, event: string, value: Json];

/** Lines after which a program is cut short. */
const MOST_ENTRIES = 1500;

/** Writes down what happens, line by line. */
export class Trace {
  /** The lines. */
  readonly entries: Entry[] = [];
  /** Whether the program is over: what happens now does not count. */
  closed = false;
  /**
   * How many coroutines are just closed: who is told of that is not compared, for in JavaScript `catch` blocks are
   * not.
   */
  closing = 0;
  readonly #loop: EventLoop;
  readonly #firstName: number;
  readonly #labels = new Map<unknown, string>();
  readonly #errors = new Map<unknown, number>();

  /**
   * @param loop The program's loop.
   * @param firstName The number from which tasks that nobody named are counted.
   */
  constructor(loop: EventLoop, firstName: number) {
    this.#loop = loop;
    this.#firstName = firstName;
  }

  /** Whether no statement runs any more. */
  get isOver(): boolean {
    return this.closed || this.entries.length >= MOST_ENTRIES;
  }

  /** Writes a line. */
  write(event: string, value: unknown = null, task: Task<unknown> | null = this.#current()): void {
    if (this.isOver || this.closing > 0 && value instanceof GeneratorExit) return;
    this.entries.push([
      this.#loop.time(),
      task === null ? null : this.nameOf(task),
      event,
      this.canonical(value),
    ]);
  }

  /** Gives a future a label by which lines call it. */
  label(future: unknown, label: string): void {
    this.#labels.set(future, label);
  }

  /** A task's name; where nobody named it, counted from the program's start. */
  nameOf(task: Task<unknown>): string {
    const name = task.getName();
    const number = /^Task-(\d+)$/.exec(name)?.[1];
    return number === undefined ? name : `T${Number(number) - this.#firstName}`;
  }

  /** A text with the names of tasks that nobody named counted from the program's start. */
  normalNames(text: string): string {
    return text.replace(
      /name='Task-(\d+)'/g,
      (_, number: string) => `name='T${Number(number) - this.#firstName}'`,
    );
  }

  /** The form of a value that both languages share. */
  canonical(value: unknown): Json {
    if (value === undefined || value === null) return null;
    if (typeof value === "boolean" || typeof value === "number" || typeof value === "string") {
      return value;
    }
    if (value instanceof Error) return this.#canonicalError(value);
    if (value instanceof Task) return { task: this.nameOf(value) };
    if (value instanceof Set) {
      return [...value].map((item) => this.canonical(item))
        .sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
    }
    if (Array.isArray(value)) return value.map((item) => this.canonical(item));
    if (isText(value)) return { text: value.text };
    return { future: this.#labels.get(value as Future) ?? "?" };
  }

  #canonicalError(error: Error): Json {
    let id = this.#errors.get(error);
    if (id === undefined) this.#errors.set(error, id = this.#errors.size);
    const form: JsonObject = { error: error.name, message: error.message, id };
    if (error.cause !== undefined) form.cause = this.canonical(error.cause);
    if ("errors" in error) form.errors = this.canonical(error.errors);
    return form;
  }

  #current(): Task<unknown> | null {
    try {
      return currentTask();
    } catch {
      return null;
    }
  }
}

function isText(value: object): value is { text: string } {
  return "text" in value && typeof value.text === "string";
}

/** What is written of a report, but for the error and what tells where things were made. */
export function describeLog(text: string, context: ExceptionContext, trace: Trace): unknown[] {
  const [message = "", ...others] = text.split("\n");
  const count =
    Object.keys(context).filter((key) => key !== "message" && key !== "exception").length;
  return [
    shortMessage(message),
    ...others.slice(0, count).map((line) => ({ text: trace.normalNames(normalText(line)) })),
  ];
}

const SHORTENED = [
  "Exception in callback",
  "an error occurred during closing of asynchronous generator",
];

/** What an exception handler was told, as far as both languages tell the same. */
export function describeReport(context: ExceptionContext, ambient: unknown): unknown[] {
  return [shortMessage(context.message), context.exception, keysOf(context), ambient];
}

/** Without the printed form of an object, which is not the same. */
function shortMessage(message: string): string {
  return SHORTENED.find((start) => message.startsWith(start)) ?? message;
}

/** What it was told of, but not where that was made, which debug mode tells. */
function keysOf(context: ExceptionContext): string[] {
  return Object.keys(context).filter((key) => !key.endsWith("Traceback")).sort();
}

/**
 * Whether a report comes of the garbage collector, which nobody can tell when to run, or is one of those of debug
 * mode that CPython has not.
 */
export function isOfCollection({ message }: ExceptionContext): boolean {
  return /was never retrieved$|^Task (was destroyed|swallowed)|^Lock released by who/.test(
    message,
  );
}
