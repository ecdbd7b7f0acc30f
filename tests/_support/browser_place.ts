/**
 * Runs test files in a browser: one page for each file and its twin, so that every file has a world
 * of its own, as under Deno. After a hang or a crash the file goes on in a new page, behind the test
 * that caused it.
 *
 * @module
 */

import type { Page } from "playwright-core";
import type { BrowserSession } from "./browser_session.ts";
import { NO_REASON } from "./harness.ts";
import { withOriginalPlaces } from "./original_places.ts";
import { type ListedTest, PAGE_PATH, type PageMessage, SITE } from "./page_messages.ts";
import type { Outcome, Report } from "./report.ts";
import type { TestFile } from "./test_files.ts";
import type { TestSite } from "./test_site.ts";

/** What a run in a browser takes. */
export interface BrowserRunOptions {
  /** The servers. */
  site: TestSite;
  /** Whether the pages are cross-origin isolated. */
  isolated: boolean;
  /** Takes the outcomes. */
  report: Report;
  /** Only tests whose titles have this text in them. */
  filter?: string | undefined;
  /** How long a test may take, in seconds. */
  timeout: number;
}

/**
 * Runs test files in one browser, in one of the two kinds of page.
 *
 * @param session The browser.
 * @param files All test files; those of Deno are left out.
 * @param options Where the pages are and how they run.
 */
export async function runInBrowser(
  session: BrowserSession,
  files: readonly TestFile[],
  options: BrowserRunOptions,
): Promise<void> {
  let page = await session.freshPage();
  for (const file of files) {
    if (file.host === "deno") continue;
    for (let from: number | null = 0; from !== null;) {
      const visit = new Visit(file, session, options);
      from = await visit.run(page, from);
      if (from !== null) page = await session.freshPage();
    }
  }
}

/** The name under which a browser's kind of page is reported. */
export function placeName(session: BrowserSession, isolated: boolean): string {
  return `${session.name} ${isolated ? "isolated" : "plain"}`;
}

/** One load of a file's page, to its end or to a hang or crash. */
class Visit {
  readonly #file: TestFile;
  readonly #place: string;
  readonly #options: BrowserRunOptions;
  readonly #ended: Promise<"done" | "hung" | "gone">;
  #end: (how: "done" | "hung" | "gone") => void = () => {};
  #watch: ReturnType<typeof setTimeout> | undefined;
  #tests: ListedTest[] = [];
  #from = 0;
  #running: number | null = null;
  #last = -1;
  #console: string[] = [];

  constructor(file: TestFile, session: BrowserSession, options: BrowserRunOptions) {
    this.#file = file;
    this.#place = placeName(session, options.isolated);
    this.#options = options;
    this.#ended = new Promise((resolve) => this.#end = resolve);
  }

  /**
   * Loads the page and waits for its tests.
   *
   * @param page The page to load it in.
   * @param from The first test to run.
   * @returns The test to go on with in a fresh page, or `null` when there is none left.
   */
  async run(page: Page, from: number): Promise<number | null> {
    this.#from = from;
    const { site, isolated } = this.#options;
    const id = site.expectPage({
      onMessage: (message) => this.#onMessage(message),
      onClose: () => this.#end("gone"),
    });
    const onCrash = (): void => this.#end("gone");
    const onConsole = (message: { text(): string }): number => this.#console.push(message.text());
    page.on("crash", onCrash).on("console", onConsole).on("pageerror", this.#onPageError);
    this.#restartWatch();
    try {
      await page.goto(site.origin(isolated) + this.#pathAndQuery(id), { waitUntil: "commit" });
    } catch (error) {
      this.#console.push(String(error));
      this.#end("gone");
    }
    const how = await this.#ended;
    clearTimeout(this.#watch);
    page.off("crash", onCrash).off("console", onConsole).off("pageerror", this.#onPageError);
    return how === "done" ? null : this.#afterFailure(how);
  }

  readonly #onPageError = (error: Error): number => this.#console.push(String(error));

  #pathAndQuery(id: string): string {
    const query = new URLSearchParams({ id, from: String(this.#from) });
    if (this.#options.filter !== undefined) query.set("filter", this.#options.filter);
    for (const path of [this.#file.path, this.#file.twin]) {
      if (path !== null) query.append("module", `${SITE}/${path.replace(/\.ts$/, ".js")}`);
    }
    return `${PAGE_PATH}?${query}`;
  }

  #onMessage(message: PageMessage): void {
    this.#restartWatch();
    switch (message.kind) {
      case "tests":
        this.#tests = message.tests;
        if (this.#from === 0) this.#reportSkips();
        return;
      case "begin":
        this.#running = message.index;
        this.#console = [];
        return;
      case "end":
        this.#running = null;
        this.#last = message.index;
        return this.#add(message.index, message.error, message.milliseconds);
      case "broken":
        return this.#addFailure(`(${this.#file.path} itself)`, withOriginalPlaces(message.error), {
          cutsShort: true,
        });
      case "done":
        return this.#end("done");
    }
  }

  #reportSkips(): void {
    for (const { title, skip } of this.#tests) {
      if (skip === null) continue;
      if (skip === "") this.#addFailure(title, NO_REASON);
      else this.#options.report.add({ ...this.#where(title), state: "skipped", detail: skip });
    }
  }

  #add(index: number, error: string | null, milliseconds: number): void {
    const title = this.#tests[index]?.title ?? `(test ${index})`;
    if (error !== null) return this.#addFailure(title, withOriginalPlaces(error), { milliseconds });
    this.#options.report.add({ ...this.#where(title), state: "passed", milliseconds });
  }

  #addFailure(title: string, error: string, rest: Partial<Outcome> = {}): void {
    const output = this.#console.map((line) => `console: ${withOriginalPlaces(line)}`);
    const detail = [error, ...output].join("\n");
    this.#options.report.add({ ...rest, ...this.#where(title), state: "failed", detail });
  }

  #where(title: string): Pick<Outcome, "place" | "file" | "title"> {
    return { place: this.#place, file: this.#file.path, title };
  }

  #restartWatch(): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#end("hung"), this.#options.timeout * 1000);
  }

  #afterFailure(how: "hung" | "gone"): number | null {
    const what = how === "hung"
      ? `no end within ${this.#options.timeout} s`
      : "the page crashed, or went elsewhere";
    if (this.#running === null) {
      const when = this.#tests.length === 0 ? "before its tests" : "between tests";
      const title = `(${this.#file.path}, ${when})`;
      this.#addFailure(title, what, { cutsShort: true });
    } else {
      this.#addFailure(this.#tests[this.#running]?.title ?? "", what);
    }
    const next = (this.#running ?? this.#last) + 1;
    // With no test to blame there is nothing to step over, and no second try would differ.
    return this.#running !== null && next < this.#tests.length ? next : null;
  }
}
