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
}

const SHORT: Limits = { length: 80, items: 6, depth: 2 };

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

/** Prints a function by its name. */
export function functionName(callback: unknown): string {
  const name = typeof callback === "function" ? callback.name : "";
  return name === "" ? "<anonymous>" : name;
}

/** Says what came where something else was expected: its kind, and the value itself. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (value === undefined) return "undefined";
  const kind = typeof value === "object" ? className(value) : typeof value;
  return `${repr(value)} (${kind})`;
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
      return value === null ? "null" : shorten(printObject(value, limits, depth), limits);
    default:
      return String(value);
  }
}

function printObject(value: object, limits: Limits, depth: number): string {
  if (value instanceof Error) {
    return `${value.name}(${value.message === "" ? "" : quote(value.message)})`;
  }
  if (Array.isArray(value)) return depth === 0 ? "[...]" : `[${items(value, limits, depth)}]`;
  const own = ownToString(value);
  if (own !== undefined) return own;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    if (depth === 0) return "{...}";
    const entries = Object.entries(value);
    const shown = entries.slice(0, limits.items).map(([key, item]) =>
      `${key}: ${print(item, limits, depth - 1)}`
    );
    if (entries.length > limits.items) shown.push("...");
    return shown.length === 0 ? "{}" : `{ ${shown.join(", ")} }`;
  }
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Generator]") return "<generator object>";
  if (tag === "[object AsyncGenerator]") return "<async_generator object>";
  return `<${className(value)} object>`;
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

function className(value: object): string {
  const constructor: unknown = Reflect.get(value, "constructor");
  return typeof constructor === "function" && constructor.name !== "" ? constructor.name : "object";
}

function quote(text: string): string {
  return text.includes("'") && !text.includes('"')
    ? `"${text.replaceAll("\n", "\\n")}"`
    : `'${text.replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`;
}

function shorten(text: string, { length }: Limits): string {
  return text.length <= length ? text : `${text.slice(0, length - 3)}...`;
}
