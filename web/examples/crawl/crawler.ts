/**
 * The crawl itself: which pages are known, which are next, and what came of them.
 *
 * One coroutine, {@linkcode Crawler.run}, begins and ends all tasks. It keeps up to `jobs` of them going
 * by waiting for whichever ends first; each visits one page and leaves what it found in the crawler's
 * fields. No lock guards those: tasks take turns only where they `yield*`.
 *
 * However the crawl ends, by itself, by an error or by a cancellation, no visit outlives it, and the
 * fields hold all that was found until then.
 *
 * @module
 */
import {
  type CoroutineObject,
  createTask,
  FIRST_COMPLETED,
  gather,
  shield,
  type Task,
  wait,
} from "@asyncio/asyncio";
import { addressOf } from "./address.ts";
import type { DownloadedBody } from "./download.ts";
import { examineInWorker } from "./examine_in_worker.ts";
import { type FetchOptions, fetchPage } from "./fetch_page.ts";
import { isHtml, type Page, type Span } from "./page.ts";

/** How a crawl goes about it. */
export interface CrawlOptions extends FetchOptions {
  /** How many pages to visit at once. */
  jobs: number;
  /** How many pages to visit in all. */
  limit: number;
}

/** Is told of pages as they come in. */
export interface CrawlObserver {
  /** A page is done; so many are by now, and so many will be, as far as is known. */
  pageDone(page: Page, done: number, expected: number): void;
}

/** A crawl that cannot begin, with the reason for the user. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** How long the workers may go on with pages that have come in when a crawl is stopped, in seconds. */
const GRACE = 1;

/** One crawl of one site. */
export class Crawler {
  readonly #start: string;
  readonly #options: CrawlOptions;
  readonly #pages = new Map<string, Page>();
  readonly #referrers = new Map<string, Set<string>>();
  readonly #externals = new Set<string>();
  readonly #malformed = new Map<string, Set<string>>();
  readonly #fetches: Span[] = [];
  /** All addresses of `#referrers`, in the order of finding; those before `#next` had their turn. */
  readonly #order: string[] = [];
  #next = 0;
  #origin: string;
  readonly #visits = new Set<Task<Page>>();
  readonly #examinations = new Set<Task<Page>>();

  /**
   * @param start The address to begin with. Its origin is the site, unless it redirects to another.
   * @param options The bounds.
   */
  constructor(start: URL, options: CrawlOptions) {
    this.#start = addressOf(start.href)!;
    this.#origin = start.origin;
    this.#options = options;
  }

  /** The origin of the site. */
  get origin(): string {
    return this.#origin;
  }

  /** The pages that were asked for, by their addresses. */
  get pages(): ReadonlyMap<string, Page> {
    return this.#pages;
  }

  /** The addresses of the site that are known, each with those of the pages that lead there. */
  get referrers(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#referrers;
  }

  /** Addresses elsewhere, which are not visited. */
  get externals(): ReadonlySet<string> {
    return this.#externals;
  }

  /** Links that are no URLs, each with the addresses of the pages that have it. */
  get malformed(): ReadonlyMap<string, ReadonlySet<string>> {
    return this.#malformed;
  }

  /** When each request began and ended. */
  get fetches(): readonly Span[] {
    return this.#fetches;
  }

  /**
   * Crawls the site.
   *
   * Cancelled, it aborts the requests that are under way and gives the workers a moment for the pages
   * that have come in.
   *
   * @param observer Is told of each page.
   * @throws {StartError} If the first page cannot be had, or is none that has links.
   */
  *run(observer: CrawlObserver): CoroutineObject<void> {
    try {
      yield* this.#open(observer);
      this.#beginVisits();
      while (this.#visits.size > 0) {
        const [done] = yield* wait(this.#visits, { returnWhen: FIRST_COMPLETED });
        for (const visit of done) {
          this.#visits.delete(visit);
          // Throws what the visit threw. A page that cannot be had is a result, so that is a bug.
          this.#announce(visit.result(), observer);
        }
        this.#beginVisits();
      }
    } finally {
      yield* this.#stop();
    }
  }

  /** Visits the first page. That one may redirect to another origin, which is the site then. */
  *#open(observer: CrawlObserver): CoroutineObject<void> {
    this.#find(this.#start, null);
    while (this.#next < this.#order.length) {
      const url = this.#order[this.#next++]!;
      const page = yield* this.#visit(url);
      const { outcome } = page;
      if (outcome.kind === "failed") throw new StartError(`${url}: ${outcome.reason}`);
      if (outcome.kind === "read" && !isHtml(outcome.type)) {
        const found = outcome.type || "a page of no stated type";
        throw new StartError(`${url}: expected an HTML page, whose links to follow, got ${found}`);
      }
      this.#announce(page, observer);
      if (outcome.kind === "read") return;
      this.#origin = new URL(outcome.target).origin;
      this.#externals.delete(outcome.target);
      this.#find(outcome.target, url);
    }
    throw new StartError(`${this.#start}: redirects in a circle`);
  }

  #beginVisits(): void {
    const end = Math.min(this.#order.length, this.#options.limit);
    while (this.#visits.size < this.#options.jobs && this.#next < end) {
      const url = this.#order[this.#next++]!;
      this.#visits.add(createTask(this.#visit(url), { name: `visit ${url}` }));
    }
  }

  *#stop(): CoroutineObject<void> {
    for (const visit of this.#visits) visit.cancel();
    // Cancelling only asks. What was cancelled is over when it has been waited for.
    yield* gather(this.#visits, { returnExceptions: true });
    if (this.#examinations.size > 0) yield* wait(this.#examinations, { timeout: GRACE });
  }

  *#visit(url: string): CoroutineObject<Page> {
    const { attempts, seconds, answer } = yield* fetchPage(url, this.#options, this.#fetches);
    if (answer.kind !== "body") return this.#record({ url, attempts, seconds, outcome: answer });
    const examination = createTask(this.#examine(answer, { url, attempts, seconds }), {
      name: `examine ${url}`,
    });
    this.#examinations.add(examination);
    examination.addDoneCallback(() => this.#examinations.delete(examination));
    // A visit may be cancelled at any moment. A page that has come in is worth the rest all the same.
    return yield* shield(examination);
  }

  *#examine(
    { body, cut }: DownloadedBody,
    visit: Omit<Page, "outcome">,
  ): CoroutineObject<Page> {
    const examination = yield* examineInWorker(body);
    const { type, bytes: { length: size } } = body;
    return this.#record({ ...visit, outcome: { kind: "read", type, size, cut, examination } });
  }

  #record(page: Page): Page {
    const { url, outcome } = page;
    this.#pages.set(url, page);
    if (outcome.kind === "redirect") this.#find(outcome.target, url);
    if (outcome.kind === "read") {
      for (const link of outcome.examination.links) this.#find(link, url);
      for (const text of outcome.examination.malformed) addTo(this.#malformed, text, url);
    }
    return page;
  }

  #announce(page: Page, observer: CrawlObserver): void {
    const expected = Math.min(this.#order.length, this.#options.limit);
    observer.pageDone(page, this.#pages.size, expected);
  }

  #find(url: string, referrer: string | null): void {
    if (new URL(url).origin !== this.#origin) {
      this.#externals.add(url);
      return;
    }
    if (!this.#referrers.has(url)) {
      this.#referrers.set(url, new Set());
      this.#order.push(url);
    }
    if (referrer !== null) addTo(this.#referrers, url, referrer);
  }
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}
