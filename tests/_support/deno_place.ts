/**
 * Runs test files, and the examples in the documentation, with `deno test`.
 *
 * @module
 */

import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { DenoOutput, type DenoTestEnd } from "./deno_output.ts";
import { NO_REASON, SKIP_FILE_VARIABLE, type SkipRecord } from "./harness.ts";
import type { Report } from "./report.ts";
import { isLively, ROOT, type TestFile } from "./test_files.ts";

/** What a run under Deno takes. */
export interface DenoRunOptions {
  /** Only tests whose titles have this text in them. */
  filter?: string | undefined;
  /** How long a test may go without an end, in seconds. */
  timeout: number;
}

// Deno tells what went wrong at its end, which does not come when it has to be killed.
const LOST_DETAIL = "a test that hung took the details with it; run this one alone, by --filter";

/** How many lanes there are at most: each is a process that keeps one processor busy. */
const LANES = Math.min(navigator.hardwareConcurrency, 4);

/** What is said of a test that did not pass where Deno says nothing. */
const WHY = {
  FAILED: LOST_DETAIL,
  cancelled: "an uncaught error ended its file",
  ignored: NO_REASON,
};

interface DenoRun extends DenoRunOptions {
  place: string;
  /** Flags of `deno test`. */
  flags: string[];
  /** Files or folders, from the root. */
  paths: string[];
  /** Gives the file and the title under which a test is reported. */
  nameOf(end: Named): Named;
}

interface Named {
  file: string;
  title: string;
}

/** Gives each process files of its own. */
let processes = 0;

/**
 * Runs the test files and their twins.
 *
 * @param files All test files; those of the browser are left out.
 * @param report Takes the outcomes.
 * @param options The filter and the limit.
 */
export async function runInDeno(
  files: readonly TestFile[],
  report: Report,
  options: DenoRunOptions,
): Promise<void> {
  const originals = new Map<string, string>();
  for (const { path, twin, host } of files) {
    if (host === "browser") continue;
    originals.set(path, path);
    if (twin !== null) originals.set(twin, path);
  }
  const run = {
    ...options,
    place: "deno",
    // The types are checked by `deno task check`; twins have none.
    flags: ["--no-check"],
    nameOf: ({ file, title }: Named) => ({ file: originals.get(bare(file)) ?? bare(file), title }),
  };
  const paths = [...originals.keys()];
  await runInLanes(report, run, paths.filter((path) => !isLively(path)));
  await runToTheEnd(report, { ...run, paths: paths.filter((path) => isLively(path)) });
}

/** Runs files side by side, in as many processes as there are lanes. */
async function runInLanes(
  report: Report,
  run: Omit<DenoRun, "paths">,
  paths: readonly string[],
): Promise<void> {
  const lanes = Array.from(
    { length: LANES },
    (_, lane) =>
      runToTheEnd(report, { ...run, paths: paths.filter((_, index) => index % LANES === lane) }),
  );
  await Promise.all(lanes);
}

/**
 * Runs the examples in the documentation of `mod.ts` and `lib/`.
 *
 * @param report Takes the outcomes.
 * @param options The limit.
 */
