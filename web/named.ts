/**
 * The module, with every export by the name that its users know: a minifier gives functions and classes names
 * of its own, and what prints a class or a stack prints those.
 *
 * @module
 */

import * as exported from "../mod.ts";

export * from "../mod.ts";

for (const [name, value] of Object.entries(exported)) {
  if (typeof value !== "function" || value.name === name) continue;
  Object.defineProperty(value, "name", { value: name, configurable: true });
}
