/**
 * What the user asks for on the command line.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { CrawlOptions } from "./crawler.ts";

/** What the program is to do. */
export interface Arguments extends CrawlOptions {
  /** Where to begin; `null` for the site that the program serves itself. */
  url: URL | null;
  /** Whether broken links make the program fail. */
  strict: boolean;
  /** Whether the report lists every page, however many there are. */
  all: boolean;
  /** The file to which a trace of the crawl is written; `null` for none. */
  trace: string | null;
}

/** Arguments that make no sense, with what is wrong with them for the user. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const HELP = `Crawls a site and checks the links in it.

  deno task demo [URL] [options]

Begins at URL and follows the links that stay on its origin. Without a URL it serves a site of its own,
made of the files of this repository, with pages that are slow, huge, failing or not there at all.

  --jobs N         pages to visit at once (8)
  --timeout S      seconds that a page may take (10; 2 for the site of its own)
  --retries N      attempts after one that failed, the first after 0.25 s, then twice as late (2)
  --max-size MB    megabytes to read of one page (8)
  --limit N        pages to visit in all (1000)
  --all            list every page in the report, not only the first ones
  --strict         fail when links are broken
  --trace FILE     write a trace of the crawl, for web/trace.html or ui.perfetto.dev
  --help           print this

The report goes to the standard output, the progress to the standard error. Ctrl-C stops the crawl and
prints the report of what was found until then; pressed twice, it ends the program on the spot.

Exit codes: 0 done, 1 broken links (with --strict), 2 nothing to crawl, 130 stopped by Ctrl-C.`;

/**
 * Reads the arguments.
 *
 * @param words The words after the program's name.
 * @returns What they ask for, or `null` for the help.
 * @throws {UsageError} If they cannot be understood.
 */
export function readArguments(words: string[]): Arguments | null {
  const { values, positionals } = split(words);
  if (values.help) return null;
  const [address, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`expected one URL, got ${positionals.length}`);
  const url = address === undefined ? null : readUrl(address);
  return {
    url,
    strict: values.strict,
    all: values.all,
    trace: values.trace ?? null,
    jobs: readCount("--jobs", values.jobs, { min: 1, max: 256 }),
    timeout: readNumber("--timeout", values.timeout ?? (url === null ? "2" : "10")),
    retries: readCount("--retries", values.retries, { min: 0, max: 10 }),
    maxBytes: Math.ceil(readNumber("--max-size", values["max-size"]) * 1e6),
    limit: readCount("--limit", values.limit, { min: 1, max: 1e6 }),
  };
}

/** Splits the words, by the platform's own means: what `parseArgs` can do is all that is needed here. */
function split(words: string[]) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        jobs: { type: "string", default: "8" },
        timeout: { type: "string" },
        retries: { type: "string", default: "2" },
        "max-size": { type: "string", default: "8" },
        limit: { type: "string", default: "1000" },
        all: { type: "boolean", default: false },
        strict: { type: "boolean", default: false },
        trace: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(error.message.replaceAll("\n", " "), { cause: error });
  }
}

function readUrl(address: string): URL {
  const url = URL.parse(address);
  // `localhost:8000` is a URL, of scheme `localhost:`.
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const hint = URL.canParse(`http://${address}`) && !address.includes("://")
      ? `; did you mean http://${address}?`
      : "";
    throw new UsageError(`expected an http: or https: URL, got ${JSON.stringify(address)}${hint}`);
  }
  return url;
}

function readNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value < Infinity) return value;
  throw new UsageError(`${name} expects a number above 0, got ${JSON.stringify(text)}`);
}

function readCount(name: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new UsageError(
    `${name} expects a whole number from ${min} to ${max}, got ${JSON.stringify(text)}`,
  );
}
