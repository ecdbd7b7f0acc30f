/**
 * What the loop's methods about connections, processes and signals do. With all of this module they are there; a bundler
 * leaves out what nobody names.
 *
 * @module
 */
import { lazy } from "../coroutine/coroutine.ts";
import { bringIO } from "../kernel/loop_io.ts";
import { addresses, connecting, serving } from "./connections.ts";
import { checkArgs, checkCommand, checkProgram, startingOnLoop } from "./processes.ts";
import { addSignalHandler, removeSignalHandler } from "./signals.ts";

/**
 * Stands for the loop's methods that open connections, start processes and listen to signals, which a bundler leaves out of a
 * program that imports this module's names one by one: a bundled program that calls these methods calls `bring()`.
 *
 * @example
 * ```ts
 * import { LoopMethods, newEventLoop } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * LoopMethods.bring();
 * const loop = newEventLoop();
 * assertEquals(loop.removeSignalHandler("SIGTERM"), false);
 * loop.close();
 * ```
 */
export class LoopMethods {
  static readonly #brought: void = /* @__PURE__ */ bringIO({
    createConnection: (loop, factory, address, options) =>
      lazy("EventLoop.createConnection", connecting(loop, factory, address, options)),
    createUnixConnection: (loop, factory, path, options) =>
      lazy("EventLoop.createUnixConnection", connecting(loop, factory, path, options)),
    createServer: (loop, factory, hosts, port, options) =>
      lazy("EventLoop.createServer", serving(loop, factory, addresses(hosts, port), options)),
    createUnixServer: (loop, factory, path, options) =>
      lazy("EventLoop.createUnixServer", serving(loop, factory, [path], options)),
    subprocessExec: (loop, factory, args, options) =>
      startingOnLoop("subprocessExec", loop, factory, checkProgram(checkArgs(args)), options),
    subprocessShell: (loop, factory, command, options) =>
      startingOnLoop("subprocessShell", loop, factory, checkCommand(command), options),
    addSignalHandler,
    removeSignalHandler,
  });

  /** Has a bundler keep the methods. */
  static bring(): void {
    void this.#brought;
  }
}
