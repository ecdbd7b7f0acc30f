/**
 * How values are printed in messages: short, one line, after Python's `repr`.
 *
 * @module
 */

const LONGEST = 80;
const MOST_ITEMS = 6;

/**
 * Prints a value in a message: strings quoted, containers one level deep, errors as
 * `TypeError('text')`. An object that has its own `toString` is asked.
 */
export function repr(value: unknown): string {
  return print(value, 2);
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

function print(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return shorten(quote(value));
    case "bigint":
      return `${value}n`;
    case "function":
      return `<function ${functionName(value)}>`;
    case "object":
      return value === null ? "null" : shorten(printObject(value, depth));
    default:
      return String(value);
  }
}

function printObject(value: object, depth: number): string {
  if (value instanceof Error) {
    return `${value.name}(${value.message === "" ? "" : quote(value.message)})`;
  }
  if (Array.isArray(value)) return depth === 0 ? "[...]" : `[${items(value, depth)}]`;
  const own = ownToString(value);
  if (own !== undefined) return own;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    if (depth === 0) return "{...}";
    const entries = Object.entries(value);
    const shown = entries.slice(0, MOST_ITEMS).map(([key, item]) =>
      `${key}: ${print(item, depth - 1)}`
    );
    if (entries.length > MOST_ITEMS) shown.push("...");
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

function items(values: readonly unknown[], depth: number): string {
  const shown = values.slice(0, MOST_ITEMS).map((item) => print(item, depth - 1));
  if (values.length > MOST_ITEMS) shown.push("...");
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

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 3)}...`;
}
