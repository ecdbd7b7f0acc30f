/**
 * Readers that are fed by hand.
 *
 * @module
 */
import { StreamReader, type StreamReaderOptions } from "../../mod.ts";
import { bytes } from "./bytes.ts";

/** A reader that was fed some pieces; `null` stands for the end. */
export function readerOf(
  pieces: readonly (string | null)[],
  options: StreamReaderOptions = {},
): StreamReader {
  const reader = new StreamReader(options);
  feed(reader, pieces);
  return reader;
}

/** Feeds some pieces; `null` stands for the end. */
export function feed(reader: StreamReader, pieces: readonly (string | null)[]): void {
  for (const piece of pieces) {
    if (piece === null) reader.feedEof();
    else reader.feedData(bytes(piece));
  }
}
