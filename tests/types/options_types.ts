/**
 * Options that are given as `undefined`, as `{ timeout: given.timeout }` does, are left out: under
 * `exactOptionalPropertyTypes` the types must say so. `deno task check` compiles this file; nothing runs it.
 */
import {
  type AsCompletedOptions,
  type CallGraphOptions,
  type CancelAtEveryAwaitOptions,
  type CancelOptions,
  type ContextVarOptions,
  createTask,
  type DoneCallbackOptions,
  type DurationParts,
  type EnsureFutureOptions,
  type EventLoopOptions,
  type ExecutorShutdownOptions,
  type ExploreOptions,
  type ExposeOptions,
  type FutureOptions,
  gather,
  type GatherOptions,
  type InspectionPrintOptions,
  type InspectOptions,
  type MapOptions,
  type NewTaskOptions,
  type PrintCallGraphOptions,
  type PrintStackOptions,
  type PriorityQueueOptions,
  type ProcessPoolExecutorOptions,
  type PsOptions,
  type RegisterErrorClassOptions,
  type ReplayOptions,
  type ReplOptions,
  run,
  type RunnerOptions,
  type RunnerRunOptions,
  type ScheduleOptions,
  type ShutdownOptions,
  sleep,
  type StackOptions,
  type TaskOptions,
  type ThreadLoopOptions,
  type ThreadPoolExecutorOptions,
  type TraceOptions,
  wait,
  type WaitOptions,
  type WorkerOptions,
  type WorkerPermissions,
  type WrapFutureOptions,
} from "../../mod.ts";
import { checkType, type Equal } from "./equal.ts";

/** The options that may be left out, but not be `undefined`. */
type Strict<O> = {
  [K in keyof O]-?: Record<never, never> extends Pick<O, K>
    ? ({ [_ in K]: undefined } extends Pick<O, K> ? never : K)
    : never;
}[keyof O];

export function options(): void {
  checkType<Equal<Strict<{ a?: 1; b?: 1 | undefined; c: 1 }>, "a">>();

  checkType<Equal<Strict<AsCompletedOptions>, never>>();
  checkType<Equal<Strict<CallGraphOptions>, never>>();
  checkType<Equal<Strict<CancelAtEveryAwaitOptions>, never>>();
  checkType<Equal<Strict<CancelOptions>, never>>();
  // A default of `undefined` is a default.
  checkType<Equal<Strict<ContextVarOptions<number>>, "default">>();
  checkType<Equal<Strict<DoneCallbackOptions>, never>>();
  checkType<Equal<Strict<DurationParts>, never>>();
  checkType<Equal<Strict<EnsureFutureOptions>, never>>();
  checkType<Equal<Strict<EventLoopOptions>, never>>();
  checkType<Equal<Strict<ExecutorShutdownOptions>, never>>();
  checkType<Equal<Strict<ExploreOptions>, never>>();
  checkType<Equal<Strict<ExposeOptions>, never>>();
  checkType<Equal<Strict<FutureOptions>, never>>();
  checkType<Equal<Strict<GatherOptions>, never>>();
  checkType<Equal<Strict<InspectionPrintOptions>, never>>();
  checkType<Equal<Strict<InspectOptions>, never>>();
  checkType<Equal<Strict<MapOptions>, never>>();
  checkType<Equal<Strict<NewTaskOptions>, never>>();
  checkType<Equal<Strict<PrintCallGraphOptions>, never>>();
  checkType<Equal<Strict<PrintStackOptions>, never>>();
  checkType<Equal<Strict<PriorityQueueOptions<number>>, never>>();
  checkType<Equal<Strict<ProcessPoolExecutorOptions>, never>>();
  checkType<Equal<Strict<PsOptions>, never>>();
  checkType<Equal<Strict<RegisterErrorClassOptions<Error>>, never>>();
  checkType<Equal<Strict<ReplayOptions>, never>>();
  checkType<Equal<Strict<ReplOptions>, never>>();
  checkType<Equal<Strict<RunnerOptions>, never>>();
  checkType<Equal<Strict<RunnerRunOptions>, never>>();
  checkType<Equal<Strict<ScheduleOptions>, never>>();
  checkType<Equal<Strict<ShutdownOptions>, never>>();
  checkType<Equal<Strict<StackOptions>, never>>();
  checkType<Equal<Strict<TaskOptions>, never>>();
  checkType<Equal<Strict<ThreadLoopOptions>, never>>();
  checkType<Equal<Strict<ThreadPoolExecutorOptions>, never>>();
  checkType<Equal<Strict<TraceOptions>, never>>();
  checkType<Equal<Strict<WaitOptions>, never>>();
  checkType<Equal<Strict<WorkerOptions>, never>>();
  checkType<Equal<Strict<WorkerPermissions>, never>>();
  checkType<Equal<Strict<WrapFutureOptions>, never>>();
}

/** Helpers that hand on what they were given, or were not. */
interface Given {
  readonly name?: string;
  readonly signal?: AbortSignal;
  readonly timeout?: number;
  readonly debug?: boolean;
}
export async function handedOn({ name, signal, timeout, debug }: Given): Promise<void> {
  await run(async () => {
    const task = createTask(sleep(1, 5), { name, signal });
    const [done] = await wait([task], { timeout });
    const all = await gather([...done], { returnExceptions: undefined });
    checkType<Equal<typeof all, number[]>>();
    const pair = await gather([task, sleep(1, "a")], { cancelOnError: undefined });
    checkType<Equal<typeof pair, [number, string]>>();
  }, { debug });
}
