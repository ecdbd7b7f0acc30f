/**
 * The host's sockets, or the reason why there are none.
 *
 * @module
 */
import { NotSupportedError } from "../base/errors.ts";
import { host } from "../platform/current.ts";
import type { Network } from "../platform/network.ts";

/**
 * Gives them.
 *
 * @throws {NotSupportedError} In a browser.
 */
export function network(): Network {
  if (host.network === null) {
    throw new NotSupportedError(
      "a browser has no sockets: expected fetch() or a WebSocket, awaited by fromPromise()",
    );
  }
  return host.network;
}
