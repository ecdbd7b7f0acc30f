/**
 * Checks of what connections, servers and endpoints are asked for.
 *
 * @module
 */
import { ValueError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";

/** @throws {TypeError} If it is no function. */
export function checkFactory(factory: unknown, method: string): void {
  if (typeof factory !== "function") {
    throw new TypeError(
      `${method}() expects a function that makes a protocol as protocolFactory, got ${
        describe(factory)
      }`,
    );
  }
}

/** @throws {TypeError} If it is no text, or an empty one. */
export function checkText(value: unknown, name: string, what: string): void {
  if (typeof value !== "string" || value === "") {
    throw new TypeError(`${name} must be ${what}, got ${describe(value)}`);
  }
}

/** @throws {TypeError} If it is no number. @throws {ValueError} If it is no port. */
export function checkPort(port: unknown): void {
  if (typeof port !== "number") throw new TypeError(`port must be a number, got ${describe(port)}`);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ValueError(`port must be 0-65535, got ${port}`);
  }
}

/** @throws {TypeError} If it is no address of a host and a port. */
export function checkAddress(address: unknown, name: string): void {
  if (!Array.isArray(address) || address.length !== 2) {
    throw new TypeError(
      `${name} must be a host and a port, [host, port], got ${describe(address)}`,
    );
  }
  checkText(address[0], `${name}'s host`, "a name or an address");
  checkPort(address[1]);
}
