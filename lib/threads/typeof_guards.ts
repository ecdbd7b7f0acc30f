/**
 * What `typeof` makes sure of: `typeof window !== "undefined" ? window.name : ""` may be sent to where there is no
 * `window`, for it asks before it uses it.
 *
 * @module
 */

/**
 * What a condition tells of names that nothing declares: those that are there if it holds, and those that are
 * if it does not. `typeof window !== "undefined"` says it of `window`.
 */
export interface Facts {
  readonly whenTrue: ReadonlySet<string>;
  readonly whenFalse: ReadonlySet<string>;
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** What most expressions tell. */
export const NO_FACTS: Facts = { whenTrue: NO_NAMES, whenFalse: NO_NAMES };

/** An operand, as far as a condition is made of it. */
export interface Operand {
  /** The name whose type it asks for, where it is `typeof name`. */
  readonly typeofName: string | null;
  /** What it is, where it is a literal text. */
  readonly text: string | null;
  /** What it tells where it is a condition by itself. */
  readonly facts: Facts;
}

/** What may be written for `typeof name === "undefined"`, by its operator; a minifier has `typeof name > "u"`. */
const ABSENT: ReadonlySet<string> = new Set(["=== undefined", "== undefined", "> u"]);
const PRESENT: ReadonlySet<string> = new Set(["!== undefined", "!= undefined", "< u"]);
const MIRRORED: Readonly<Record<string, string>> = { "<": ">", ">": "<" };

/** What most operands are. */
export const OPAQUE: Operand = { typeofName: null, text: null, facts: NO_FACTS };

/** What a comparison tells, whichever side of it asks for a type. */
export function compare(left: Operand, operator: string, right: Operand): Facts {
  return compareWith(left, operator, right) ??
    compareWith(right, MIRRORED[operator] ?? operator, left) ?? NO_FACTS;
}

/** What a comparison tells of the name whose type its left side asks for; `null` if that is none. */
function compareWith(left: Operand, operator: string, right: Operand): Facts | null {
  if (left.typeofName === null || right.text === null) return null;
  const names = new Set([left.typeofName]);
  const comparison = `${operator} ${right.text}`;
  if (PRESENT.has(comparison)) return { whenTrue: names, whenFalse: NO_NAMES };
  if (ABSENT.has(comparison)) return { whenTrue: NO_NAMES, whenFalse: names };
  // Any other type is one that a variable has.
  if (/^===? [a-z]/.test(comparison)) return { whenTrue: names, whenFalse: NO_NAMES };
  if (/^!==? [a-z]/.test(comparison)) return { whenTrue: NO_NAMES, whenFalse: names };
  return null;
}

/** What a condition tells with so many `!` before it. */
export function negate(facts: Facts, times: number): Facts {
  return times % 2 === 0 ? facts : { whenTrue: facts.whenFalse, whenFalse: facts.whenTrue };
}

/** What two conditions tell with `&&` between them. */
export function bothHold(a: Facts, b: Facts): Facts {
  return { whenTrue: all(a.whenTrue, b.whenTrue), whenFalse: common(a.whenFalse, b.whenFalse) };
}

/** What two conditions tell with `||` between them. */
export function eitherHolds(a: Facts, b: Facts): Facts {
  return { whenTrue: common(a.whenTrue, b.whenTrue), whenFalse: all(a.whenFalse, b.whenFalse) };
}

function all(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return a.size === 0 ? b : b.size === 0 ? a : new Set([...a, ...b]);
}

function common(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  return a.size === 0 ? a : b.size === 0 ? b : new Set([...a].filter((name) => b.has(name)));
}
