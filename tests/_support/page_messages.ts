/**
 * What a page of tests says, in JSON, over a WebSocket. A socket and not Playwright's bindings: it
 * takes microseconds (a call out of Firefox takes 14 ms), and what was sent gets out even when the
 * page then hangs, so a hang is known by its test.
 *
 * @module
 */

/** A test that the page knows. */
export interface ListedTest {
  /** Its title. */
  title: string;
  /** Which of the page's modules declares it. */
  module: number;
  /** Why the page skips it, `null` if it does not; empty if it says no reason. */
  skip: string | null;
}

/** One message from the page. */
export type PageMessage =
  | { kind: "tests"; tests: ListedTest[] }
  | { kind: "begin"; index: number }
  | { kind: "end"; index: number; milliseconds: number; error: string | null }
  | { kind: "broken"; module: number; error: string }
  | { kind: "done" };

/** Where the page finds everything of the tests, under the server's origin. */
export const SITE = "/_tests";
/** The page's own path. */
export const PAGE_PATH = `${SITE}/page.html`;
/** The path of a page with nothing on it. */
export const BLANK_PATH = `${SITE}/blank.html`;
/** Where it connects to. */
export const SOCKET_PATH = `${SITE}/socket`;
