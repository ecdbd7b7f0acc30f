/**
 * Subjects in the pages of a browser, each in one of its own.
 *
 * @module
 */

import type { Browser, Page } from "playwright-core";
import { type BrowserName, type Launch, provideBrowsers } from "../_support/browsers.ts";
import { stopBundler } from "../_support/bundle.ts";
import { SITE } from "../_support/page_messages.ts";
import { TestSite } from "../_support/test_site.ts";
import type { Round } from "./protocol.ts";
import type { Row, SubjectName } from "./row.ts";
import { amountOf, type Place, type Subject } from "./subject.ts";

/** How long a round may take, in milliseconds. */
const ROUND_LIMIT = 120_000;

class PageSubject implements Subject {
  readonly name: SubjectName;
  readonly #row: Row;
  readonly #page: Page;

  constructor(name: SubjectName, row: Row, page: Page) {
    this.name = name;
    this.#row = row;
    this.#page = page;
  }

  async run(n: number): Promise<number> {
    const call = `benchmark(${JSON.stringify(this.name)}, ${JSON.stringify(this.#row.name)}, ${n})`;
    return amountOf(this.name, n, await this.#evaluate<Round>(call));
  }

  /** A worker that does not come up is silent with some libraries. */
  async #evaluate<T>(call: string): Promise<T> {
    const expired = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      expired.reject(new Error(`${this.name}: no answer in ${ROUND_LIMIT / 1000} s`));
    }, ROUND_LIMIT);
    try {
      return await Promise.race([this.#page.evaluate<T>(call), expired.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    await this.#page.context().close();
  }
}

/** A browser in which subjects are started, and the server of what they load. */
export class BrowserPlace implements Place, AsyncDisposable {
  readonly #launch: Launch;
  #browser: Browser;
  readonly #site: TestSite;

  private constructor(launch: Launch, browser: Browser) {
    this.#launch = launch;
    this.#browser = browser;
    this.#site = new TestSite();
  }

  /**
   * Starts a browser, after installing it where it is missing.
   *
   * @param name Which one.
   * @returns The place.
   * @throws {Error} If it cannot be had; the message says how to install it.
   */
  static async open(name: BrowserName): Promise<BrowserPlace> {
    const launch = (await provideBrowsers([name], console.error)).get(name);
    if (typeof launch !== "function") throw new Error(launch);
    return new BrowserPlace(launch, await launch());
  }

  /** The browser's version. */
  get version(): string {
    return this.#browser.version();
  }

  async start(name: SubjectName, row: Row): Promise<Subject> {
    // A row that was too much for the browser must not cost the rows after it.
    if (!this.#browser.isConnected()) this.#browser = await this.#launch();
    // A context each: pages of one may share a process, and with it what its optimiser has seen.
    const page = await (await this.#browser.newContext()).newPage();
    // Isolated pages have the finer clock.
    await page.goto(`${this.#site.origin(true)}/`);
    await page.addScriptTag({ type: "module", url: `${SITE}/tests/bench/page.ts` });
    await page.waitForFunction("typeof benchmark === 'function'");
    return new PageSubject(name, row, page);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await this.#site.close();
    await stopBundler();
  }
}
