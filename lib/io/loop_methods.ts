/**
 * What the loop's methods about connections, processes and signals do. With all of this module they are there; a bundler
 * leaves out what nobody names.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { lazy } from "../coroutine/coroutine.ts";
import { bringIO } from "../kernel/loop_io.ts";
import { addresses, connecting, serving, startingTls } from "./connections.ts";
import { endpoint } from "./datagram_transport.ts";
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
    createConnection(loop, factory, address, options) {
      checkOptions(options, "createConnection()", ["ssl", "serverHostname"]);
      return lazy("EventLoop.createConnection", connecting(loop, factory, address, options));
    },
    createUnixConnection(loop, factory, path, options) {
      checkOptions(options, "createUnixConnection()", ["ssl", "serverHostname"]);
      return lazy("EventLoop.createUnixConnection", connecting(loop, factory, path, options));
    },
    createServer(loop, factory, hosts, port, options) {
      checkOptions(options, "createServer()", ["ssl", "backlog", "reusePort", "startServing"]);
      const places = () => addresses(hosts, port);
      return lazy("EventLoop.createServer", serving(loop, factory, places, options));
    },
    createUnixServer(loop, factory, path, options) {
      checkOptions(options, "createUnixServer()", ["ssl", "backlog", "startServing"]);
      return lazy("EventLoop.createUnixServer", serving(loop, factory, path, options));
    },
    startTls(loop, transport, protocol, ssl, options) {
      checkOptions(options, "startTls()", ["serverSide", "serverHostname"]);
      const all = { ...options, ssl };
      return lazy("EventLoop.startTls", startingTls(loop, transport, protocol, all));
    },
    createDatagramEndpoint(loop, factory, options) {
      checkOptions(options, "createDatagramEndpoint()", [
        "localAddr",
        "remoteAddr",
        "reusePort",
        "allowBroadcast",
      ]);
      return lazy("EventLoop.createDatagramEndpoint", endpoint(loop, factory, options));
    },
    addSignalHandler,
    removeSignalHandler,
  });

  /** Has a bundler keep the methods. */
  static bring(): void {
    void this.#brought;
  }
}
