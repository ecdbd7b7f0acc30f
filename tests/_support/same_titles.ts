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
  // A title in parentheses is a file's own failure: its list of tests is not to be had.
  const broken = new Set(outcomes.filter(({ title }) => title.startsWith("(")).map(fileAndPlace));
  const places = new Set(outcomes.map(({ place }) => place));
  const byTest = Map.groupBy(outcomes, ({ file, title }) => `${file}: ${title}`);
  for (const [test, ofTest] of byTest) {
    const [first] = ofTest;
    if (first === undefined || first.title.startsWith("(")) continue;
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

function fileAndPlace({ file, place }: Pick<Outcome, "file" | "place">): string {
  return `${place} ${file}`;
}
