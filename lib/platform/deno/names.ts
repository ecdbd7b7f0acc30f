/**
 * The addresses of hosts.
 *
 * @module
 */
import { denoGlobal } from "./namespace.ts";

/** Tells whether a host is given by its numbers. */
export function isNumeric(hostname: string): boolean {
  return /^[\d.]+$|:/.test(hostname);
}

/** Finds the addresses of a name, by their numbers. */
export function resolve(hostname: string): Promise<readonly string[]> {
  if (isNumeric(hostname)) return Promise.resolve([hostname]);
  const { lookup } = denoGlobal.process.getBuiltinModule("node:dns");
  return new Promise((resolve, reject) =>
    lookup(hostname, { all: true }, (error, found) => {
      if (error) reject(error);
      else resolve([...new Set(found.map(({ address }) => address))]);
    })
  );
}
