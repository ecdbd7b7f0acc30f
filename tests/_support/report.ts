/**
 * The account of a run: a line for every test in every place as it ends, then the failures, the
 * skips with their reasons, and the count.
 *
 * @module
 */

/** How one test went in one place. */
export interface Outcome {
  /** Where it ran: `deno`, `chromium isolated`, … */
  place: string;
  /** Its file, from the root; the original's for a twin. */
  file: string;
  /** Its title. */
  title: string;
  /** What became of it. */
  state: "passed" | "failed" | "skipped";
  /** How long it took, in milliseconds. */
  milliseconds?: number | undefined;
  /** The failure, or why it was skipped. */
  detail?: string | undefined;
  /** Whether tests of its file were neither run nor listed because of it. */
  cutsShort?: boolean;
}

const WORDS = { passed: "ok  ", failed: "FAIL", skipped: "skip" } as const;

/** Collects outcomes and prints them. */
export class Report {
  readonly #outcomes: Outcome[] = [];
  readonly #write: (line: string) => void;

  /** @param write Takes each line; by default standard output does. */
  constructor(write: (line: string) => void = console.log) {
    this.#write = write;
  }

  /** All outcomes so far. */
  get outcomes(): readonly Outcome[] {
    return this.#outcomes;
  }

  /** Whether a test has failed so far. */
  get failed(): boolean {
    return this.#outcomes.some(({ state }) => state === "failed");
  }

  /** Adds an outcome and prints its line. */
  add(outcome: Outcome): void {
    this.#outcomes.push(outcome);
    const { place, title, state, milliseconds, detail } = outcome;
    const time = milliseconds === undefined ? "" : ` (${Math.round(milliseconds)}ms)`;
    const reason = state === "skipped" ? `: ${detail ?? "no reason given"}` : time;
    this.#write(`${WORDS[state]} ${place.padEnd(18)} | ${title}${reason}`);
  }

  /** Prints a line that is no test's outcome. */
  say(line: string): void {
    this.#write(line);
  }

  /** Prints what stands at the end of a run; its last line is `N passed, N failed`. */
  finish(): void {
    this.#printSkips();
    this.#printFailures();
    const count = (state: Outcome["state"]): number =>
      this.#outcomes.filter((outcome) => outcome.state === state).length;
    this.#write(`${count("passed")} passed, ${count("failed")} failed`);
  }

  #printSkips(): void {
    const skips = this.#outcomes.filter(({ state }) => state === "skipped");
    if (skips.length === 0) return;
    this.#write(`\nSkipped (${skips.length}):`);
    for (const [reason, ofReason] of Map.groupBy(skips, ({ detail }) => detail ?? "")) {
      this.#write(`  ${reason}`);
      for (const [test, ofTest] of Map.groupBy(ofReason, testOf)) {
        this.#write(`    ${test} [${ofTest.map(({ place }) => place).join(", ")}]`);
      }
    }
  }

  #printFailures(): void {
    const failures = this.#outcomes.filter(({ state }) => state === "failed");
    if (failures.length === 0) return;
    this.#write(`\nFailed (${failures.length}):`);
    for (const failure of failures) {
      this.#write(`  ${failure.place} | ${testOf(failure)}`);
      this.#write(indented(failure.detail ?? "", "    "));
    }
  }
}

function testOf({ file, title }: Outcome): string {
  return `${file}: ${title}`;
}

function indented(text: string, by: string): string {
  return text.trimEnd().replaceAll(/^/gm, by);
}
