/**
 * What differs from CPython because it should, each with its reason. The comparison reads this list;
 * whatever is not in it is an error.
 *
 * Programs with eager tasks are not run as async functions: whether an async function is done is known
 * a microtask after its start (DESIGN.md), and its first segment ends at its first `await`, also of
 * another function of the user's own.
 *
 * The context that the exception handler is called in is not compared for callbacks with a context of
 * their own: `callSoon(context.bind(callback))` (DESIGN.md) leaves the handle the context of the call.
 *
 * `interpreter.py` makes two things definite that CPython leaves to chance, for there is nothing to
 * compare with otherwise: timers with the same deadline run in the order of their creation (`heapq` is
 * not stable), and task groups and staggered races cancel their tasks in the order of theirs (a set of
 * objects has the order of their addresses). What depends on when garbage is collected is not compared.
 * Its loops tell of a cancellation that comes out of closing a generator, and its groups hand on a
 * GeneratorExit by which alone their body is closed, as CPython's do from 3.15 on.
 * Staggered races are compared with what CPython does with its assertions off, for one of them fails
 * where a loser refuses its cancellation and wins as well.
 *
 * Of what things print (`texts.ts`) not compared: addresses, places, the names of functions, how many callbacks a
 * future has, how many tasks a group. Of debug mode what is told here alone, and where things were made. Who awaits
 * a future is compared where nobody uses `shield`, `wait` or `asCompleted`, of which CPython keeps a record of its own:
 * of whoever calls the first two, also when he waits no more, and of nobody for the third.
 *
 * What is begun by hand and closed (`begun`) is not run as async functions, which nobody can close; what of it is told
 * of a `GeneratorExit` is not compared, for in JavaScript only `finally` blocks are. A wrong `yield` stands alone in
 * its task: in an async generator it would be an item here.
 *
 * Never generated, for CPython itself goes wrong there: a task that awaits itself twice, an eager task in
 * a context that is entered, tasks that wait for each other in a ring and are cancelled. Nor is a
 * coroutine object awaited twice: CPython refuses the second who steps into it, this module the second
 * who takes it, so that a task made of it and not begun comes first here.
 *
 * @module
 */
import type { Json, JsonObject } from "./json.ts";

/** An error as it stands in a trace. */
export interface TracedError {
  /** Its class. */
  error: string;
  /** Its message. */
  message: string;
}

/** A wanted difference. */
export interface Difference {
  /** Why it is wanted. */
  reason: string;
  /** Whether the two errors, CPython's and ours, differ by just this. */
  explains(theirs: TracedError, ours: TracedError): boolean;
}

/** All wanted differences. */
export const DIFFERENCES: readonly Difference[] = [
  {
    reason: "DESIGN.md: messages are CPython's text, then what was expected and what came",
    explains: (theirs, ours) =>
      ours.error === theirs.error && withoutObjects(ours.message).startsWith(
        withoutObjects(theirs.message),
      ),
  },
  {
    reason: "JavaScript's name for a name without a value: LookupError is ReferenceError",
    explains: (theirs, ours) => theirs.error === "LookupError" && ours.error === "ReferenceError",
  },
  {
    reason:
      "JavaScript has no BaseException, so a group may hold what in Python is none: SystemExit",
    explains: (theirs, ours) =>
      theirs.error === "TypeError" && ours.error === "ExceptionGroup" &&
      theirs.message === "Cannot nest BaseExceptions in an ExceptionGroup",
  },
  {
    reason:
      "JavaScript has no BaseException, so a group with a SystemExit in it is an ExceptionGroup",
    explains: (theirs, ours) =>
      theirs.error === "BaseExceptionGroup" && ours.error === "ExceptionGroup" &&
      theirs.message === ours.message,
  },
];

/**
 * Whether CPython went wrong in a trace: a task that has awaited itself stays marked as waited for, so that the
 * next who awaits it is told that it was yielded. Or in the line that differs: a staggered race that SystemExit ended
 * cannot make its group of it, where `except*` hands the error on as it is, and makes a new group of ours. Or what a
 * coroutine awaits is closed by a `GeneratorExit` made anew, where one comes to it that somebody else has raised.
 *
 * @param theirs CPython's trace.
 * @param at The first line that differs.
 */
export function showsFlaw(theirs: readonly unknown[], at: number): boolean {
  return shows(theirs, "await wasn't used with future") ||
    shows(theirs.slice(at, at + 1), "Cannot nest BaseExceptions in an ExceptionGroup") ||
    shows(theirs.slice(at, at + 1), '"error":"GeneratorExit","message":""');
}

function shows(lines: readonly unknown[], text: string): boolean {
  return JSON.stringify(lines).includes(text);
}

/** A message without the printed forms of objects, which name addresses and files. */
function withoutObjects(message: string): string {
  return message.replace(/<.*>/, "<…>");
}

/** Whether a value of a trace is an error. */
export function isTracedError(value: Json): value is JsonObject & TracedError {
  return typeof value === "object" && value !== null && !Array.isArray(value) && "error" in value;
}
