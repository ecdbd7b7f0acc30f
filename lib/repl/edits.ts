/**
 * Edits of a text that remember which part of the result came from where, so that the places in a
 * stack can be told in terms of what was typed.
 *
 * An edit never touches another: texts are put in at positions, ranges are taken out, and a range that
 * is moved keeps the edits inside it.
 *
 * @module
 */

/** A place in a text; both numbers count from 1, as in stacks. */
export interface Place {
  /** The line. */
  readonly line: number;
  /** The column. */
  readonly column: number;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Move extends Range {
  readonly to: number;
}

/** A stretch of the result: as it stands in the source from `from` on, or new where that is `null`. */
interface Piece {
  readonly text: string;
  readonly from: number | null;
}

/** The edits of one source. */
export class Edits {
  readonly #source: string;
  readonly #before = new Map<number, string>();
  readonly #after = new Map<number, string>();
  readonly #removed: Range[] = [];
  readonly #moves: Move[] = [];
  readonly #terminated = new Set<number>();

  /** @param source The text. */
  constructor(source: string) {
    this.#source = source;
  }

  /** Puts a text before what begins at a position; a later one stands closer to it. */
  before(position: number, text: string): void {
    this.#before.set(position, (this.#before.get(position) ?? "") + text);
  }

  /** Puts a text behind what ends at a position; a later one stands closer to it. */
  after(position: number, text: string): void {
    this.#after.set(position, text + (this.#after.get(position) ?? ""));
  }

  /** Takes a range out. */
  remove(start: number, end: number): void {
    if (start < end) this.#removed.push({ start, end });
  }

  /** Moves a range, with what is put before and behind it, to where something else begins. */
  move(start: number, end: number, to: number): void {
    this.#moves.push({ start, end, to });
  }

  /** Puts a semicolon behind a statement that does without. */
  terminate(end: number): void {
    if (this.#source[end - 1] === ";" || this.#terminated.has(end)) return;
    this.#terminated.add(end);
    this.after(end, ";");
  }

  /**
   * Makes the result.
   *
   * @param head What comes before all of it.
   * @param tail What comes behind.
   * @returns The result.
   */
  apply(head: string, tail: string): EditedText {
    const pieces: Piece[] = [{ text: head, from: null }];
    this.#render({ start: 0, end: this.#source.length }, null, pieces);
    pieces.push({ text: tail, from: null });
    return new EditedText(this.#source, pieces.filter(({ text }) => text !== ""));
  }

  /** Writes a range of the source; `moving` is the move that it is written for. */
  #render({ start, end }: Range, moving: Move | null, pieces: Piece[]): void {
    const stops = this.#stops(end);
    let position = start;
    let isBehindMoved = false;
    for (;;) {
      if (position > start && !isBehindMoved) this.#put(this.#after, position, pieces);
      if (position >= end) return;
      // At its own beginning a moved range has nothing before it.
      const arriving = position === moving?.start
        ? []
        : this.#moves.filter(({ to }) => to === position);
      for (const move of arriving) this.#render(move, move, pieces);
      const moved = this.#moves.find((move) => move.start === position && move !== moving);
      isBehindMoved = moved !== undefined;
      if (moved !== undefined) {
        position = moved.end;
        continue;
      }
      this.#put(this.#before, position, pieces);
      const removedUntil = this.#removedUntil(position);
      const next = removedUntil ?? stops.find((stop) => stop > position) ?? end;
      if (removedUntil === null) {
        pieces.push({ text: this.#source.slice(position, next), from: position });
      }
      position = next;
    }
  }

  #put(texts: ReadonlyMap<number, string>, position: number, pieces: Piece[]): void {
    pieces.push({ text: texts.get(position) ?? "", from: null });
  }

  #removedUntil(position: number): number | null {
    const ends = this.#removed.filter(({ start }) => start === position).map(({ end }) => end);
    return ends.length === 0 ? null : Math.max(...ends);
  }

  /** The positions up to `end` at which something happens, in order. */
  #stops(end: number): number[] {
    const stops = new Set([end, ...this.#before.keys(), ...this.#after.keys()]);
    for (const range of [...this.#removed, ...this.#moves]) stops.add(range.start).add(range.end);
    for (const { to } of this.#moves) stops.add(to);
    return [...stops].filter((stop) => stop <= end).sort((a, b) => a - b);
  }
}

/** The result of {@linkcode Edits}. */
export class EditedText {
  /** The text itself. */
  readonly text: string;
  readonly #source: string;
  readonly #pieces: readonly Piece[];

  /**
   * @param source What it was made from.
   * @param pieces What it consists of.
   */
  constructor(source: string, pieces: readonly Piece[]) {
    this.#source = source;
    this.#pieces = pieces;
    this.text = pieces.map(({ text }) => text).join("");
  }

  /** Where in the source a place of the result comes from; the nearest before it, for what is new. */
  origin(place: Place): Place {
    const target = offsetOf(this.text, place);
    let origin = 0;
    let offset = 0;
    for (const { text, from } of this.#pieces) {
      if (offset > target) break;
      if (from !== null) origin = from + Math.min(target - offset, text.length);
      offset += text.length;
    }
    return placeOf(this.#source, origin);
  }
}

/** The place of a position in a text. */
export function placeOf(text: string, position: number): Place {
  const lines = text.slice(0, position).split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}

function offsetOf(text: string, { line, column }: Place): number {
  let offset = 0;
  for (let passed = 1; passed < line; passed++) offset = text.indexOf("\n", offset) + 1;
  return offset + column - 1;
}
