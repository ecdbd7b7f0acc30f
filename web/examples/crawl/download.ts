/**
 * One HTTP request, as an ordinary async function on the platform's `fetch`. It knows nothing of tasks:
 * `fromPromise` hands it the signal that is aborted when the task that waits for it is cancelled.
 *
 * @module
 */
import { addressOf, isFetchable } from "./address.ts";
import type { Body } from "./examine.ts";
import type { RedirectOutcome } from "./page.ts";

/** A body that a server sent. */
export interface DownloadedBody {
  readonly kind: "body";
  /** The body and what the server says of it. */
  readonly body: Body;
  /** Whether there was more to read. */
  readonly cut: boolean;
}

/** A page that could not be had. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
  /** Whether it may go better next time. */
  readonly isTransient: boolean;

  /**
   * @param reason Why, in a few words.
   * @param options `isTransient`: whether to try again; `cause`: the error behind it.
   */
  constructor(reason: string, options: ErrorOptions & { isTransient: boolean }) {
    super(reason, options);
    this.isTransient = options.isTransient;
  }
}

const USER_AGENT = "asyncio-crawl/0.1";

/** Too Many Requests, and whatever a server blames itself for. */
const TRANSIENT_STATUS = /^429$|^5\d\d$/;

/**
 * Asks for a page, once.
 *
 * Redirects are not followed: where they lead is a page of its own, which others may link to as well,
 * and which is to be fetched once.
 *
 * @param url The address.
 * @param maxBytes How much to read of it; the connection is closed at more.
 * @param signal Aborts the request, also while the body is being read.
 * @returns What came.
 * @throws {DownloadError} If nothing came, or the status says that it is no page.
 */
export async function download(
  url: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<DownloadedBody | RedirectOutcome> {
  try {
    const response = await fetch(url, {
      signal,
      redirect: "manual",
      headers: { "user-agent": USER_AGENT },
    });
    const { status } = response;
    if (status >= 300 && status < 400 && response.headers.has("location")) {
      await response.body?.cancel();
      return { kind: "redirect", status, target: readLocation(response, url) };
    }
    if (!response.ok) {
      await response.body?.cancel();
      const isTransient = TRANSIENT_STATUS.test(String(status));
      throw new DownloadError(`${status} ${response.statusText}`.trim(), { isTransient });
    }
    const { bytes, cut } = await readBytes(response, maxBytes);
    return { kind: "body", body: { url, bytes, ...readContentType(response) }, cut };
  } catch (error) {
    // That is how fetch reports all that goes wrong on the way; an abort is something else.
    if (!(error instanceof TypeError)) throw error;
    throw new DownloadError(networkReason(error), { isTransient: true, cause: error });
  }
}

function readLocation(response: Response, url: string): string {
  const location = response.headers.get("location") ?? "";
  const target = addressOf(location, url);
  if (target !== null && isFetchable(target)) return target;
  throw new DownloadError(`redirects to ${JSON.stringify(location)}, which is no page`, {
    isTransient: false,
  });
}

async function readBytes(
  response: Response,
  maxBytes: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; cut: boolean }> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let left = maxBytes;
  // Leaving the loop early cancels the stream, and with it the transfer.
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
    if (left < 0) break;
  }
  return { bytes: await new Blob(chunks).bytes(), cut: left < 0 };
}

function readContentType(response: Response): { type: string; charset: string } {
  const header = response.headers.get("content-type") ?? "";
  const [type = "", ...parameters] = header.split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  return { type, charset: charset?.slice("charset=".length).replaceAll('"', "") ?? "utf-8" };
}

/** Takes out of Deno's chain of errors what a reader can use: `Connection refused`. */
function networkReason(error: TypeError): string {
  const { message } = error.cause instanceof Error ? error.cause : error;
  return message
    .replace(/^error sending request .*?: client error \(\w+\): /s, "")
    .replace(/^(?:tcp connect|dns) error: /, "")
    .replace(/ \(os error \d+\)/, "");
}
