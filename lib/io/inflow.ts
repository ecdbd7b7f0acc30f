/**
 * The way in: takes bytes from the host, and hands them to a transport, a piece in each callback of the loop.
 *
 * At most one read is under way. What it brings while the transport is paused is kept until it goes on, so a
 * peer that sends faster than a protocol takes is held up by the system's own buffer.
 *
 * @module
 */
import { copyContext } from "../coroutine/context_vars.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { schedulerOf } from "../kernel/scheduler.ts";
import type { ByteSource } from "../platform/network.ts";
import { connectionError } from "./connection_errors.ts";
import { stir } from "./stir.ts";

/** How much is read at once, in bytes, at first and at most: of 10,000 connections most are idle. */
const ROOM = 4_096;
const MOST_ROOM = 65_536;

/** Whom the bytes go to. */
export interface InflowOwner {
  /**
   * Takes bytes, all or some; the rest it is given again.
   *
   * @returns How many it took.
   */
  take(bytes: Uint8Array): number;
  /** Hears that there are no more. */
  takeEnd(): void;
  /** Hears that the host cannot read. */
  takeError(error: unknown): void;
}

/** What came of a read: bytes, the end, or an error. */
type Arrival = { readonly bytes: Uint8Array } | "end" | { readonly error: unknown };

/** Reads for a transport. */
export class Inflow {
  readonly #loop: EventLoop;
  readonly #source: ByteSource;
  readonly #owner: InflowOwner;
  readonly #leastRoom: number;
  #room: number;
  #isPaused = false;
  #isOver = false;
  #isPulling = false;
  #arrived: Arrival | null = null;
  /** What was read into, and nobody has anything of. */
  #spare: Uint8Array | null = null;
  /** In the context of who began to read, or went on. */
  #deliverThere: () => void = () => {};

  constructor(loop: EventLoop, source: ByteSource, owner: InflowOwner, leastRoom: number = ROOM) {
    this.#loop = loop;
    this.#source = source;
    this.#owner = owner;
    this.#leastRoom = this.#room = leastRoom;
  }

  /** Whether the owner is given what comes, where something still does. */
  get isReading(): boolean {
    return !this.#isPaused;
  }

  /** Begins to read, or goes on. */
  resume(): void {
    if (this.#isOver) return;
    this.#isPaused = false;
    this.#deliverThere = copyContext().bind(() => this.#deliver());
    if (this.#arrived !== null) this.#loop.callSoon(this.#deliverThere);
    else this.#pull();
  }

  /** Gives the owner nothing until {@linkcode resume}. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Gives the owner nothing any more. */
  close(): void {
    this.#isOver = true;
    this.#arrived = null;
  }

  #pull(): void {
    if (this.#isPulling || this.#isPaused || this.#isOver) return;
    this.#isPulling = true;
    const scheduler = schedulerOf(this.#loop);
    scheduler.outside++;
    const room = this.#spare?.length === this.#room ? this.#spare : new Uint8Array(this.#room);
    this.#spare = null;
    const arrive = (arrival: Arrival) => {
      scheduler.outside--;
      this.#isPulling = false;
      if (this.#isOver || scheduler.isClosed) return;
      this.#arrived = arrival;
      stir(this.#loop);
      this.#loop.callSoonThreadsafe(this.#deliverThere);
    };
    this.#source.read(room).then(
      (count) => arrive(count === null ? "end" : { bytes: this.#trim(room, count) }),
      (error) => arrive({ error }),
    );
  }

  /** What is kept of the room that was made; and how much is made the next time. */
  #trim(room: Uint8Array, count: number): Uint8Array {
    if (count === room.length) this.#room = Math.min(2 * this.#room, MOST_ROOM);
    else if (count < this.#room / 4) this.#room = Math.max(this.#room / 2, this.#leastRoom);
    if (2 * count >= room.length) return room.subarray(0, count);
    this.#spare = room;
    return room.slice(0, count);
  }

  #deliver(): void {
    const arrived = this.#arrived;
    if (arrived === null || this.#isPaused || this.#isOver) return;
    this.#arrived = null;
    if (arrived === "end") return this.#owner.takeEnd();
    if ("error" in arrived) return this.#owner.takeError(connectionError(arrived.error));
    const count = this.#owner.take(arrived.bytes);
    if (this.#isOver) return;
    if (count < arrived.bytes.length) {
      this.#arrived = { bytes: arrived.bytes.subarray(count) };
      if (!this.#isPaused) this.#loop.callSoon(this.#deliverThere);
    } else {
      this.#pull();
    }
  }
}
