/**
 * What a crawl knows of a page once it has asked for it.
 *
 * @module
 */

/** An address and what came of asking for it. */
export interface Page {
  /** The address: absolute, without a fragment. */
  readonly url: string;
  /** How often it was asked for. */
  readonly attempts: number;
  /** How long the last attempt took, in seconds. */
  readonly seconds: number;
  /** How it went. */
  readonly outcome: Outcome;
}

/** The three ways in which asking for a page ends. */
export type Outcome = ReadOutcome | RedirectOutcome | FailedOutcome;

/** It answered with a body. */
export interface ReadOutcome {
  readonly kind: "read";
  /** The media type, without parameters. */
  readonly type: string;
  /** Bytes read. */
  readonly size: number;
  /** Whether there was more than the crawl reads of one page. */
  readonly cut: boolean;
  /** What a worker found in it. */
  readonly examination: Examination;
}

/** It leads elsewhere. */
export interface RedirectOutcome {
  readonly kind: "redirect";
  /** The HTTP status. */
  readonly status: number;
  /** Where to. */
  readonly target: string;
}

/** It gave nothing to read, however often it was tried. */
export interface FailedOutcome {
  readonly kind: "failed";
  /** Why, in a few words for the report. */
  readonly reason: string;
}

/** What a worker finds in a body. */
export interface Examination {
  /** The SHA-256 of the bytes, in hexadecimal. */
  readonly sha256: string;
  /** How many words of text there are; none in what is no text. */
  readonly words: number;
  /** The addresses that it links to, each once. */
  readonly links: readonly string[];
  /** The links that are no URLs, each once, as they are written. */
  readonly malformed: readonly string[];
  /** When the worker was at it. */
  readonly span: Span;
}

/** From when to when something went on, in seconds on a clock that all spans of one kind share. */
export interface Span {
  readonly began: number;
  readonly ended: number;
}

/** Tells whether a page is one to look for links in. */
export function isHtml(type: string): boolean {
  return type === "text/html" || type === "application/xhtml+xml";
}
