/**
 * What of the core of a worker's script is not needed for a call that returns what can be sent: it
 * makes data of errors, finds what cannot be sent, has the words for what fails, and loads the runtime. It is sent as text;
 * see `worker_core.ts`.
 *
 * @module
 */
import type { WorkerPort } from "../platform/workers.ts";
import { scriptText } from "./script_text.ts";
import { type Finder, makeFinder } from "./finder.ts";
import {
  type Encoder,
  type FromWorker,
  makeEncoder,
  type Reader,
  type RuntimeSource,
  type WireValue,
} from "./wire.ts";
import type { CoreRest, KnownFunction, Runtime, WorkerCore } from "./worker_core.ts";

/** The source of an expression that makes the rest of the core, where `port` and `core` are there. */
export function coreRestText(): string {
  const parts = [makeEncoder, makeFinder].map((part) => `(${scriptText(part)})`);
  return `(${scriptText(makeCoreRest)})(port,core,${parts})`;
}

/** Makes the rest of the core; sent as text. */
export function makeCoreRest(
  port: WorkerPort,
  core: WorkerCore<unknown>,
  makeEncoder: (reader: Reader) => Encoder,
  makeFinder: (
    emptied: readonly string[],
    isPlain: (value: unknown, depth: number) => boolean,
  ) => Finder,
): CoreRest {
  const finder = makeFinder(port.emptied, core.isPlain);
  const encoder = makeEncoder(finder);
  let loading: Promise<Runtime> | null = null;

  const rest = {
    encode: encoder.encode,

    checkLoss([kind, , value]: FromWorker): void {
      if (!["result", "item", "chunk"].includes(kind)) return;
      const loss = finder.loss(value, "result", core.transfers.get(value as object));
      if (loss !== null) throw new TypeError(`${loss.path} is ${loss.what}`);
    },

    refusal(message: FromWorker, cause: unknown): TypeError {
      return message[0] === "ask"
        ? finder.refusal("the arguments", { value: message[4], path: "args", cause })
        : finder.refusal("the result", { value: message[2], path: "result", cause });
    },

    exportError(module: object, name: string): TypeError {
      const kind = typeof Reflect.get(module, name);
      return new TypeError(
        kind === "undefined"
          ? `no such export among ${Object.keys(module).join(", ") || "nothing"}`
          : `${name} is no function but ${kind}`,
      );
    },

    loadError({ name, source }: KnownFunction, cause: unknown): WireValue {
      const what = source.kind === "source"
        ? `cannot evaluate the source of ${name}() in a worker`
        : `cannot load ${source.exportName} from ${source.url} in a worker`;
      // Not by class: Firefox says EvalError, Chromium too, and neither says what to do.
      const hint = (cause as Partial<Error> | null)?.name === "EvalError"
        ? "the page's policy lacks script-src 'unsafe-eval'; " +
          "give the function by workerFunction(url, name): "
        : "";
      const words = cause instanceof Error ? cause.message : String(cause);
      const error = new Error(`${what}: ${hint}${words}`, { cause });
      // Of a class that is not here.
      return {
        ...rest.encode(error),
        classes: ["RuntimeError", "Error"],
        name: "RuntimeError",
      } as WireValue;
    },

    async runtime(): Promise<Runtime> {
      const loaded = await (loading ??= rest.load());
      return core.registered ?? loaded;
    },

    async load(): Promise<Runtime> {
      const source = await new Promise<RuntimeSource>((resolve) => {
        core.giveRuntime = resolve;
        core.send(["runtime"]);
      });
      if (source.kind === "refused") {
        throw Object.assign(new Error(source.why), { name: "RuntimeError" });
      }
      const module = source.kind === "module"
        ? await core.bring(source.url) as Runtime
        : (0, eval)(`(${source.text})()`);
      // The name by which functions that come as source can use it.
      Object.assign(globalThis, { asyncio: module });
      return module;
    },
  };
  return rest;
}
