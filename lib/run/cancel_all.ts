/**
 * Ending what a run leaves behind.
 *
 * @module
 */
import type { EventLoop } from "../kernel/event_loop.ts";
import { seeError } from "../kernel/future.ts";
import { tasksOf } from "../kernel/task.ts";
import { gather } from "../waiting/gather.ts";

/** Cancels all tasks of a loop that is not running, and runs it until they have ended. */
export async function cancelAllTasks(loop: EventLoop): Promise<void> {
  const tasks = tasksOf(loop);
  if (tasks.length === 0) return;
  for (const task of tasks) task.cancel();
  await loop.runUntilComplete(gather(tasks, { returnExceptions: true }));
  for (const task of tasks) reportFailure(loop, task);
}

/** The same before it returns, on a virtual clock. */
export function cancelAllTasksSync(loop: EventLoop): void {
  const tasks = tasksOf(loop);
  if (tasks.length === 0) return;
  for (const task of tasks) task.cancel();
  loop.runUntilCompleteSync(gather(tasks, { returnExceptions: true }));
  for (const task of tasks) reportFailure(loop, task);
}

function reportFailure(loop: EventLoop, task: ReturnType<typeof tasksOf>[number]): void {
  const failure = seeError(task);
  if (failure === undefined) return;
  loop.callExceptionHandler({
    message: "unhandled exception during asyncio.run() shutdown",
    exception: failure.error,
    task,
  });
}
