/**
 * Prints programs for people to read.
 *
 * @module
 */
import { type ByKind, type Kind, partsOf, type Program, type Statement } from "./program.ts";

/** A program, one line for each statement, what is within it further in. */
export function showProgram({ main, cancelAt }: Program): string {
  const cancels = cancelAt.map((at) => `, cancelled at ${at} s`);
  return [`a task${cancels.join("")}`, ...lines(main, "  ")].join("\n");
}

function lines(statement: Statement, indent: string): string[] {
  const inner = partsOf(statement).flatMap((part) => lines(part, `${indent}  `));
  return [indent + head(statement), ...inner];
}

function head<K extends Kind>(statement: Statement<K>): string {
  return HEADS[statement.do](statement);
}

/** The line of each kind. */
const HEADS: ByKind<[], string> = {
  sleep: ({ name, seconds, form }) =>
    `wait ${name}: sleep ${seconds} s${form === "plain" ? "" : ` in a ${form} of its own`}`,
  yield: ({ name }) => `wait ${name}: sleep(0)`,
  foreign: () => "await promises that are not this module's",
  fail: ({ name, seconds }) => `wait ${name}: sleep ${seconds} s, then throw`,
  sequence: () => "one after another",
  iterate: () => "for await over a generator that does",
  leave: () => "for await, left at the first item of a generator that does",
  all: () => "Promise.all",
  collect: () => "Promise.all of branches that catch, then throw the first error",
  allSettled: () => "Promise.allSettled",
  race: () => "Promise.race",
  any: () => "Promise.any",
  share: ({ permits }) => `Promise.all of branches that share a Semaphore(${permits})`,
  gather: () => "gather",
  wait: () => "wait for tasks",
  asCompleted: () => "asCompleted over tasks",
  group: () => "TaskGroup with a body and a task",
  limit: ({ seconds, form }) => `limit of ${seconds} s by ${FORMS[form]}`,
  coroutine: () => "limit that never comes in a generator coroutine",
  task: () => "task",
  eagerTask: () => "eager task",
  shield: () => "shield of a task",
  lock: () => "asyncWith a lock",
  stack: () => "AsyncExitStack with a lock",
  cleanUp: ({ seconds }) => seconds > 0 ? `finally sleep ${seconds} s` : "finally",
  swallow: () => "catch a cancellation",
  handle: () => "catch what is no cancellation",
};

const FORMS: Readonly<Record<Statement<"limit">["form"], string>> = {
  timeout: "timeout",
  waitFor: "waitFor",
  asyncWith: "asyncWith a Timeout",
  coroutine: "timeout in a generator coroutine",
};
