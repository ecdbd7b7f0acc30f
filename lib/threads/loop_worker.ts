/**
 * What runs in the thread of an event loop: it makes the loop, and does what it is told to do with it,
 * in order. It is sent as text; see `worker_core.ts`.
 *
 * @module
 */
import { scriptText } from "./script_text.ts";
import type { ToWorker } from "./wire.ts";
import {
  coreText,
  type KnownFunction,
  type RuntimeLoop,
  type RuntimeTask,
  type WorkerCore,
} from "./worker_core.ts";

/** The source of the function that a loop's worker calls with its port. */
export function loopWorkerScript(): string {
  return `(port)=>(${scriptText(loopWorker)})(${coreText()})`;
}

interface RemoteCall {
  readonly id: number;
  readonly known: KnownFunction;
  readonly args: readonly unknown[];
  task: RuntimeTask | null;
  cancelled: boolean;
}

/** Runs a loop; sent as text. */
export function loopWorker(core: WorkerCore): void {
  const inbox: ToWorker[] = [];
  /** The calls that are not answered, by number. */
  const calls = new Map<number, RemoteCall>();
  let loop: RuntimeLoop | null = null;
  let busy = false;

  const remote = {
    async start(): Promise<void> {
      const { newEventLoop, setEventLoop } = await core.runtime();
      loop = newEventLoop();
      setEventLoop(loop);
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
        else if (next[0] === "call") await remote.call(loop, next[1], next[2], next[3]);
        else if (next[0] === "callback") await remote.callback(loop, next[1], next[2]);
      }
      busy = false;
    },

    async run(loop: RuntimeLoop): Promise<void> {
      await loop.runForever();
      core.send(["stopped"]);
    },

    async call(
      loop: RuntimeLoop,
      id: number,
      functionId: number,
      args: readonly unknown[],
    ): Promise<void> {
      const known = core.known(functionId);
      const error = known.target === null ? await core.load(known) : null;
      if (error !== null) return core.send(["error", id, error]);
      const call: RemoteCall = { id, known, args, task: null, cancelled: false };
      calls.set(id, call);
      loop.callSoonThreadsafe(() => remote.begin(loop, call));
    },

    begin(loop: RuntimeLoop, call: RemoteCall): void {
      if (call.cancelled) return;
      const { known, args } = call;
      call.task = loop.createTask(() => known.target?.(...args));
      call.task.addDoneCallback((task) => remote.answer(call.id, task));
    },

    answer(id: number, task: RuntimeTask): void {
      calls.delete(id);
      if (task.cancelled()) return core.send(["cancelled", id]);
      try {
        core.send(["result", id, task.result(), 0]);
      } catch (error) {
        core.send(["error", id, core.encode(error)]);
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

    async callback(
      loop: RuntimeLoop,
      functionId: number,
      args: readonly unknown[],
    ): Promise<void> {
      const known = core.known(functionId);
      const error = known.target === null ? await core.load(known) : null;
      if (error !== null) return core.send(["log", error]);
      loop.callSoonThreadsafe((...all) => known.target?.(...all), ...args);
    },
  };

  core.listen((message) => {
    inbox.push(message);
  }, () => {
    if (loop !== null) remote.work(loop);
  });
  remote.start();
}
