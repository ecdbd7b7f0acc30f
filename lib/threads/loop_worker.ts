/**
 * What runs in the thread of an event loop: it makes the loop, and does what it is told to do with it,
 * in order. It is sent as text; see `worker_core.ts`.
 *
 * @module
 */
import type { CarriedValue } from "../coroutine/context_vars.ts";
import { coreRestText } from "./core_rest.ts";
import { scriptText } from "./script_text.ts";
import type { ToWorker, WireValue } from "./wire.ts";
import {
  coreText,
  type KnownFunction,
  type Runtime,
  type RuntimeLoop,
  type RuntimeTask,
  type WorkerCore,
} from "./worker_core.ts";

/** The source of the function that a loop's worker calls with its port. */
export function loopWorkerScript(): string {
  return `(port)=>(${scriptText(loopWorker)})(${coreText(`(port,core)=>${coreRestText()}`)})`;
}

interface RemoteCall {
  readonly id: number;
  readonly known: KnownFunction;
  readonly args: readonly unknown[];
  readonly context: readonly CarriedValue[] | undefined;
  task: RuntimeTask | null;
  cancelled: boolean;
}

/** Runs a loop; sent as text. */
export function loopWorker(core: WorkerCore): void {
  const inbox: ToWorker[] = [];
  /** The calls that are not answered, by number. */
  const calls = new Map<number, RemoteCall>();
  let loop: RuntimeLoop | null = null;
  let runtime: Runtime | null = null;
  let busy = false;

  const remote = {
    async start(): Promise<void> {
      runtime = await core.rest().runtime();
      loop = runtime.newEventLoop();
      runtime.setEventLoop(loop);
      remote.work(loop);
    },

    /** Does what it was told, one after the other: what a function's loading holds up stays in order. */
    async work(loop: RuntimeLoop): Promise<void> {
      if (busy) return;
      busy = true;
      for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) {
        if (next[0] === "run") remote.run(loop);
        else if (next[0] === "stop") loop.callSoonThreadsafe(() => loop.stop());
        else if (next[0] === "abort") remote.cancel(loop, next[1]);
        else {
          const loading = next[0] === "call"
            ? remote.call(loop, next[1], next[2], next[3], next[4])
            : next[0] === "callback"
            ? remote.callback(loop, next[1], next[2], next[3])
            : null;
          if (loading !== null) await loading;
        }
      }
      busy = false;
    },

    async run(loop: RuntimeLoop): Promise<void> {
      try {
        await loop.runForever();
        core.send(["stopped"]);
      } catch (error) {
        // A SystemExit, say. Who threw it is told by no callback, for there is no run to make it.
        for (const { id, task } of calls.values()) if (task?.done()) remote.answer(id, task);
        core.send(["stopped", core.rest().encode(error)]);
      }
    },

    /** Makes a call, once its function is there; gives the promise of that where it is not. */
    call(
      loop: RuntimeLoop,
      id: number,
      functionId: number,
      args: readonly unknown[],
      context: readonly CarriedValue[] | undefined,
    ): Promise<void> | null {
      const known = core.known(functionId);
      const call: RemoteCall = { id, known, args, context, task: null, cancelled: false };
      if (known.target !== null) return remote.schedule(loop, call, null);
      return core.load(known).then((error) => void remote.schedule(loop, call, error));
    },

    schedule(loop: RuntimeLoop, call: RemoteCall, error: WireValue | null): null {
      if (error !== null) {
        core.send(["error", call.id, error]);
      } else {
        calls.set(call.id, call);
        loop.callSoonThreadsafe(() => remote.begin(loop, call));
      }
      return null;
    },

    begin(loop: RuntimeLoop, call: RemoteCall): void {
      if (call.cancelled) return;
      const { id, known, args, context } = call;
      let task: RuntimeTask;
      try {
        task = core.within(context, known, () => loop.createTask(() => known.target?.(...args)));
      } catch (error) {
        // By a task factory, say.
        calls.delete(id);
        core.send(["error", id, core.rest().encode(error)]);
        throw error;
      }
      call.task = task;
      task.addDoneCallback(() => remote.answer(id, task));
    },

    leisure(): number {
      return loop === null || busy ? 0 : runtime!.leisureOf(loop);
    },

    answer(id: number, task: RuntimeTask): void {
      calls.delete(id);
      core.idle(remote.leisure);
      if (task.cancelled()) return core.send(["cancelled", id]);
      try {
        core.send(["result", id, task.result(), 0]);
      } catch (error) {
        core.send(["error", id, core.rest().encode(error)]);
      }
    },

    cancel(loop: RuntimeLoop, id: number): void {
      const call = calls.get(id);
      if (call === undefined) return;
      if (call.task !== null) return void loop.callSoonThreadsafe(() => call.task?.cancel());
      // It has not begun, and so is over already.
      call.cancelled = true;
      calls.delete(id);
      core.send(["cancelled", id]);
    },

    callback(
      loop: RuntimeLoop,
      functionId: number,
      args: readonly unknown[],
      context: readonly CarriedValue[] | undefined,
    ): Promise<null> | null {
      const known = core.known(functionId);
      const callSoon = (error: WireValue | null): null => {
        try {
          if (error !== null) core.send(["log", error]);
          else core.within(context, known, () => loop.callSoonThreadsafe(known.target!, ...args));
        } catch (thrown) {
          // A module's function may turn out to make coroutines.
          core.send(["log", core.rest().encode(thrown)]);
        }
        return null;
      };
      return known.target !== null ? callSoon(null) : core.load(known).then(callSoon);
    },
  };

  core.listen((message) => {
    inbox.push(message);
  }, () => {
    if (loop !== null) remote.work(loop);
    core.idle(remote.leisure);
  });
  remote.start();
}
