/**
 * The bytes that came and were not read yet.
 *
 * They lie in one piece, so that a separator is found wherever it was cut in sending. What is taken only moves the
 * begin, and what comes is put behind, so that a byte costs the same however many there are. Of a buffer that is empty
 * nothing is kept: of 10,000 connections most are idle.
 *
 * @module
 */

const NOTHING = /* @__PURE__ */ new Uint8Array(0);

/** Where a separator stands: its begin and its end. */
export type Match = readonly [start: number, end: number];

/** Bytes that come at the one end and are taken at the other. */
export class ByteBuffer {
  #place: Uint8Array = NOTHING;
  #begin = 0;
  #end = 0;

  /** How many there are. */
  get length(): number {
    return this.#end - this.#begin;
  }

  /** Puts in a copy. */
  push(data: Uint8Array): void {
    const { length } = this;
    if (length === 0) {
      this.#place = data.slice();
      this.#end = data.length;
      return;
    }
    if (this.#end + data.length > this.#place.length) this.#makeRoom(length + data.length);
    this.#place.set(data, this.#end);
    this.#end += data.length;
  }

  /** Takes out the first, as many as there are at most; the result is the caller's alone. */
  take(count: number): Uint8Array {
    const size = Math.min(count, this.length);
    // What was put in by one piece, and is asked for as a whole, is not copied again; but what stands for nothing stays here.
    const isAll = size > 0 && size === this.#place.length;
    const taken = isAll ? this.#place : this.#place.slice(this.#begin, this.#begin + size);
    this.#begin += size;
    if (this.#begin === this.#end) {
      this.#place = NOTHING;
      this.#begin = this.#end = 0;
    }
    return taken;
  }

  /** Tells whether some bytes stand at a place. */
  has(bytes: Uint8Array, at: number): boolean {
    return at + bytes.length <= this.length && matches(this.#place, bytes, this.#begin + at);
  }

  /**
   * Finds what ends first.
   *
   * @param separators What is looked for, the shortest first.
   * @param from Before which place none begins.
   */
  find(separators: readonly Uint8Array[], from: number): Match | null {
    const bytes = this.#place.subarray(this.#begin, this.#end);
    // Looking for each through all there is would cost that much for every line.
    return separators.length === 1
      ? findOne(bytes, separators[0]!, from)
      : findFirst(bytes, separators, from);
  }

  #makeRoom(size: number): void {
    const place = size <= this.#place.length / 2 ? this.#place : new Uint8Array(2 * size);
    place.set(this.#place.subarray(this.#begin, this.#end));
    this.#place = place;
    this.#end -= this.#begin;
    this.#begin = 0;
  }
}

function findOne(bytes: Uint8Array, separator: Uint8Array, from: number): Match | null {
  const first = separator[0]!;
  for (let at = from; (at = bytes.indexOf(first, at)) !== -1; at++) {
    if (matches(bytes, separator, at)) return [at, at + separator.length];
  }
  return null;
}

function findFirst(
  bytes: Uint8Array,
  separators: readonly Uint8Array[],
  from: number,
): Match | null {
  for (let end = from; end <= bytes.length; end++) {
    for (const separator of separators) {
      const start = end - separator.length;
      if (start >= from && matches(bytes, separator, start)) return [start, end];
    }
  }
  return null;
}

/** Past the end there is no byte, which matches none. */
function matches(bytes: Uint8Array, part: Uint8Array, at: number): boolean {
  for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) return false;
  return true;
}
