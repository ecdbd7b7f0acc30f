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
  isFuture,
  logger,
  Runner,
  type Schedule,
  type Task,
  VirtualClock,
} from "@asyncio/asyncio";
import type { Interpreter } from "./interpreter.ts";
import type { Program } from "./program.ts";
import { describeLog, describeReport, type Entry, isOfCollection, Trace } from "./trace.ts";

/** The form in which a program's coroutines are run. */
export type Form = "sync" | "generator" | "async";

/** All forms. */
export const FORMS: readonly Form[] = ["sync", "generator", "async"];

/** Whether a program can be run in a form; where not, `differences.ts` says why. */
export function suits(program: Program, form: Form): boolean {
  if (form === "sync" && (program.runner || program.next?.includes("forever"))) return false;
  return form !== "async" || !/"(eager(Tasks)?|begun)"/.test(JSON.stringify(program));
}

class ObservedLoop extends EventLoop {
  trace: Trace | null = null;
  writesLogs = false;

  override defaultExceptionHandler(context: ExceptionContext): void {
    const { trace } = this;
    if (trace === null || isOfCollection((context.context ?? context) as ExceptionContext)) return;
    trace.write("default handler", describeReport(context, null));
    if (!this.writesLogs) return;
    const written: unknown[] = [];
    const sink = logger.getSink();
    logger.setSink(({ message }) => written.push(...describeLog(message, context, trace)));
    try {
      super.defaultExceptionHandler(context);
    } finally {
      logger.setSink(sink);
    }
    trace.write("log", written);
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
  // A program does much that is worth a warning, most of all in debug mode.
  const sink = logger.getSink();
  logger.setSink(() => {});
  try {
    return await traceOf(program, makeInterpreter, sync, schedule);
  } finally {
    logger.setSink(sink);
  }
}

async function traceOf(
  program: Program,
  makeInterpreter: typeof Interpreter,
  sync: boolean,
  schedule: Schedule | undefined,
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
  if (program.debug) loop.setDebug(true);
  loop.writesLogs = program.logs ?? false;
  const run = { loop, trace, sync };
  if (program.runner) await runByRunner(run, interpreter);
  else await runByLoop(run, interpreter);
  interpreter.finish();
  trace.closed = true;
  loop.close();
  return trace.entries;
}

async function runByRunner({ loop, trace }: Run, interpreter: Interpreter): Promise<void> {
  const runner = new Runner({ loopFactory: () => loop });
  const attempt = async (operation: () => Promise<unknown>) => {
    try {
      trace.write("result", await operation());
    } catch (error) {
      if (error instanceof DeadlockError) trace.write("deadlock");
      else trace.write("failure", error);
    }
  };
  for (const part of interpreter.parts()) {
    if (part === "forever") await runForever(loop, trace);
    else await attempt(() => runner.run(part));
  }
  await attempt(() => runner.close());
}

async function runByLoop(run: Run, interpreter: Interpreter): Promise<void> {
  const { loop, trace } = run;
  let number = 0;
  for (const part of interpreter.parts()) {
    if (part === "forever") {
      await runForever(loop, trace);
      continue;
    }
    const future = isFuture(part) ? part : loop.createTask(part, { name: `main${number++ || ""}` });
    await runToEnd(run, future as Future);
  }
  const pending = tasksByName(run);
  trace.write("left over", pending);
  if (pending.length > 0) {
    for (const task of pending) task.cancel();
    await runToEnd(run, gather(pending, { returnExceptions: true }));
    trace.write("still there", tasksByName(run));
  }
  await shutDown(run);
}

async function runForever(loop: EventLoop, trace: Trace): Promise<void> {
  try {
    await loop.runForever();
    trace.write("stopped");
  } catch (error) {
    if (error instanceof DeadlockError) trace.write("deadlock");
    else trace.write("failure", error);
  }
}

/** Closes the generators that are left open. */
async function shutDown(run: Run): Promise<void> {
  const closing = run.loop.shutdownAsyncgens();
  await runToEnd(run, run.loop.createTask(closing, { name: "shutdown" }));
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
