/**
 * Where a thread that is done waits for its next message: for a moment beside its event loop, at a word of
 * shared memory. To wake an event loop that sleeps costs more than all else of a short job's way there
 * and back; a thread that looks at a word is there at once.
 *
 * The thread parks after its work, in a turn of its own, and for a short time, so nothing that waits in its
 * event loop is late by more than that. While it is parked, a message of plain values is written beside the
 * word. Any other is posted as ever, and a thread whose last message was such a one does not park, for to be
 * called away from there takes longer than to be woken.
 *
 * @module
 */

/** How long a thread is parked at most, in milliseconds. */
const PATIENCE = 1;

/**
 * How much of that it looks at the word without sleeping, in milliseconds: about what it costs to wake the
 * other thread with an answer and to get the next call.
 * One thread at a time does so, the last that was done, for that one is given the next job.
 */
const SPIN = 0.2;

/** What the shared memory holds; each thread is given it, for it reads this file as text. */
const LAYOUT = {
  /**
   * Where the state is: the thread runs, or has a message beside the word; or, below 0, it is parked:
   * `~count`, where `count` is how many messages its event loop has brought it. Where that are all that were
   * posted, the next may be brought to it here, and none has overtaken another.
   */
  state: 0,
  runs: 0,
  handed: 1,
  /** Where it is said how many messages were posted to its event loop. */
  posted: 1,
  /** Where it is said whether the next message is likely to find it here if it parks: 1 if it is. */
  serves: 2,
  /** Where it is said how long the message is that was handed over, in bytes. */
  length: 3,
  /** How many words there are; the message stands behind them. */
  words: 4,
  /** The counts begin anew behind it. */
  mostPosted: 0x3fff_ffff,
} as const;

/** How many bytes a message that is handed over may take. */
const ROOM = 4_096;
/** How many characters and values are worth a try. */
const MOST_VALUES = 1_000;

/** What a thread is given of all this when it starts. */
export interface ParkingData {
  /** The words, and behind them the room for a message. */
  readonly place: SharedArrayBuffer;
  readonly layout: typeof LAYOUT;
  /** A word with the number of the thread that may spin. */
  readonly turn: SharedArrayBuffer;
  readonly number: number;
  readonly patience: number;
  readonly spin: number;
}

/** What threads of this process share, made when the first is started. */
let turn: SharedArrayBuffer | null = null;
let count = 0;

/** What takes messages for a thread. */
export interface Posts {
  /** Sends a message. */
  postMessage(message: unknown, transfer?: Transferable[]): void;
}

/** The place of one thread, seen from the thread that sends it messages. */
export class Parking {
  /** What the thread is to be given. */
  readonly data: ParkingData;
  readonly #words: Int32Array;
  readonly #room: Uint8Array;
  readonly #encoder = new TextEncoder();
  /** How many messages were posted. */
  #posted = 0;

  /** Makes a place where nobody is parked. */
  constructor() {
    turn ??= new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const place = new SharedArrayBuffer(LAYOUT.words * Int32Array.BYTES_PER_ELEMENT + ROOM);
    // With one core, to spin is to keep from working who is waited for.
    const spin = navigator.hardwareConcurrency > 1 ? SPIN : 0;
    this.data = { place, layout: LAYOUT, turn, number: ++count, patience: PATIENCE, spin };
    this.#words = new Int32Array(place, 0, LAYOUT.words);
    this.#room = new Uint8Array(place, this.#words.byteLength);
  }

  /**
   * Sends a message to the thread: where it is parked, to there, else to its event loop.
   *
   * @param thread What posts to its event loop.
   * @param message The message.
   * @param transfer What of it is moved.
   * @throws If the message cannot be cloned; then nothing is sent.
   */
  send(thread: Posts, message: unknown, transfer: Transferable[] | undefined): void {
    const isParked = Atomics.load(this.#words, LAYOUT.state) === ~this.#posted;
    const isPlain = transfer === undefined && isPlainMessage(message);
    if (!isParked || !isPlain || !this.#hand(message)) {
      this.#post(thread, message, transfer, isPlain);
    }
  }

  /** Writes a message of plain values beside the word. Gives whether it did. */
  #hand(message: readonly unknown[]): boolean {
    let sent = message;
    if (message.some(isObject)) {
      // What JSON is then given is what a posted message would bring, or this throws as that does.
      sent = structuredClone(message);
      if (!isPlainMessage(sent)) return false;
    }
    // Into shared memory itself a browser's encoder does not write.
    const bytes = this.#encoder.encode(JSON.stringify(sent));
    if (bytes.length > ROOM) return false;
    this.#room.set(bytes);
    this.#words[LAYOUT.length] = bytes.length;
    return this.#wake(~this.#posted, LAYOUT.handed);
  }

