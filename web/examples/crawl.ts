/**
 * A crawler and link checker: the flagship of the examples, and what `deno task demo` runs.
 *
 * To read it for asyncio's sake, begin here and go on with the parts under `crawl/`:
 *
 * - this file: `run`, `asyncWith`, and what a cancellation, by Ctrl-C, looks like from inside;
 * - `crawler.ts`: a bounded number of tasks by `wait` and `FIRST_COMPLETED`, cancelling and waiting for
 *   what was cancelled, `shield`;
 * - `fetch_page.ts`: `timeout` around `fromPromise`, whose signal aborts the request;
 * - `with_retries.ts`: `sleep`, and why a cancellation is no failed attempt;
 * - `examine_in_worker.ts`: work for the processor in other threads, by `runInExecutor`;
 * - `--trace FILE`: `trace`, which records what every task of it all did;
 * - `site/site.ts`: a server that lives as long as the body of an `asyncContextManager`.
 *
 * @module
 */
import {
  asyncWith,
  CancelledError,
  type CoroutineObject,
  getRunningLoop,
  KeyboardInterrupt,
  run,
  trace,
} from "@asyncio/asyncio";
import { type Arguments, HELP, readArguments, UsageError } from "./crawl/arguments.ts";
import { type BrokenLink, findBrokenLinks } from "./crawl/broken_links.ts";
import { Crawler, StartError } from "./crawl/crawler.ts";
import { showProgress } from "./crawl/progress.ts";
import { formatReport } from "./crawl/report.ts";
import { serveSite } from "./crawl/site/site.ts";

/** What the program tells the shell when all is not well. */
enum ExitCode {
  BrokenLinks = 1,
  NothingToCrawl = 2,
  Interrupted = 130,
}

/** Does it all, with a trace where one is wanted: also of a crawl that fails or is stopped. */
function* main(options: Arguments): CoroutineObject<void> {
  if (options.trace === null) {
    yield* crawl(options);
    return;
  }
  const recording = trace(getRunningLoop(), { stacks: true });
  try {
    yield* crawl(options);
  } finally {
    recording.stop();
    writeTrace(options.trace, recording.toPerfetto());
  }
}

function writeTrace(file: string, text: string): void {
  try {
    Deno.writeTextFileSync(file, text);
    console.error(`trace: ${file}; open it with web/trace.html (deno task dev) or ui.perfetto.dev`);
  } catch (error) {
    console.error(`error: no trace, ${file} cannot be written: ${error}`);
  }
}

/** Crawls the site that was asked for, or the program's own. */
function* crawl(options: Arguments): CoroutineObject<void> {
  if (options.url !== null) yield* checkLinks(options.url, options);
  else yield* asyncWith(serveSite(), (url) => checkLinks(url, options));
}

/** Crawls a site and prints the report, also when it is stopped half way. */
function* checkLinks(url: URL, options: Arguments): CoroutineObject<void> {
  const loop = getRunningLoop();
  const began = loop.time();
  const crawler = new Crawler(url, options);
  const report = (interrupted: boolean): BrokenLink[] => {
    const broken = findBrokenLinks(crawler);
    const seconds = loop.time() - began;
    console.log(formatReport(crawler, { broken, seconds, interrupted, all: options.all }));
    return broken;
  };

  try {
    using progress = showProgress();
    yield* crawler.run(progress);
  } catch (error) {
    // At Ctrl-C `run` cancels this task. The error comes up from where the crawler waited, and on its
    // way the crawler has ended what it had begun. It must go on: `run` alone knows what it stands for.
    if (error instanceof CancelledError) report(true);
    throw error;
  }
  const broken = report(false);
  if (options.strict && broken.length > 0) Deno.exitCode = ExitCode.BrokenLinks;
}

try {
  const options = readArguments(Deno.args);
  if (options === null) console.log(HELP);
  else await run(main(options));
} catch (error) {
  Deno.exitCode = exitCodeOf(error);
}

/** Tells the user what went wrong, unless it is the user's own doing. */
function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof KeyboardInterrupt) return ExitCode.Interrupted;
  if (!(error instanceof UsageError || error instanceof StartError)) throw error;
  console.error(`error: ${error.message}`);
  return ExitCode.NothingToCrawl;
}
