/**
 * Values as bytes, and back: what a structured clone keeps, for a thread that stands still and so can be
 * sent no message, but can read memory that it shares.
 *
 * Each value begins with one byte that tells its kind. Objects are numbered as they are met, so that one
 * met again, in a circle say, is written as its number. Numbers are little-endian.
 *
 * What only a message can carry (a `Blob`, a port, shared memory itself) is refused with the path to it.
 *
 * @module
 */
import { whyStays } from "../base/staying.ts";

const UNDEFINED = 0;
const NULL = 1;
const TRUE = 2;
const FALSE = 3;
const INTEGER = 4;
const FLOAT = 5;
const BIGINT = 6;
const TEXT = 7;
const WIDE_TEXT = 8;
const SEEN = 9;
const OBJECT = 10;
const ARRAY = 11;
const HOLE = 12;
const MAP = 13;
const SET = 14;
const DATE = 15;
const REGEXP = 16;
const BUFFER = 17;
const VIEW = 18;
const ERROR = 19;
const WRAPPED = 20;

type ViewClass = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

/** The classes of views, by the names that a minifier leaves alone. */
const VIEWS: ReadonlyMap<string, ViewClass> = /* @__PURE__ */ (() =>
  new Map(
    ("BigInt64Array BigUint64Array DataView Float16Array Float32Array Float64Array Int16Array Int32Array " +
      "Int8Array Uint16Array Uint32Array Uint8Array Uint8ClampedArray").split(" ")
      .map((name): [string, ViewClass] => [name, Reflect.get(globalThis, name)])
      .filter(([, view]) => view !== undefined),
  ))();

/** The errors whose class a structured clone keeps. */
const ERRORS: ReadonlyMap<string, ErrorConstructor> =
  /* @__PURE__ */ (() =>
    new Map(Object.entries({
      Error,
      EvalError,
      RangeError,
      ReferenceError,
      SyntaxError,
      TypeError,
      URIError,
    })))();

/**
 * Writes a value as bytes.
 *
 * @throws {TypeError} If something in it cannot be written.
 */
export function toBytes(value: unknown): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.write(value, "result");
  return writer.bytes();
}

/** Reads a value that {@linkcode toBytes} wrote. */
export function fromBytes(bytes: Uint8Array<ArrayBuffer>): unknown {
  return new Reader(bytes).read();
}

class Writer {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #numbers = new Map<object, number>();
  readonly #encoder = new TextEncoder();

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  write(value: unknown, path: string): void {
    switch (typeof value) {
      case "undefined":
        return this.#byte(UNDEFINED);
      case "boolean":
        return this.#byte(value ? TRUE : FALSE);
      case "number":
        return this.#number(value);
      case "bigint":
        this.#byte(BIGINT);
        return this.#text(String(value));
      case "string":
        return this.#text(value);
      case "object":
        return value === null ? this.#byte(NULL) : this.#object(value, path);
      default:
        throw refusal(value, path);
    }
  }

  #object(value: object, path: string): void {
    const known = this.#numbers.get(value);
    if (known !== undefined) {
      this.#byte(SEEN);
      return this.#uint32(known);
    }
    this.#numbers.set(value, this.#numbers.size);
    if (Array.isArray(value)) return this.#array(value, path);
    const why = whyStays(value);
    if (why !== null) {
      throw new TypeError(`cannot send the result to another thread: ${path} is ${why}`);
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return this.#plain(value, path);
    if (value instanceof Map) return this.#map(value, path);
    if (value instanceof Set) return this.#items(SET, [...value], path);
    if (value instanceof Date) {
      this.#byte(DATE);
      return this.#float(value.getTime());
    }
    if (value instanceof RegExp) {
      this.#byte(REGEXP);
      this.#text(value.source);
      return this.#text(value.flags);
    }
    if (value instanceof ArrayBuffer) return this.#buffer(value);
    if (ArrayBuffer.isView(value)) return this.#arrayView(value, path);
    if (value instanceof Error) return this.#error(value, path);
    if (value instanceof Boolean || value instanceof Number || value instanceof String) {
      this.#byte(WRAPPED);
      return this.write(value.valueOf(), path);
    }
    if (Object.prototype.toString.call(value) !== "[object Object]") throw refusal(value, path);
    // An object of a class: a clone keeps its fields.
    return this.#plain(value, path);
  }

