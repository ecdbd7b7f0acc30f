/**
 * What a crawl ends with.
 *
 * @module
 */
import type { BrokenLink, Referrer } from "./broken_links.ts";
import type { Crawler } from "./crawler.ts";
import { type Column, formatBytes, formatCount, formatSeconds, formatTable } from "./format.ts";
import { mostAtOnce } from "./most_at_once.ts";
import type { Page, ReadOutcome } from "./page.ts";

/** What a report is made of, beside the crawl. */
export interface ReportOptions {
  /** The broken links. */
  broken: readonly BrokenLink[];
  /** How long the crawl took, in seconds. */
  seconds: number;
  /** Whether it was stopped half way. */
  interrupted: boolean;
  /** Whether to list all pages. */
  all: boolean;
}

/** Shortens an address for a reader. */
type Naming = (url: string) => string;

const PAGES_SHOWN = 20;
const REFERRERS_SHOWN = 5;
const SLOWEST_SHOWN = 5;

const COLUMNS: readonly Column[] = [
  { title: "result", align: "left" },
  { title: "size", align: "right" },
  { title: "words", align: "right" },
  { title: "time", align: "right" },
  { title: "tries", align: "right" },
  { title: "SHA-256", align: "left" },
  { title: "page", align: "left" },
];

/**
 * Writes the report.
 *
 * @param crawler The crawl, at its end.
 * @param options The rest.
 * @returns The text.
 */
export function formatReport(crawler: Crawler, options: ReportOptions): string {
  const { origin } = crawler;
  const name: Naming = (url) => url.startsWith(`${origin}/`) ? url.slice(origin.length) : url;
  const pages = [...crawler.pages.values()];
  const sections: [title: string, lines: string[]][] = [
    [`Pages of ${origin}`, listPages(pages, name, options.all)],
    ["Broken links", listBroken(options.broken, name)],
    ["Slowest pages", listSlowest(pages, name)],
    [options.interrupted ? "Until the interruption" : "In all", summarize(crawler, options)],
  ];
  return sections
    .map(([title, lines]) => [title, ...lines.map((line) => `  ${line}`)].join("\n"))
    .join("\n\n");
}

function listPages(pages: readonly Page[], name: Naming, all: boolean): string[] {
  const shown = all ? pages : pages.slice(0, PAGES_SHOWN);
  const lines = formatTable(COLUMNS, shown.map((page) => rowOf(page, name)));
  const left = pages.length - shown.length;
  return left === 0 ? lines : [...lines, `… and ${formatCount(left, "page")} more (--all)`];
}

function rowOf({ url, attempts, seconds, outcome }: Page, name: Naming): string[] {
  const row = (result: string, [size, words, hash]: string[], page: string): string[] => {
    return [
      result,
      size ?? "",
      words ?? "",
      formatSeconds(seconds),
      `${attempts}`,
      hash ?? "",
      page,
    ];
  };
  switch (outcome.kind) {
    case "read": {
      const { type, size, cut, examination: { words, sha256 } } = outcome;
      const details = [`${cut ? "> " : ""}${formatBytes(size)}`, `${words}`, sha256.slice(0, 8)];
      return row(type || "no type", details, name(url));
    }
    case "redirect":
      return row(`${outcome.status}`, [], `${name(url)} to ${name(outcome.target)}`);
    case "failed":
      return row(outcome.reason, [], name(url));
  }
}

function listBroken(broken: readonly BrokenLink[], name: Naming): string[] {
  if (broken.length === 0) return ["none"];
  return broken.flatMap(({ target, reason, referrers }) => [
    `${name(target)}: ${reason}`,
    ...referrers.slice(0, REFERRERS_SHOWN).map((referrer) => `  in ${describe(referrer, name)}`),
    ...(referrers.length > REFERRERS_SHOWN
      ? [`  and in ${referrers.length - REFERRERS_SHOWN} more`]
      : []),
  ]);
}

function describe({ page, link }: Referrer, name: Naming): string {
  return link === null ? name(page) : `${name(page)}, by way of ${name(link)}`;
}

function listSlowest(pages: readonly Page[], name: Naming): string[] {
  return pages.toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, SLOWEST_SHOWN)
    .map(({ seconds, url }) => `${formatSeconds(seconds)}  ${name(url)}`);
}

function summarize(crawler: Crawler, { broken, seconds, interrupted }: ReportOptions): string[] {
  const pages = [...crawler.pages.values()];
  const reads = pages.map(({ outcome }) => outcome).filter((outcome) => outcome.kind === "read");
  const unvisited = crawler.referrers.size - pages.length;
  const lines = [
    `${formatCount(pages.length, "page")} in ${seconds.toFixed(1)} s: ${tally(reads)}`,
    `${formatCount(pages.length - reads.length, "page")} redirected or failed, ` +
    `${formatCount(broken.length, "broken link")}`,
    `${formatCount(crawler.externals.size, "address")} on other sites, not checked`,
    `at once, at most: ${formatCount(mostAtOnce(crawler.fetches), "fetch")}, ` +
    formatCount(mostAtOnce(reads.map(({ examination }) => examination.span)), "hash"),
  ];
  if (unvisited > 0) {
    const why = interrupted ? "stopped by Ctrl-C" : "the limit was reached";
    lines.push(`${why}: ${formatCount(unvisited, "known page")} not visited`);
  }
  return lines;
}

function tally(reads: readonly ReadOutcome[]): string {
  const bytes = reads.reduce((sum, { size }) => sum + size, 0);
  const words = reads.reduce((sum, { examination }) => sum + examination.words, 0);
  const different = new Set(reads.map(({ examination }) => examination.sha256)).size;
  return `${reads.length} read, ${formatBytes(bytes)}, ${formatCount(words, "word")}, ` +
    `${formatCount(different, "different content")}`;
}
