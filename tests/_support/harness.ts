/**
 * `test` and `needs`: what a test file imports to be run, unchanged, in Deno and in a page.
 *
 * Under Deno `test` is `Deno.test` itself, so that a failure names the test's own line and the
 * sanitizers see the test and nothing else; workers, of which they know nothing, are watched beside
 * them. In a page it fills {@linkcode pageTests}, which `page.ts` runs.
 *
 * @module
 */

import { type Capability, whyNot } from "./capabilities.ts";
import { takeLeakedWorkers, watchNodeWorkers, watchWebWorkers } from "./worker_leaks.ts";

/** A test in its long form. */
export interface TestDefinition {
  /** The title, `Symbol.method() does what`. */
  name: string;
  /** Whether this place skips the test; from {@linkcode needs}. */
  ignore?: boolean;
  /** Why this place skips it; from {@linkcode needs}. */
  reason?: string;
  /** The test's body. */
  fn: () => void | Promise<void>;
}

/** The forms in which a test is written. */
export interface Test {
  (name: string, fn: () => void | Promise<void>): void;
  (definition: TestDefinition): void;
}

/** What {@linkcode needs} says of a test, to be spread into its definition. */
export interface Needs {
  /** Whether the place lacks one of the capabilities. */
  ignore: boolean;
  /** What it lacks and why; empty when it has all of them. */
  reason: string;
}

/** The tests of this page, in the order of their files. */
export const pageTests: TestDefinition[] = [];

function testInPage(nameOrDefinition: string | TestDefinition, fn?: TestDefinition["fn"]): void {
  if (typeof nameOrDefinition !== "string") pageTests.push(nameOrDefinition);
  else if (fn !== undefined) pageTests.push({ name: nameOrDefinition, fn });
}

/** Declares a test. */
export const test: Test = typeof Deno === "undefined" ? testInPage : Deno.test;

if (typeof Deno !== "undefined") {
  watchWebWorkers();
  watchNodeWorkers();
  Deno.test.afterEach(async () => {
    const leaks = await takeLeakedWorkers();
    if (leaks.length > 0) throw new Error(leaks.join("\n"));
  });
}

/** What is said of a test that a place skips without a reason, which is a failure. */
export const NO_REASON = "skipped, and says no reason: spread needs(…) in its definition";

/** The variable that names the file to which the reasons of ignored tests go. */
export const SKIP_FILE_VARIABLE = "ASYNCIO_TEST_SKIPS";

/** One line of that file. */
export interface SkipRecord {
  /** Where `needs` was called: the URL of the test file, and the line. */
  url: string;
  /** Its line, from 1. */
  line: number;
  /** What the place lacks and why. */
  reason: string;
}

/**
 * Says what a test needs of its place: `test({ name, ...needs("processes"), fn })`. A place that
 * lacks it skips the test, and the run reports the reason. Spread it in the call of `test` itself:
 * under Deno the reason finds its test by the line.
 *
 * @param capabilities What the test cannot do without.
 * @returns The fields to spread into the definition.
 */
export function needs(...capabilities: Capability[]): Needs {
  const reason = whyNot(capabilities);
  if (reason !== null && typeof Deno !== "undefined") recordSkip(reason);
  return { ignore: reason !== null, reason: reason ?? "" };
}

// Deno.test keeps no reason beside `ignore`, so it goes to the runner by a file.
function recordSkip(reason: string): void {
  const file = Deno.env.get(SKIP_FILE_VARIABLE);
  if (file === undefined) return;
  const caller = new Error().stack?.split("\n")[3]?.match(/(file:.*?):(\d+):\d+\)?$/);
  if (!caller?.[1] || !caller[2]) return;
  const record: SkipRecord = { url: caller[1], line: Number(caller[2]), reason };
  Deno.writeTextFileSync(file, JSON.stringify(record) + "\n", { append: true });
}