  #post(
    thread: Posts,
    message: unknown,
    transfer: Transferable[] | undefined,
    serves: boolean,
  ): void {
    // Before the message, for which the thread may have come to rest again when this goes on.
    Atomics.store(this.#words, LAYOUT.serves, serves ? 1 : 0);
    thread.postMessage(message, transfer ?? []);
    this.#posted = (this.#posted + 1) & LAYOUT.mostPosted;
    Atomics.store(this.#words, LAYOUT.posted, this.#posted);
    // It may have parked meanwhile.
    const state = Atomics.load(this.#words, LAYOUT.state);
    if (state < 0) this.#wake(state, LAYOUT.runs);
  }

  /** Changes the state of the thread, if it is still this one, and wakes it. Gives whether it was. */
  #wake(from: number, to: number): boolean {
    if (Atomics.compareExchange(this.#words, LAYOUT.state, from, to) !== from) return false;
    Atomics.notify(this.#words, LAYOUT.state);
    return true;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** Whether a message is short, and JSON keeps it as it is. */
function isPlainMessage(message: unknown): message is readonly unknown[] {
  if (!Array.isArray(message) || message.length > MOST_VALUES) return false;
  const seen = new Set<object>();
  let size = message.length;
  for (const value of message) {
    size += plainSize(value, seen);
    if (size > MOST_VALUES) return false;
  }
  return true;
}

/** How long a value is; infinitely where JSON loses something of it. */
function plainSize(value: unknown, seen: Set<object>): number {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0) ? 1 : Infinity;
    case "string":
      return value.length;
    case "boolean":
      return 1;
    case "object":
      return value === null ? 1 : objectSize(value, seen);
    default:
      return Infinity;
  }
}

/** How long an object is; infinitely where it is no plain one, or not a tree. */
function objectSize(value: object, seen: Set<object>): number {
  const isList = Array.isArray(value);
  const prototype = isList ? Array.prototype : Object.prototype;
  if (seen.has(value) || Object.getPrototypeOf(value) !== prototype || "toJSON" in value) {
    return Infinity;
  }
  if (isList && value.length > MOST_VALUES) return Infinity;
  seen.add(value);
  const keys = Object.keys(value);
  // Holes, and what is no element.
  if (isList && keys.length !== value.length) return Infinity;
  let size = keys.length;
  for (const key of keys) {
    size += (isList ? 0 : key.length) + plainSize(Reflect.get(value, key), seen);
    if (size > MOST_VALUES) return Infinity;
  }
  return size;
}

/** What parking asks of the thread. */
export interface ParkingHost {
  /** Calls back in a turn of its own, when what waits for this one has had its. */
  nextTurn(callback: () => void): void;
  /** Takes a message that has come while the thread was parked, outside all that a job has set for itself. */
  receive(message: unknown): void;
}

/** The thread's own part of its place. */
export interface ParkedThread {
  /** Takes note that a message has come by the event loop. */
  came(): void;
  /** Parks the thread as soon as this turn is over, if it has leisure then, in milliseconds. */
  park(leisure: () => number): void;
}

/**
 * Makes the thread's own part; sent as text, so it uses nothing from around it.
 *
 * @param data What the thread was given.
 * @param host The thread.
 */
export function parkedThread(data: ParkingData, host: ParkingHost): ParkedThread {
  const { layout } = data;
  const words = new Int32Array(data.place, 0, layout.words);
  const room = new Uint8Array(data.place, words.byteLength);
  const turn = new Int32Array(data.turn);
  const decoder = new TextDecoder();
  let come = 0;
  let parks = false;
  /** Whether the last wait was not in vain. */
  let isBusy = false;

  const methods = {
    came(): void {
      come = (come + 1) & layout.mostPosted;
    },

    park(leisure: () => number): void {
      if (parks || Atomics.load(words, layout.serves) === 0) return;
      parks = true;
      host.nextTurn(() => {
        parks = false;
        const patience = Math.min(data.patience, leisure());
        if (patience > 0) methods.wait(patience);
      });
    },

    wait(patience: number): void {
      const parked = ~come;
      Atomics.store(words, layout.state, parked);
      // What was posted before that has woken nobody.
      if (Atomics.load(words, layout.posted) === come) methods.sleep(parked, patience);
      const state = Atomics.exchange(words, layout.state, layout.runs);
      isBusy = state !== parked;
      if (state === layout.handed) {
        const text = decoder.decode(room.slice(0, words[layout.length]));
        host.receive(JSON.parse(text));
      }
    },

    sleep(parked: number, patience: number): void {
      if (isBusy && data.spin > 0) {
        const end = performance.now() + Math.min(data.spin, patience);
        Atomics.store(turn, 0, data.number);
        while (Atomics.load(words, layout.state) === parked) {
          if (Atomics.load(turn, 0) !== data.number || performance.now() > end) break;
        }
      }
      Atomics.wait(words, layout.state, parked, patience);
    },
  };
  return methods;
}