export async function runExamples(report: Report, options: DenoRunOptions): Promise<void> {
  const folders: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, "lib"))) {
    if (isDirectory) folders.push(`lib/${name}`);
  }
  const run = {
    ...options,
    place: "deno examples",
    // Their types are checked by `deno task check`, too: here one bad example would stop them all.
    flags: ["--doc", "--no-check"],
    nameOf({ file }: Named) {
      const [path = file, lines = ""] = bare(file).split(/[#$]/);
      return { file: path, title: `${path}, example in lines ${lines.replace(/\.\w+$/, "")}` };
    },
  };
  await runInLanes(report, run, ["mod.ts", ...folders.sort()]);
}

/** Runs all files, beginning anew after a hang with the files that were not reached. */
async function runToTheEnd(report: Report, run: DenoRun): Promise<void> {
  let paths = run.paths;
  while (paths.length > 0) {
    const reached = await runOnce(report, { ...run, paths });
    if (reached === null) return;
    const left = paths.filter((path) => !reached.has(path));
    // Folders are reached by no name of theirs: there is no telling what is left of them.
    if (left.length === paths.length || run.flags.includes("--doc")) return;
    paths = left;
  }
}

/** Runs one process; gives the files that it reached if it had to be killed, else `null`. */
async function runOnce(report: Report, run: DenoRun): Promise<Set<string> | null> {
  const cache = join(ROOT, "tests", ".cache");
  await Deno.mkdir(cache, { recursive: true });
  const serial = processes++;
  const junitFile = join(cache, `deno_${serial}.xml`);
  const skipFile = join(cache, `deno_skips_${serial}.jsonl`);
  await Promise.all([junitFile, skipFile].map((file) => Deno.writeTextFile(file, "")));

  const ends: DenoTestEnd[] = [];
  const output = new DenoOutput(
    (end) => {
      ends.push(end);
      if (end.result === "ok") addOutcome(report, run, end);
    },
    (line) => report.say(line),
  );
  const { stderr, killed } = await superviseTests(run, output, { junitFile, skipFile });

  const reasons = await reasonsOfSkips(skipFile, junitFile);
  for (const end of ends) {
    if (end.result === "ok") continue;
    const reason = killed ? LOST_DETAIL : reasons(end.file, end.title);
    if (end.result === "ignored" && reason !== undefined) {
      report.add({ place: run.place, ...run.nameOf(end), state: "skipped", detail: reason });
    } else {
      addOutcome(report, run, end, output.detailOf(end.file, end.title) ?? WHY[end.result]);
    }
  }
  for (const file of output.brokenFiles) {
    const detail = output.detailOf(file, null);
    addFailure(report, run, { file, title: `(uncaught error in ${bare(file)})` }, detail ?? "");
  }
  if (killed) {
    const { file, title } = output.position;
    const detail = `no end within ${run.timeout} s; the rest of its file did not run`;
    addFailure(report, run, { file, title: title ?? "(between tests)" }, detail);
    return new Set([...output.seenFiles].map(bare));
  }
  checkTheSum(report, run, { ends, output, stderr });
  return null;
}

interface Supervised {
  stderr: string;
  killed: boolean;
}

/** Runs `deno test`, feeds what it prints, and kills it when a test does not end. */
async function superviseTests(
  run: DenoRun,
  output: DenoOutput,
  files: { junitFile: string; skipFile: string },
): Promise<Supervised> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "-A",
      `--junit-path=${files.junitFile}`,
      ...run.flags,
      ...(run.filter === undefined ? [] : [`--filter=${run.filter}`]),
      ...run.paths,
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1", [SKIP_FILE_VARIABLE]: files.skipFile },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let killed = false;
  let watch: ReturnType<typeof setTimeout> | undefined;
  const restartWatch = (): void => {
    clearTimeout(watch);
    watch = setTimeout(() => {
      killed = true;
      child.kill("SIGKILL");
    }, run.timeout * 1000);
  };
  const readOutput = async (): Promise<void> => {
    restartWatch();
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      restartWatch();
      output.feed(text);
    }
  };
  const [stderr] = await Promise.all([new Response(child.stderr).text(), readOutput()]);
  clearTimeout(watch);
  await child.status;
  return { stderr, killed };
}

/** Fails the run when Deno's own count is another than ours, or is not there. */
function checkTheSum(
  report: Report,
  run: DenoRun,
  { ends, output, stderr }: { ends: DenoTestEnd[]; output: DenoOutput; stderr: string },
): void {
  const passed = ends.filter(({ result }) => result === "ok").length;
  const { summary } = output;
  if (summary?.passed === passed) return;
  const why = summary === null
    ? "deno test did not run to its end"
    : `deno test counts ${summary.passed} passed tests, its lines say ${passed}`;
  addFailure(report, run, { file: "", title: "(the run)" }, `${why}\n${stderr}`);
}

function addOutcome(report: Report, run: DenoRun, end: DenoTestEnd, detail?: string): void {
  const state = end.result === "ok" ? "passed" : "failed";
  const { milliseconds } = end;
  report.add({ place: run.place, ...run.nameOf(end), state, milliseconds, detail });
}

function addFailure(
  report: Report,
  run: DenoRun,
  test: { file: string; title: string },
  detail: string,
): void {
  // Not by `nameOf`: that is for titles which Deno gave.
  const file = run.nameOf(test).file;
  report.add({
    place: run.place,
    file,
    title: test.title,
    state: "failed",
    detail,
    cutsShort: true,
  });
}

/** Reads why tests were ignored: `needs` was called within the last test that begins before it. */
async function reasonsOfSkips(
  skipFile: string,
  junitFile: string,
): Promise<(file: string, title: string) => string | undefined> {
  const tests = testPlaces(await Deno.readTextFile(junitFile));
  const reasons = new Map<string, string>();
  for (const line of (await Deno.readTextFile(skipFile)).split("\n")) {
    if (line === "") continue;
    const record: SkipRecord = JSON.parse(line);
    const file = `./${relative(ROOT, fileURLToPath(record.url))}`;
    const before = tests.filter((test) => test.file === file && test.line <= record.line);
    const owners = before.filter(({ line }) => line === before.at(-1)?.line);
    for (const { title } of owners) reasons.set(`${file} ${title}`, record.reason);
  }
  return (file, title) => reasons.get(`${file} ${title}`);
}

interface TestPlace {
  file: string;
  title: string;
  line: number;
}

/** Reads where each test stands from a JUnit file, in the order of files and lines. */
function testPlaces(xml: string): TestPlace[] {
  const cases = xml.matchAll(/<testcase name="([^"]*)" classname="([^"]*)".*? line="(\d+)"/g);
  return [...cases].map(([, title = "", file = "", line]) => ({
    title: unescapeXml(title),
    file: unescapeXml(file),
    line: Number(line),
  })).sort((a, b) => a.line - b.line);
}

function unescapeXml(text: string): string {
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replaceAll(/&(\w+);/g, (entity, name: string) => entities[name] ?? entity);
}

function bare(file: string): string {
  return file.replace(/^\.\//, "");
}
