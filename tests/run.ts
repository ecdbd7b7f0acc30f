/**
 * `deno task test`: every test, in Deno, in Chromium and in Firefox.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { placeName, runInBrowser } from "./_support/browser_place.ts";
import { BrowserSession } from "./_support/browser_session.ts";
import { type BrowserName, BROWSERS, provideBrowsers } from "./_support/browsers.ts";
import { bundleTests, stopBundler } from "./_support/bundle.ts";
import { runExamples, runInDeno } from "./_support/deno_place.ts";
import { describeError } from "./_support/describe_error.ts";
import { runPageTests } from "./_support/page_tests.ts";
import { Report } from "./_support/report.ts";
import { requireSameTitles } from "./_support/same_titles.ts";
import {
  collectPageTestFiles,
  collectTestFiles,
  isLively,
  ROOT,
  type TestFile,
} from "./_support/test_files.ts";
import { TestSite } from "./_support/test_site.ts";
import { buildForBrowsers } from "../web/build.ts";
import { areWithinBudget, describeSizes, measureSizes } from "../web/sizes.ts";

const USAGE = `deno task test [--only PLACE] [--file TEXT] [--filter TEXT] [--quick] [--timeout S]

  --only     in one place only: deno, chromium or firefox; may be given more than once
  --file     only files with this text in their paths; leaves out the check and the examples
  --filter   only tests with this text in their titles; leaves out the check and the examples
  --quick    leaves out the check (format, lint, types, documentation)
  --timeout  how long a test may take, in seconds (120)`;

type Place = "deno" | BrowserName;

interface Options {
  places: readonly Place[];
  file: string | undefined;
  filter: string | undefined;
  quick: boolean;
  timeout: number;
}

const options = readOptions(Deno.args);
if (options === null) {
  console.log(USAGE);
  Deno.exit(Deno.args.includes("--help") ? 0 : 2);
}
const report = new Report();
try {
  await runEverything(options, report);
} catch (error) {
  addFailure("run", "(the run itself)", describeError(error));
}
report.finish();
Deno.exit(report.failed || report.outcomes.length === 0 ? 1 : 0);

function readOptions(parameters: string[]): Options | null {
  try {
    const { values } = parseArgs({
      args: parameters,
      options: {
        only: { type: "string", multiple: true },
        file: { type: "string" },
        filter: { type: "string" },
        quick: { type: "boolean", default: false },
        timeout: { type: "string", default: "120" },
        help: { type: "boolean" },
      },
    });
    const all: readonly Place[] = ["deno", ...BROWSERS];
    const places = values.only === undefined
      ? all
      : all.filter((place) => values.only?.includes(place));
    const timeout = Number(values.timeout);
    const isKnown = places.length === (values.only?.length ?? all.length);
    if (values.help || !isKnown || !(timeout > 0)) return null;
    const { file, filter, quick } = values;
    return { places, file, filter, quick, timeout };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return null;
  }
}

async function runEverything(options: Options, report: Report): Promise<void> {
  const { file, filter } = options;
  const files = (await collectTestFiles()).filter(({ path }) => path.includes(file ?? ""));
  const isWhole = file === undefined && filter === undefined;
  const browsers = BROWSERS.filter((name) => options.places.includes(name));
  if (options.places.includes("deno")) {
    if (isWhole && !options.quick) await runCheck();
    await runInDeno(files, report, options);
    if (isWhole) await runExamples(report, options);
  }
  if (browsers.length > 0) await runBrowsers(browsers, files, options);
  requireSameTitles(report, files);
  const hasRun = report.outcomes.some(({ place }) => place !== "build");
  if (!hasRun) {
    addFailure("run", "(the run itself)", `no test is of ${options.file ?? options.filter}`);
  }
}

async function runCheck(): Promise<void> {
  const start = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "check"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  const output = text.decode(stdout) + text.decode(stderr);
  report.add({
    place: "deno",
    file: "deno.json",
    title: "deno task check",
    state: success ? "passed" : "failed",
    milliseconds: performance.now() - start,
    // Without the names of the files that are right.
    detail: output.replaceAll(/^Check .*\n/gm, ""),
  });
}

async function runBrowsers(
  names: readonly BrowserName[],
  files: readonly TestFile[],
  { file, filter, timeout }: Options,
): Promise<void> {
  if (!await prepareForBrowsers(files)) return;
  const launches = await provideBrowsers(names, (line) => report.say(line));
  const pageTestFiles = (await collectPageTestFiles()).filter((path) => path.includes(file ?? ""));
  const site = new TestSite();
  const sessions: BrowserSession[] = [];
  for (const [name, launch] of launches) {
    if (typeof launch === "string") addFailure(name, "(the browser itself)", launch);
    else sessions.push(new BrowserSession(name, launch));
  }
  const visit = async (
    session: BrowserSession,
    ofKind: readonly TestFile[],
    pageFiles: readonly string[],
  ): Promise<void> => {
    for (const isolated of [true, false]) {
      const settings = { site, isolated, report, filter, timeout };
      try {
        await runInBrowser(session, ofKind, settings);
        await runPageTests(session, pageFiles, settings);
      } catch (error) {
        addFailure(placeName(session, isolated), "(the run itself)", describeError(error));
      }
    }
  };
  const calm = files.filter(({ path }) => !isLively(path));
  const lively = files.filter(({ path }) => isLively(path));
  await Promise.all(sessions.map((session) => visit(session, calm, [])));
  for (const session of sessions) {
    await visit(session, lively, pageTestFiles);
    await session.close();
  }
  await site.close();
  await stopBundler();
}

/** Builds what the pages load and reports how it went; says whether there are tests to load. */
async function prepareForBrowsers(files: readonly TestFile[]): Promise<boolean> {
  const paths = files.filter(({ host }) => host !== "deno")
    .flatMap(({ path, twin }) => twin === null ? [path] : [path, twin]);
  const bundle = () => bundleTests(paths);
  const builds = {
    "the browser build": buildForBrowsers,
    "the size of the build": requireSmallBuild,
    "the bundle of the tests": bundle,
  };
  let hasTests = true;
  for (const [title, build] of Object.entries(builds)) {
    const start = performance.now();
    const error = await build().then(() => null, describeError);
    if (error !== null && build === bundle) hasTests = false;
    report.add({
      place: "build",
      file: "web/build.ts",
      title,
      state: error === null ? "passed" : "failed",
      milliseconds: performance.now() - start,
      detail: error ?? undefined,
    });
  }
  return hasTests;
}

async function requireSmallBuild(): Promise<void> {
  const sizes = await measureSizes();
  if (!areWithinBudget(sizes)) throw new Error(describeSizes(sizes));
}

function addFailure(place: string, title: string, detail: string): void {
  report.add({ place, file: "tests/run.ts", title, state: "failed", detail });
}
