/**
 * @module
 */

import type { Outcome, Report } from "./report.ts";
import type { TestFile } from "./test_files.ts";

/**
 * Fails the run where a test is known in one place and unknown in another: a place leaves a test out
 * by a stated capability or not at all.
 *
 * @param report Has the outcomes of all places, and takes the failures.
 * @param files The test files; those of one host are let be.
 */
export function requireSameTitles(report: Report, files: readonly TestFile[]): void {
  const shared = new Set(files.filter(({ host }) => host === null).map(({ path }) => path));
  const outcomes = report.outcomes.filter(({ file }) => shared.has(file));
  const broken = new Set(outcomes.filter(({ cutsShort }) => cutsShort).map(fileAndPlace));
  const places = new Set(outcomes.map(({ place }) => place));
  const byTest = Map.groupBy(outcomes, ({ file, title }) => `${file}: ${title}`);
  for (const [test, ofTest] of byTest) {
    const [first] = ofTest;
    if (first === undefined || isFileItself(first)) continue;
    const known = new Set(ofTest.map(({ place }) => place));
    const unknown = [...places].filter((place) =>
      !known.has(place) && !broken.has(fileAndPlace({ file: first.file, place }))
    );
    if (unknown.length === 0) continue;
    report.add({
      place: "every place",
      file: first.file,
      title: first.title,
      state: "failed",
      detail: `${test} is known in ${[...known].join(", ")}, but not in ${unknown.join(", ")}: ` +
        `leave it out by needs(…)`,
    });
  }
}

/** Whether an outcome is one of a whole file, which stands in parentheses, and of no test. */
function isFileItself({ title }: Outcome): boolean {
  return title.startsWith("(");
}

function fileAndPlace({ file, place }: Pick<Outcome, "file" | "place">): string {
  return `${place} ${file}`;
}
