/**
 * Shared memory in which one thread waits for an answer of another: it blocks, and can be sent no message.
 *
 * The cell begins with four words, and the answer's bytes follow. The first word is the state:
 *
 * ```
 *   IDLE ──arm──► 4n + ARMED ──claim──► 4n + CLAIMED ──► 4n + FILLED ──take──► IDLE
 *                      └────withdraw (the time is up)──────────────────────────►┘
 * ```
 *
 * `n` counts the waits, so that an answer that comes too late for one is never taken for another's. To
 * claim and to withdraw are both one exchange of the same word, so only one of the two can happen; who
 * answers writes nothing before the claim.
 *
 * @module
 */

const STATE = 0;
const KIND = 1;
const LENGTH = 2;
const HEADER_WORDS = 4;

const IDLE = 0;
const ARMED = 1;
const CLAIMED = 2;
const FILLED = 3;

/** How many bytes of an answer a cell holds at first, and the most that it keeps holding. */
const SMALLEST = 4096;
const LARGEST_KEPT = 1_048_576;

/** What an answer says. `more` says that the cell is too small for it. */
export type AnswerKind = "result" | "error" | "cancelled" | "interrupted" | "more";

const KINDS: readonly AnswerKind[] = ["result", "error", "cancelled", "interrupted", "more"];

/** What a wait came to. */
export interface CellAnswer {
  readonly kind: AnswerKind;
  /** The answer's bytes; of `more`, none. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A cell, at the end of the thread that blocks. */
export class BlockingCell {
  #buffer = makeBuffer(SMALLEST);
  #words = new Int32Array(this.#buffer);
  #waits = 0;

  /** The memory, to be given to the other thread. */
  get buffer(): SharedArrayBuffer {
    return this.#buffer;
  }

  /** Makes the cell ready for a wait, and gives the word by which the other thread claims it. */
  arm(): number {
    // 29 bits, so that the word stays a positive one of 32.
    this.#waits = (this.#waits + 1) & 0x1fffffff;
    const word = 4 * this.#waits + ARMED;
    Atomics.store(this.#words, STATE, word);
    return word;
  }

  /**
   * Blocks until the answer is there.
   *
   * @param word What {@linkcode arm} gave.
   * @param milliseconds The longest time to wait.
   * @returns The answer, or `null` when the time is up.
   */
  wait(word: number, milliseconds: number): CellAnswer | null {
    const words = this.#words;
    Atomics.wait(words, STATE, word, milliseconds);
    if (Atomics.compareExchange(words, STATE, word, IDLE) === word) return null;
    // It is being written, which takes no longer than a copy.
    Atomics.wait(words, STATE, word - ARMED + CLAIMED);
    const kind = KINDS[Atomics.load(words, KIND)]!;
    const length = Atomics.load(words, LENGTH);
    const start = 4 * HEADER_WORDS;
    const bytes = new Uint8Array(kind === "more" ? 0 : length);
    bytes.set(new Uint8Array(this.#buffer, start, bytes.length));
    Atomics.store(words, STATE, IDLE);
    if (kind === "more") this.#replace(length);
    return { kind, bytes };
  }

  /** Gives up memory that one large answer needed; tells whether the other thread has to be told. */
  shrink(): boolean {
    if (this.#buffer.byteLength <= LARGEST_KEPT) return false;
    this.#replace(SMALLEST);
    return true;
  }

  #replace(bytes: number): void {
    this.#buffer = makeBuffer(bytes);
    this.#words = new Int32Array(this.#buffer);
  }
}

function makeBuffer(bytes: number): SharedArrayBuffer {
  return new SharedArrayBuffer(4 * (HEADER_WORDS + Math.ceil(bytes / 4)));
}

/** Claims a cell for an answer; `false` when nobody waits by this word any more. */
export function claimCell(buffer: SharedArrayBuffer, word: number): boolean {
  const words = new Int32Array(buffer);
  return Atomics.compareExchange(words, STATE, word, word - ARMED + CLAIMED) === word;
}

/** Writes the answer into a cell that was claimed; `false` when it is too small, which it then says. */
export function fillCell(
  buffer: SharedArrayBuffer,
  kind: AnswerKind,
  bytes: Uint8Array,
): boolean {
  const words = new Int32Array(buffer);
  const start = 4 * HEADER_WORDS;
  const fits = bytes.length <= buffer.byteLength - start;
  if (fits) new Uint8Array(buffer, start).set(bytes);
  Atomics.store(words, KIND, KINDS.indexOf(fits ? kind : "more"));
  Atomics.store(words, LENGTH, bytes.length);
  const claimed = Atomics.load(words, STATE);
  Atomics.store(words, STATE, claimed - CLAIMED + FILLED);
  Atomics.notify(words, STATE);
  return fits;
}
