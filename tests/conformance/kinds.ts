/**
 * The kinds of statements, by name, and how often each was executed.
 *
 * @module
 */
import type { Statement, Subject } from "./program.ts";

/** How often statements of each kind were executed in this process, in whatever form. */
export const executed: Map<string, number> = new Map();

/** Counts a statement that is executed, and what it awaits. */
export function countStatement(statement: Statement): void {
  for (const kind of kindsOfStatement(statement)) count(kind);
}

/** Counts something that is awaited, or that a task is made of. */
export function countSubject(subject: Subject): void {
  for (const kind of kindsOfSubject(subject)) count(kind);
}

function count(kind: string): void {
  executed.set(kind, (executed.get(kind) ?? 0) + 1);
}

/** The kinds that a statement is of: what it does, and each way of doing it that matters. */
export function kindsOfStatement(statement: Statement): string[] {
  const kind = statement.do;
  const kinds: string[] = [kind];
  if ("how" in statement) kinds.push(`${kind} ${statement.how}`);
  if (statement.do === "spawn") {
    kinds.push(`${kind} ${statement.via}`);
    if (statement.eager !== undefined) kinds.push(`${kind} eager`);
    if (statement.name !== undefined) kinds.push(`${kind} named`);
  }
  if ("message" in statement && kind === "cancel") kinds.push(`${kind} with message`);
  if ("context" in statement && kind !== "copyContext" && kind !== "lookContext") {
    kinds.push(`${kind} in context`);
  }
  if (statement.do === "timeout" && statement.at) kinds.push(`${kind} at`);
  if (statement.do === "iterate" && statement.closing) kinds.push(`${kind} closing`);
  if (statement.do === "asCompleted") {
    kinds.push(`${kind} ${statement.futures ? "async" : "plain"}`);
  }
  if (statement.do === "try") {
    if (statement.final?.some(waits)) kinds.push(`${kind} finally await`);
    if (statement.catches.some(({ body }) => body.some(waits))) kinds.push(`${kind} except await`);
  }
  if ("guard" in statement) kinds.push(`${kind} ${Object.keys(statement.guard)[0]}`);
  return kinds;
}

function waits(statement: Statement): boolean {
  return statement.do === "await";
}

/** The kinds that something awaited is of. */
export function kindsOfSubject(subject: Subject): string[] {
  const kind = `await ${Object.keys(subject)[0]}`;
  const kinds = [kind];
  if ("wait" in subject) kinds.push(`${kind} ${subject.returnWhen}`);
  if ("gather" in subject && subject.returnExceptions) kinds.push(`${kind} returnExceptions`);
  if ("generator" in subject) kinds.push(`${kind} ${subject.how}`);
  if ("barrier" in subject) kinds.push(`${kind} ${subject.how}`);
  if ("atLeast" in subject) kinds.push(`${kind} until`);
  if ("acquire" in subject) kinds.push(`${kind} ${Object.keys(subject.acquire)[0]}`);
  if ("asFunction" in subject && subject.asFunction) kinds.push(`${kind} function`);
  return kinds;
}
