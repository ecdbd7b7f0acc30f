/**
 * How values are printed in messages: short, one line, after Python's `repr`.
 *
 * @module
 */

/** How much of a value is printed. */
interface Limits {
  /** How many characters. */
  readonly length: number;
  /** How many items of a container. */
  readonly items: number;
  /** How deep containers stand in each other. */
  readonly depth: number;
  /** Whether what is too long loses its middle, and not its end. */
  readonly keepsEnds?: boolean;
}

const SHORT: Limits = { length: 80, items: 6, depth: 2 };

const PART: Limits = { length: 30, items: 6, depth: 6, keepsEnds: true };

/** As good as all; a container that holds itself must end somewhere. */
const WHOLE: Limits = { length: Infinity, items: 1_000, depth: 4 };

/**
 * Prints a value in a message: strings quoted, containers one level deep, errors as
 * `TypeError('text')`. An object that has its own `toString` is asked.
 */
export function repr(value: unknown): string {
  return print(value, SHORT, SHORT.depth);
}

/** Prints a value as {@linkcode repr} does, but the whole of it: for a log, which must not lose what it is for. */
export function wholeRepr(value: unknown): string {
  return print(value, WHOLE, WHOLE.depth);
}

/** Prints a value as Python's `reprlib` does, which shows the results of futures. */
export function partRepr(value: unknown): string {
  return print(value, PART, PART.depth);
}

/** Prints a function by its name. */
export function functionName(callback: unknown): string {
  const name = typeof callback === "function" ? callback.name : "";
  return name === "" ? "<anonymous>" : name;
}

/** Says what came where something else was expected: its kind, and the value itself. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  const text = repr(value);
  // The classes of coroutines are this module's own affair, and a minified build's have no names.
  if (text.startsWith("<coroutine ")) return text;
  return `${text} (${typeof value === "object" ? className(value) : typeof value})`;
}

function print(value: unknown, limits: Limits, depth: number): string {
  switch (typeof value) {
    case "string":
      return shorten(quote(value), limits);
    case "bigint":
      return `${value}n`;
    case "function":
      return `<function ${functionName(value)}>`;
    case "object":
      return value === null ? "null" : printObject(value, limits, depth);
    default:
      return String(value);
  }
}

function printObject(value: object, limits: Limits, depth: number): string {
  if (value instanceof Error) {
    return shorten(printError(value, limits, depth), limits);
  }
  if (Array.isArray(value)) {
    return fit(depth === 0 ? "[...]" : `[${items(value, limits, depth)}]`, limits);
  }
  const own = ownToString(value);
  if (own !== undefined) return shorten(own, limits);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    if (depth === 0) return "{...}";
    const entries = Object.entries(value);
    const shown = entries.slice(0, limits.items).map(([key, item]) =>
      `${key}: ${print(item, limits, depth - 1)}`
    );
    if (entries.length > limits.items) shown.push("...");
    return fit(shown.length === 0 ? "{}" : `{ ${shown.join(", ")} }`, limits);
  }
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Generator]") return "<generator object>";
  if (tag === "[object AsyncGenerator]") return "<async_generator object>";
  return shorten(`<${className(value)} object>`, limits);
}

function printError(error: Error, limits: Limits, depth: number): string {
  // Of a class that has given it no name it is the name of its parent's errors.
  const parent = Object(Object.getPrototypeOf(Object(error.constructor?.prototype)));
  const isNamed = error.name !== Reflect.get(parent, "name", error);
  const name = !isNamed && error.constructor?.name || error.name;
  const parts = error.message === "" ? [] : [quote(error.message)];
  const { errors } = error as { errors?: unknown };
  if (Array.isArray(errors)) parts.push(print(errors, limits, depth));
  return `${name}(${parts.join(", ")})`;
}

function ownToString(value: object): string | undefined {
  try {
    const method: unknown = Reflect.get(value, "toString");
    if (typeof method !== "function" || method === Object.prototype.toString) return undefined;
    const text: unknown = Reflect.apply(method, value, []);
    return typeof text === "string" ? text : undefined;
  } catch {
    // A printed form is for a message; an object that cannot print itself must not break it.
    return undefined;
  }
}

function items(values: readonly unknown[], limits: Limits, depth: number): string {
  const shown = values.slice(0, limits.items).map((item) => print(item, limits, depth - 1));
  if (values.length > limits.items) shown.push("...");
  return shown.join(", ");
}

/** Containers are cut by their items; by their length as well but where `reprlib` is followed, which does not. */
function fit(text: string, limits: Limits): string {
  return limits.keepsEnds ? text : shorten(text, limits);
}

function className(value: object): string {
  const constructor: unknown = Reflect.get(value, "constructor");
  return typeof constructor === "function" && constructor.name !== "" ? constructor.name : "object";
}

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replace(/[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, escape);
  return `${mark}${mark === "'" ? inside.replaceAll("'", "\\'") : inside}${mark}`;
}

/** As Python's `repr` has what cannot be seen. */
function escape(character: string): string {
  const known = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0)!;
  const [letter, digits] = code < 0x100 ? ["x", 2] : code < 0x10000 ? ["u", 4] : ["U", 8];
  return `\\${letter}${code.toString(16).padStart(digits as number, "0")}`;
}

function shorten(text: string, { length, keepsEnds = false }: Limits): string {
  if (text.length <= length) return text;
  const begin = keepsEnds ? Math.floor((length - 3) / 2) : length - 3;
  return `${text.slice(0, begin)}...${keepsEnds ? text.slice(begin + 3 - length) : ""}`;
}
