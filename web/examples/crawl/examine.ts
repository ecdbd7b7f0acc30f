/**
 * The crawler's work for the processor. It runs in the threads of the pool, so that however large a
 * page is, the loop goes on fetching others.
 *
 * @module
 */
import { readHtml } from "./html_reader.ts";
import { type Examination, isHtml } from "./page.ts";

/** What is to be examined; all of it can be sent to another thread. */
export interface Body {
  /** Where it is from. */
  readonly url: string;
  /** Its media type, without parameters. */
  readonly type: string;
  /** The encoding of its text. */
  readonly charset: string;
  /** The bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu;

/**
 * Hashes a body, counts its words and finds its links.
 *
 * @param body The body.
 * @returns What is in it.
 */
export async function examine(body: Body): Promise<Examination> {
  const began = now();
  const digest = await crypto.subtle.digest("SHA-256", body.bytes);
  const text = isText(body.type) ? decoderFor(body.charset).decode(body.bytes) : "";
  const html = isHtml(body.type) ? readHtml(text, body.url) : null;
  return {
    sha256: new Uint8Array(digest).toHex(),
    words: countWords(html?.text ?? text),
    links: [...html?.links ?? []],
    malformed: [...html?.malformed ?? []],
    span: { began, ended: now() },
  };
}

function isText(type: string): boolean {
  return /^text\/|[/+](?:json|xml|javascript)$/.test(type);
}

function decoderFor(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch {
    // Servers make up names of encodings; browsers read on all the same.
    return new TextDecoder();
  }
}

function countWords(text: string): number {
  let words = 0;
  for (const _ of text.matchAll(WORD)) words++;
  return words;
}

/** Seconds on a clock that all threads share: each counts `performance.now()` from its own start. */
function now(): number {
  return (performance.timeOrigin + performance.now()) / 1000;
}
