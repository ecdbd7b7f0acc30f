/**
 * Runs test files in a browser: one page for each folder, for a page of its own costs a file more time
 * than its tests do. (Under Deno every file has a world of its own.) After a hang or a crash the folder
 * goes on in a new page, behind the test that caused it.
 *
 * @module
 */

import { dirname } from "node:path";
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
  const ours = files.filter(({ host }) => host !== "deno");
  for (const ofFolder of Map.groupBy(ours, ({ path }) => dirname(path)).values()) {
    for (let from: number | null = 0; from !== null;) {
      const visit = new Visit(ofFolder, session, options);
      from = await visit.run(page, from);
      if (from !== null) page = await session.freshPage();
    }
  }
}

/** The name under which a browser's kind of page is reported. */
export function placeName(session: BrowserSession, isolated: boolean): string {
  return `${session.name} ${isolated ? "isolated" : "plain"}`;
}

/** Where a test is. */
type Where = Pick<Outcome, "file" | "title">;

/** One load of a folder's page, to its end or to a hang or crash. */
class Visit {
  // The modules that the page loads, and the test file of each.
  readonly #modules: readonly { readonly path: string; readonly file: string }[];
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

  constructor(
    files: readonly TestFile[],
    session: BrowserSession,
    options: BrowserRunOptions,
  ) {
    this.#modules = files.flatMap(({ path, twin }) =>
      [path, ...twin === null ? [] : [twin]].map((module) => ({ path: module, file: path }))
    );
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
    for (const { path } of this.#modules) {
      query.append("module", `${SITE}/${path.replace(/\.ts$/, ".js")}`);
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
        return this.#addEnd(message);
      case "broken": {
        const file = this.#fileOf(message);
        const error = withOriginalPlaces(message.error);
        return this.#addFailure({ file, title: `(${file} itself)` }, error, { cutsShort: true });
      }
      case "done":
        return this.#end("done");
    }
  }

  #reportSkips(): void {
    for (const [index, { skip }] of this.#tests.entries()) {
      if (skip === "") this.#addFailure(this.#whereIs(index), NO_REASON);
      else if (skip !== null) this.#add(this.#whereIs(index), { state: "skipped", detail: skip });
    }
  }

  #addEnd({ index, error, milliseconds }: PageMessage & { kind: "end" }): void {
    const where = this.#whereIs(index);
    if (error !== null) this.#addFailure(where, withOriginalPlaces(error), { milliseconds });
    else this.#add(where, { state: "passed", milliseconds });
  }

  #addFailure(where: Where, error: string, rest: Partial<Outcome> = {}): void {
    const output = this.#console.map((line) => `console: ${withOriginalPlaces(line)}`);
    this.#add(where, { ...rest, state: "failed", detail: [error, ...output].join("\n") });
  }

  #add(where: Where, outcome: Omit<Outcome, "place" | "file" | "title">): void {
    this.#options.report.add({ place: this.#place, ...where, ...outcome });
  }

  #whereIs(index: number): Where {
    const test = this.#tests[index]!;
    return { file: this.#fileOf(test), title: test.title };
  }

  #fileOf({ module }: { module: number }): string {
    return this.#modules[module]!.file;
  }

  #restartWatch(): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#end("hung"), this.#options.timeout * 1000);
  }

  #afterFailure(how: "hung" | "gone"): number | null {
    const what = how === "hung"
      ? `no end within ${this.#options.timeout} s`
      : "the page crashed, or went elsewhere";
    if (this.#running !== null) {
      this.#addFailure(this.#whereIs(this.#running), what);
      return this.#fromBehind(this.#running);
    }
    // With no test to blame, and none that has come by, there is nothing to step over.
    if (this.#last < this.#from) return this.#giveUp(what);
    const { file } = this.#whereIs(this.#last);
    this.#addFailure({ file, title: `(${file}, between tests)` }, what);
    return this.#fromBehind(this.#last);
  }

  #fromBehind(index: number): number | null {
    return index + 1 < this.#tests.length ? index + 1 : null;
  }

  #giveUp(what: string): null {
    const left = this.#tests.length === 0 ? this.#modules : this.#tests.slice(this.#from)
      .map(({ module }) => this.#modules[module]!);
    for (const file of new Set(left.map(({ file }) => file))) {
      this.#addFailure({ file, title: `(${file}, before its tests)` }, what, { cutsShort: true });
    }
    return null;
  }
}
