/**
 * Telling how far a crawl is, while it goes on.
 *
 * @module
 */
// @ts-types="@types/cli-progress"
import { Format, SingleBar } from "cli-progress";
import type { CrawlObserver } from "./crawler.ts";
import { formatBytes, formatSeconds } from "./format.ts";
import type { Page } from "./page.ts";

/** An observer that takes up space on the screen, until it is disposed of. */
export interface Progress extends CrawlObserver, Disposable {}

/**
 * Begins to show progress on the standard error: a bar on a terminal, a line for each page elsewhere.
 *
 * @returns What is to be told of the pages.
 */
export function showProgress(): Progress {
  return Deno.stderr.isTerminal() ? new ProgressBar() : new ProgressLines();
}

class ProgressBar implements Progress {
  readonly #bar = new SingleBar({
    format: "{bar} {value}/{total} pages  {path}",
    formatBar: Format.BarFormat,
    barsize: 30,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    clearOnComplete: true,
    // Left to itself it would answer Ctrl-C, which is the program's business.
    gracefulExit: false,
  });

  constructor() {
    this.#bar.start(1, 0, { path: "" });
  }

  pageDone(page: Page, done: number, expected: number): void {
    this.#bar.setTotal(expected);
    this.#bar.update(done, { path: new URL(page.url).pathname });
  }

  [Symbol.dispose](): void {
    this.#bar.stop();
  }
}

class ProgressLines implements Progress {
  pageDone(page: Page, done: number, expected: number): void {
    const place = `${done}/${expected}`.padStart(9);
    console.error(`${place}  ${formatSeconds(page.seconds)}  ${page.url}  ${describe(page)}`);
  }

  [Symbol.dispose](): void {}
}

function describe({ outcome }: Page): string {
  switch (outcome.kind) {
    case "read":
      return formatBytes(outcome.size);
    case "redirect":
      return `${outcome.status} to ${outcome.target}`;
    case "failed":
      return outcome.reason;
  }
}