  #plain(value: object, path: string): void {
    this.#byte(OBJECT);
    const keys = Object.keys(value);
    this.#uint32(keys.length);
    for (const key of keys) {
      this.#text(key);
      this.write(Reflect.get(value, key), `${path}.${key}`);
    }
  }

  #array(value: readonly unknown[], path: string): void {
    this.#byte(ARRAY);
    this.#uint32(value.length);
    for (let index = 0; index < value.length; index++) {
      if (index in value) this.write(value[index], `${path}[${index}]`);
      else this.#byte(HOLE);
    }
  }

  #map(value: ReadonlyMap<unknown, unknown>, path: string): void {
    this.#byte(MAP);
    this.#uint32(value.size);
    for (const [key, item] of value) {
      this.write(key, `${path}.keys()`);
      this.write(item, `${path}.get(${String(key)})`);
    }
  }

  #items(kind: number, items: readonly unknown[], path: string): void {
    this.#byte(kind);
    this.#uint32(items.length);
    for (const item of items) this.write(item, `${path}.values()`);
  }

  #buffer(value: ArrayBuffer): void {
    this.#byte(BUFFER);
    this.#uint32(value.byteLength);
    this.#copy(new Uint8Array(value));
  }

  #arrayView(value: ArrayBufferView, path: string): void {
    if (!(value.buffer instanceof ArrayBuffer)) throw refusal(value.buffer, `${path}.buffer`);
    const name = Object.prototype.toString.call(value).slice("[object ".length, -1);
    const length = value instanceof DataView
      ? value.byteLength
      : (value as unknown as ArrayLike<unknown>).length;
    this.#byte(VIEW);
    this.#text(name);
    this.#uint32(value.byteOffset);
    this.#uint32(length);
    this.#object(value.buffer, `${path}.buffer`);
  }

  #error(value: Error, path: string): void {
    this.#byte(ERROR);
    this.#text(ERRORS.has(value.name) ? value.name : "Error");
    this.#text(String(value.message));
    this.write(typeof value.stack === "string" ? value.stack : undefined, path);
    const hasCause = Object.hasOwn(value, "cause");
    this.#byte(hasCause ? TRUE : FALSE);
    if (hasCause) this.write(value.cause, `${path}.cause`);
  }

  #number(value: number): void {
    if (value === (value | 0) && !Object.is(value, -0)) {
      this.#byte(INTEGER);
      this.#reserve(4);
      this.#view.setInt32(this.#length, value, true);
      this.#length += 4;
    } else {
      this.#byte(FLOAT);
      this.#float(value);
    }
  }

  #float(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** A text, by its kind: what is no valid Unicode would come back changed from UTF-8. */
  #text(value: string): void {
    // Three bytes for each unit of UTF-16, at most.
    this.#reserve(5 + 3 * value.length);
    if (/\p{Surrogate}/u.test(value)) {
      this.#byte(WIDE_TEXT);
      this.#uint32(value.length);
      for (let index = 0; index < value.length; index++) {
        this.#view.setUint16(this.#length, value.charCodeAt(index), true);
        this.#length += 2;
      }
      return;
    }
    this.#byte(TEXT);
    const target = this.#bytes.subarray(this.#length + 4);
    const { written } = this.#encoder.encodeInto(value, target);
    this.#uint32(written);
    this.#length += written;
  }

  #copy(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  #uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

