/**
 * Getting one page, patiently but not for ever.
 *
 * @module
 */
import {
  type CoroutineObject,
  fromPromise,
  getRunningLoop,
  timeout,
  TimeoutError,
} from "@asyncio/asyncio";
import { download, type DownloadedBody, DownloadError } from "./download.ts";
import type { FailedOutcome, RedirectOutcome, Span } from "./page.ts";
import { withRetries } from "./with_retries.ts";

/** The bounds of {@linkcode fetchPage}. */
export interface FetchOptions {
  /** How long an attempt may take, body and all, in seconds. */
  timeout: number;
  /** How often to try again after a failure that may pass. */
  retries: number;
  /** How many bytes to read of one page. */
  maxBytes: number;
}

/** What came of it. */
export interface Fetched {
  /** How many attempts were made. */
  readonly attempts: number;
  /** How long the last one took, in seconds. */
  readonly seconds: number;
  /** What it gave. */
  readonly answer: DownloadedBody | RedirectOutcome | FailedOutcome;
}

/** How long to wait before a second attempt, in seconds. */
const FIRST_RETRY_DELAY = 0.25;

/**
 * Gets a page.
 *
 * Cancelled, it aborts the request that is under way.
 *
 * @param url The address.
 * @param options The bounds.
 * @param spans Takes when each attempt began and ended.
 * @returns What came, which may be a failure: that is what a link checker is after.
 */
export function* fetchPage(
  url: string,
  options: FetchOptions,
  spans: Span[],
): CoroutineObject<Fetched> {
  const loop = getRunningLoop();
  let attempts = 0;
  let seconds = 0;

  function* attempt(): CoroutineObject<DownloadedBody | RedirectOutcome> {
    attempts++;
    const began = loop.time();
    try {
      return yield* timeout(
        options.timeout,
        () => fromPromise((signal) => download(url, options.maxBytes, signal)),
      );
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      const reason = `not there within ${options.timeout} s`;
      throw new DownloadError(reason, { isTransient: true, cause: error });
    } finally {
      const ended = loop.time();
      seconds = ended - began;
      spans.push({ began, ended });
    }
  }

  try {
    const answer = yield* withRetries(attempt, {
      retries: options.retries,
      delay: FIRST_RETRY_DELAY,
      isTransient: (error) => error instanceof DownloadError && error.isTransient,
    });
    return { attempts, seconds, answer };
  } catch (error) {
    // Any other error, a cancellation above all, is not the page's doing.
    if (!(error instanceof DownloadError)) throw error;
    return { attempts, seconds, answer: { kind: "failed", reason: error.message } };
  }
}
