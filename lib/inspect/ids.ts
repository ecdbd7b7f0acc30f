/**
 * Numbers for what has no name: Python prints addresses, which objects here do not have.
 *
 * @module
 */

const ids = new WeakMap<object, number>();
let given = 0;

/** The number of an object, the same each time, given when it is first asked for. */
export function idOf(object: object): number {
  let id = ids.get(object);
  if (id === undefined) {
    id = ++given;
    ids.set(object, id);
  }
  return id;
}
