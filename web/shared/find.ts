/**
 * @module
 */
/// <reference lib="dom" />

/**
 * Finds an element that the page cannot do without.
 *
 * @param selector Which one.
 * @param kind The class that it is of.
 * @returns The element.
 * @throws {TypeError} If there is none, or one of another class.
 */
export function find<T extends Element>(selector: string, kind: new () => T): T {
  const element = document.querySelector(selector);
  if (element instanceof kind) return element;
  throw new TypeError(`the page has no ${selector}`);
}