class Reader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #position = 0;
  readonly #objects: object[] = [];
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): unknown {
    const kind = this.#byte();
    switch (kind) {
      case UNDEFINED:
        return undefined;
      case NULL:
        return null;
      case TRUE:
        return true;
      case FALSE:
        return false;
      case INTEGER:
        this.#position += 4;
        return this.#view.getInt32(this.#position - 4, true);
      case FLOAT:
        return this.#float();
      case BIGINT:
        return BigInt(this.#text());
      case TEXT:
      case WIDE_TEXT:
        this.#position--;
        return this.#text();
      case SEEN:
        return this.#objects[this.#uint32()];
      default:
        return this.#object(kind);
    }
  }

  #object(kind: number): object {
    switch (kind) {
      case ARRAY:
        return this.#array();
      case MAP:
        return this.#map();
      case SET: {
        const set = this.#keep(new Set());
        for (let left = this.#uint32(); left > 0; left--) set.add(this.read());
        return set;
      }
      case DATE:
        return this.#keep(new Date(this.#float()));
      case REGEXP:
        return this.#keep(new RegExp(this.#text(), this.#text()));
      case BUFFER: {
        const length = this.#uint32();
        const start = this.#position;
        this.#position += length;
        return this.#keep(this.#bytes.slice(start, start + length).buffer);
      }
      case VIEW:
        return this.#arrayView();
      case ERROR:
        return this.#error();
      case WRAPPED:
        return this.#wrapped();
      default:
        return this.#plain();
    }
  }

  #plain(): object {
    const object = this.#keep({});
    for (let left = this.#uint32(); left > 0; left--) {
      // Not by assigning: a key may be "__proto__".
      Object.defineProperty(object, this.#text(), {
        value: this.read(),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
    return object;
  }

  #array(): unknown[] {
    const length = this.#uint32();
    const array: unknown[] = this.#keep(new Array(length));
    for (let index = 0; index < length; index++) {
      if (this.#bytes[this.#position] === HOLE) this.#position++;
      else array[index] = this.read();
    }
    return array;
  }

  #map(): Map<unknown, unknown> {
    const map = this.#keep(new Map());
    for (let left = this.#uint32(); left > 0; left--) map.set(this.read(), this.read());
    return map;
  }

  #arrayView(): object {
    // Numbered before its buffer, as it was written.
    const number = this.#objects.push({}) - 1;
    const name = this.#text();
    const offset = this.#uint32();
    const length = this.#uint32();
    const buffer = this.read() as ArrayBuffer;
    const View = VIEWS.get(name);
    if (View === undefined) throw new TypeError(`${name} does not exist in this thread`);
    return this.#objects[number] = new View(buffer, offset, length);
  }

  #error(): Error {
    const number = this.#objects.push({}) - 1;
    const Class = ERRORS.get(this.#text()) ?? Error;
    const error = new Class(this.#text());
    this.#objects[number] = error;
    const stack = this.read();
    Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
    if (this.#byte() === TRUE) {
      Object.defineProperty(error, "cause", {
        value: this.read(),
        configurable: true,
        writable: true,
      });
    }
    return error;
  }

  #wrapped(): object {
    const number = this.#objects.push({}) - 1;
    return this.#objects[number] = Object(this.read());
  }

  #keep<T extends object>(object: T): T {
    this.#objects.push(object);
    return object;
  }

  #text(): string {
    const kind = this.#byte();
    const length = this.#uint32();
    const start = this.#position;
    if (kind === TEXT) {
      this.#position += length;
      return this.#decoder.decode(this.#bytes.subarray(start, start + length));
    }
    let text = "";
    for (let index = 0; index < length; index++) {
      text += String.fromCharCode(this.#view.getUint16(start + 2 * index, true));
    }
    this.#position += 2 * length;
    return text;
  }

  #float(): number {
    this.#position += 8;
    return this.#view.getFloat64(this.#position - 8, true);
  }

  #uint32(): number {
    this.#position += 4;
    return this.#view.getUint32(this.#position - 4, true);
  }

  #byte(): number {
    return this.#bytes[this.#position++]!;
  }
}

function refusal(value: unknown, path: string): TypeError {
  const what = typeof value === "object" && value !== null
    ? Object.prototype.toString.call(value)
    : `${typeof value} ${typeof value === "function" ? value.name : String(value)}`.trimEnd();
  return new TypeError(
    `cannot give the result to a thread that blocks: ${path} is ${what}; await it there instead`,
  );
}
