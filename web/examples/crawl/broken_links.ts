/**
 * Which links lead nowhere.
 *
 * @module
 */
import type { Crawler } from "./crawler.ts";

/** Something that cannot be had, and who leads there. */
export interface BrokenLink {
  /** The address, or what stands in its place. */
  readonly target: string;
  /** What is wrong with it. */
  readonly reason: string;
  /** The pages that link to it, each with the redirects on the way. */
  readonly referrers: readonly Referrer[];
}

/** A page with a link that is broken. */
export interface Referrer {
  /** The page's address. */
  readonly page: string;
  /** The link's address, where redirects lead on from there. */
  readonly link: string | null;
}

/** Where a link leads in the end. */
type End =
  | { readonly kind: "fine" | "unknown" }
  | { readonly kind: "broken"; readonly target: string; readonly reason: string };

/**
 * Finds the broken links of a crawl. A link that is redirected is as good as what is at the end of the
 * redirects; those that lead back to themselves have no end, and count as one broken target.
 *
 * @param crawler The crawl, which may have been stopped half way: what was not visited is not broken.
 * @returns The targets, in order of their addresses.
 */
export function findBrokenLinks(crawler: Crawler): BrokenLink[] {
  const broken = new Map<string, { reason: string; referrers: Referrer[] }>();
  const add = (target: string, reason: string, referrers: Referrer[]): void => {
    const known = broken.get(target);
    if (known === undefined) broken.set(target, { reason, referrers });
    else known.referrers.push(...referrers);
  };
  for (const [link, referrers] of crawler.referrers) {
    const end = endOf(link, crawler);
    if (end.kind !== "broken") continue;
    const isDirect = link === end.target;
    // Who redirects to it is on the way, and has no link.
    const pages = [...referrers].filter((url) => crawler.pages.get(url)?.outcome.kind === "read");
    add(end.target, end.reason, pages.map((page) => ({ page, link: isDirect ? null : link })));
  }
  for (const [text, referrers] of crawler.malformed) {
    add(text, "not a URL", [...referrers].map((page) => ({ page, link: null })));
  }
  return [...broken].map(([target, details]) => ({ target, ...details }))
    .sort((a, b) => a.target < b.target ? -1 : 1);
}

function endOf(link: string, { pages }: Crawler): End {
  const way: string[] = [];
  for (let url = link;;) {
    const outcome = pages.get(url)?.outcome;
    // Not visited: elsewhere, or not before the crawl was stopped.
    if (outcome === undefined) return { kind: "unknown" };
    if (outcome.kind === "read") return { kind: "fine" };
    if (outcome.kind === "failed") return { kind: "broken", target: url, reason: outcome.reason };
    way.push(url);
    url = outcome.target;
    const repeated = way.indexOf(url);
    if (repeated >= 0) return describeCircle(way.slice(repeated));
  }
}

/** Names a circle by the first of its addresses, so that it is the same wherever one enters it. */
function describeCircle(circle: string[]): End {
  const target = circle.toSorted()[0]!;
  const start = circle.indexOf(target);
  const way = [...circle.slice(start), ...circle.slice(0, start), target];
  const names = way.map((url) => new URL(url).pathname);
  return { kind: "broken", target, reason: `redirects in a circle: ${names.join(" to ")}` };
}
