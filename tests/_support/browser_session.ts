/**
 * @module
 */

import type { Browser, BrowserContext, Page } from "playwright-core";
import type { BrowserName, Launch } from "./browsers.ts";

/** How long a browser may take to close a page or itself, in milliseconds. */
const PATIENCE = 10_000;

/** A browser that is started again when a page takes it down with itself. */
export class BrowserSession {
  /** Which browser it is. */
  readonly name: BrowserName;
  readonly #launch: Launch;
  #browser: Browser | null = null;
  #context: BrowserContext | null = null;

  constructor(name: BrowserName, launch: Launch) {
    this.name = name;
    this.#launch = launch;
  }

  /** Opens a page that shares nothing with the one before, which is closed. */
  async freshPage(): Promise<Page> {
    const isClosed = this.#context === null || await inTime(this.#context.close());
    if (!isClosed) await this.close();
    try {
      return await this.#openPage();
    } catch {
      // A stock Firefox goes down with a crashed page, and may take a moment to be seen gone.
      await this.close();
      return await this.#openPage();
    }
  }

  async #openPage(): Promise<Page> {
    if (!this.#browser?.isConnected()) this.#browser = await this.#launch();
    this.#context = await this.#browser.newContext();
    return await this.#context.newPage();
  }

  /** Ends the browser. */
  async close(): Promise<void> {
    const browser = this.#browser;
    this.#browser = null;
    this.#context = null;
    if (browser !== null) await inTime(browser.close());
  }
}

async function inTime(closing: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE);
  });
  const done = closing.then(() => true, () => false);
  const isDone = await Promise.race([done, late]);
  clearTimeout(timer);
  return isDone;
}
