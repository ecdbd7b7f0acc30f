/**
 * Tests that are driven from outside the page: how the browser build loads, what an example page
 * shows. A file `tests/browser/*_page.ts` has a list of them as its default export.
 *
 * @module
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { type BrowserRunOptions, placeName } from "./browser_place.ts";
import type { BrowserSession } from "./browser_session.ts";
import type { BrowserName } from "./browsers.ts";
import { describeError } from "./describe_error.ts";
import { BLANK_PATH } from "./page_messages.ts";
import { ROOT } from "./test_files.ts";

/** What such a test works with. */
export interface Stage {
  /** A page that is nowhere, or where the test before of the same file went: begin with `goto`. */
  page: Page;
  /** The browser. */
  browser: BrowserName;
  /** Whether pages of `origin` are cross-origin isolated. */
  isolated: boolean;
  /** Serves `web/`, with the browser build under `/dist/`. */
  origin: string;
  /** A page of `origin` with nothing on it. */
  blank: string;
  /** The same files from another origin, whose pages are isolated when those of `origin` are not. */
  otherOrigin: string;
}

/** A test that is driven from outside the page. */
export interface PageTest {
  /** The title. */
  name: string;
  /** Why it does not run in one of the browsers. */
  skipped?: Partial<Record<BrowserName, string>>;
  /** The body; an error that the page does not catch fails it, too. */
  run(stage: Stage): Promise<void>;
}

/** What such a file exports. */
interface PageTestFile {
  default: PageTest[];
  /** Whether isolation is nothing to them: they run in pages without, as those of most servers are. */
  plainOnly?: boolean;
}

/**
 * Runs the tests of such files, each file in a page of its own: to open one takes up to a second, and what a test
 * leaves in it is gone where the next goes.
 *
 * @param session The browser.
 * @param files The files, from the root.
 * @param options Where the pages are and how they run.
 */
export async function runPageTests(
  session: BrowserSession,
  files: readonly string[],
  options: BrowserRunOptions,
): Promise<void> {
  const place = placeName(session, options.isolated);
  for (const file of files) {
    const { default: tests, plainOnly = false }: PageTestFile = await import(
      pathToFileURL(join(ROOT, file)).href
    );
    if (plainOnly && options.isolated) continue;
    let page: Page | null = null;
    for (const test of tests) {
      if (options.filter !== undefined && !test.name.includes(options.filter)) continue;
      const reason = test.skipped?.[session.name];
      if (reason !== undefined) {
        options.report.add({ place, file, title: test.name, state: "skipped", detail: reason });
        continue;
      }
      const start = performance.now();
      page ??= await session.freshPage();
      const error = await errorOf(test, { page, session, options });
      // Nobody knows what has become of it.
      if (error !== null) page = null;
      options.report.add({
        place,
        file,
        title: test.name,
        state: error === null ? "passed" : "failed",
        milliseconds: performance.now() - start,
        detail: error ?? undefined,
      });
    }
  }
}

/** What a test is run with. */
interface Run {
  page: Page;
  session: BrowserSession;
  options: BrowserRunOptions;
}

async function errorOf(test: PageTest, { page, session, options }: Run): Promise<string | null> {
  const { site, isolated, timeout } = options;
  let fail: (error: Error) => void = () => {};
  const failure = new Promise<never>((_, reject) => fail = reject);
  // Firefox tells of what a policy refused by the same way as of errors; the page goes on.
  const onError = (error: Error): void => {
    if (error.name !== "Content-Security-Policy") fail(error);
  };
  const onCrash = (): void => fail(new Error("the page crashed"));
  page.on("pageerror", onError).on("crash", onCrash);
  const timer = setTimeout(() => fail(new Error(`no end within ${timeout} s`)), timeout * 1000);
  const stage: Stage = {
    page,
    browser: session.name,
    isolated,
    origin: site.origin(isolated),
    blank: site.origin(isolated) + BLANK_PATH,
    otherOrigin: site.origin(!isolated),
  };
  try {
    await Promise.race([test.run(stage), failure]);
    return null;
  } catch (error) {
    return describeError(error);
  } finally {
    clearTimeout(timer);
    page.off("pageerror", onError).off("crash", onCrash);
    failure.catch(() => {});
  }
}
