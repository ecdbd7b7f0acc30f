/**
 * Runs one program on this module.
 *
 * @module
 */
import {
  allTasks,
  DeadlockError,
  EventLoop,
  type ExceptionContext,
  type Future,
  gather,
  logger,
  type Schedule,
  type Task,
  VirtualClock,
} from "@asyncio/asyncio";
import type { Interpreter } from "./interpreter.ts";
import type { Program } from "./program.ts";
import { describeReport, type Entry, isOfCollection, Trace } from "./trace.ts";

/** The form in which a program's coroutines are run. */
export type Form = "sync" | "generator" | "async";

/** All forms. */
export const FORMS: readonly Form[] = ["sync", "generator", "async"];

/** Whether a program can be run in a form; where not, `differences.ts` says why. */
export function suits(program: Program, form: Form): boolean {
  return form !== "async" || !/"eager(Tasks)?"/.test(JSON.stringify(program));
}

class ObservedLoop extends EventLoop {
  trace: Trace | null = null;

  override defaultExceptionHandler(context: ExceptionContext): void {
    if (!isOfCollection((context.context ?? context) as ExceptionContext)) {
      this.trace?.write("default handler", describeReport(context, null));
    }
  }
}

/**
 * Runs a program, and afterwards cancels what is left, as `run` does.
 *
 * @param program The program.
 * @param makeInterpreter Makes the interpreter, of either kind.
 * @param sync Whether it runs before the promise is returned; for generator coroutines.
 * @param schedule What decides the order, where it is not left to the queue.
 * @returns A promise of the trace.
 */
export async function runProgram(
  program: Program,
  makeInterpreter: typeof Interpreter,
  sync: boolean,
  schedule?: Schedule,
): Promise<Entry[]> {
  const clock = new VirtualClock();
  const loop = new ObservedLoop(schedule === undefined ? { clock } : { clock, schedule });
  const probe = loop.createTask(function* () {});
  const firstName = Number(probe.getName().slice("Task-".length));
  loop.runUntilCompleteSync(probe);
  const trace = new Trace(loop, firstName);
  loop.trace = trace;
  const interpreter = new makeInterpreter(program, loop, trace);
  loop.setExceptionHandler(interpreter.handler);
  const run = { loop, trace, sync };
  await runToEnd(run, loop.createTask(interpreter.main(), { name: "main" }));
  const pending = tasksByName(run);
  trace.write("left over", pending);
  if (pending.length > 0) {
    for (const task of pending) task.cancel();
    await runToEnd(run, gather(pending, { returnExceptions: true }));
    trace.write("still there", tasksByName(run));
  }
  await shutDown(run);
  interpreter.finish();
  trace.closed = true;
  loop.close();
  return trace.entries;
}

/** Closes the generators that are left open. A task that is still there may begin others: not worth a warning. */
async function shutDown(run: Run): Promise<void> {
  const sink = logger.getSink();
  logger.setSink(() => {});
  try {
    const closing = run.loop.shutdownAsyncgens();
    await runToEnd(run, run.loop.createTask(closing, { name: "shutdown" }));
  } finally {
    logger.setSink(sink);
  }
}

interface Run {
  readonly loop: EventLoop;
  readonly trace: Trace;
  readonly sync: boolean;
}

function tasksByName({ loop, trace }: Run): Task<unknown>[] {
  const names = new Map([...allTasks(loop)].map((task) => [trace.nameOf(task), task]));
  return [...names.keys()].sort().map((name) => names.get(name)!);
}

/** Runs the loop until a future is done, again where the program stopped it. */
async function runToEnd({ loop, trace, sync }: Run, future: Future): Promise<void> {
  for (let round = 0; round < 10; round++) {
    try {
      const result = sync ? loop.runUntilCompleteSync(future) : await loop.runUntilComplete(future);
      trace.write("result", result);
      return;
    } catch (error) {
      if (error instanceof DeadlockError) {
        trace.write("deadlock");
        return;
      }
      trace.write("failure", error);
      if (future.done()) return;
    }
  }
}
