/**
 * Reads what `deno test` prints (its "pretty" reporter), line by line, so that results are known as
 * they come and a hang is known by its test. Its other reporters say less: TAP hides uncaught errors
 * and the test that is running, JUnit writes nothing until the end.
 *
 * @module
 */

/** How `deno test` names the end of a test. */
export type DenoResult = "ok" | "FAILED" | "ignored" | "cancelled";

/** A test that has ended. */
export interface DenoTestEnd {
  /** The file, as Deno prints it. */
  file: string;
  /** The title. */
  title: string;
  /** How it ended. */
  result: DenoResult;
  /** How long it took. */
  milliseconds: number;
}

/** Where a run stands. */
export interface DenoPosition {
  /** The file whose tests run. */
  file: string;
  /** The test that runs, or `null` between two. */
  title: string | null;
}

const RUNNING = /^running \d+ tests? from (.+)$/;
const ENDED = /^(.*) \.\.\. (ok|FAILED|ignored|cancelled) \((.+)\)$/;
const UNCAUGHT = /^Uncaught error from (.+) FAILED$/;
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/;
const OUTPUT_BEGINS = "------- output -------";
const OUTPUT_ENDS = "----- output end -----";

/** The account of one `deno test` process, read from its output. */
export class DenoOutput {
  readonly #onEnd: (end: DenoTestEnd) => void;
  readonly #onOther: (line: string) => void;
  readonly #seenFiles = new Set<string>();
  readonly #details = new Map<string, string[]>();
  #position: DenoPosition = { file: "", title: null };
  #part: "tests" | "output" | "errors" | "failures" = "tests";
  #detail: string[] = [];
  #partial = "";
  #summary: { passed: number; failed: number } | null = null;

  /**
   * @param onEnd Called for every test that ends.
   * @param onOther Called for every line that a test or its file printed.
   */
  constructor(onEnd: (end: DenoTestEnd) => void, onOther: (line: string) => void) {
    this.#onEnd = onEnd;
    this.#onOther = onOther;
  }

  /** The file and the test that run now. */
  get position(): DenoPosition {
    return this.#position;
  }

  /** The files whose tests have begun. */
  get seenFiles(): ReadonlySet<string> {
    return this.#seenFiles;
  }

  /** The counts of the last line, or `null` when the process did not come so far. */
  get summary(): { passed: number; failed: number } | null {
    return this.#summary;
  }

  /** What Deno says of a test that failed, or of a file with an error outside its tests. */
  detailOf(file: string, title: string | null): string | undefined {
    const head = title === null ? `${file} (uncaught error)` : `${title} => ${file}`;
    return this.#details.get(head)?.join("\n").trim();
  }

  /** The files with an error outside their tests. */
  get brokenFiles(): string[] {
    return [...this.#details.keys()].flatMap((head) =>
      /^(.+) \(uncaught error\)$/.exec(head)?.[1] ?? []
    );
  }

  /** Takes a piece of the output. */
  feed(text: string): void {
    const lines = (this.#partial + text).split("\n");
    this.#partial = lines.pop() ?? "";
    for (const line of lines) this.#readLine(line);
    // A test's title is printed before it runs, and the rest of the line when it has ended.
    if (this.#part === "tests") this.#readBeginning(this.#partial);
  }

  #readLine(line: string): void {
    if (this.#part === "output") {
      if (line === OUTPUT_ENDS) this.#part = "tests";
      else this.#onOther(line);
    } else if (this.#part === "tests") {
      this.#readTestLine(line);
    } else {
      this.#readReportLine(line);
    }
  }

  #readTestLine(line: string): void {
    const running = RUNNING.exec(line)?.[1];
    const ended = ENDED.exec(line);
    const summary = SUMMARY.exec(line);
    if (running !== undefined) {
      this.#position = { file: running, title: null };
      this.#seenFiles.add(running);
    } else if (ended) {
      const [, title = "", result = "", time = ""] = ended;
      const { file } = this.#position;
      this.#position = { file, title: null };
      this.#onEnd({ file, title, result: result as DenoResult, milliseconds: parseTime(time) });
    } else if (summary) {
      this.#summary = { passed: Number(summary[1]), failed: Number(summary[2]) };
    } else if (line === OUTPUT_BEGINS) {
      this.#part = "output";
    } else if (line === " ERRORS ") {
      this.#part = "errors";
    } else if (!UNCAUGHT.test(line) && line !== "" && !this.#readBeginning(line)) {
      this.#onOther(line);
    }
  }

  #readBeginning(line: string): boolean {
    const title = /^(.*) \.\.\. ?/.exec(line)?.[1];
    if (title !== undefined) this.#position = { file: this.#position.file, title };
    return title !== undefined;
  }

  #readReportLine(line: string): void {
    const summary = SUMMARY.exec(line);
    if (summary) this.#summary = { passed: Number(summary[1]), failed: Number(summary[2]) };
    if (line === " FAILURES ") this.#part = "failures";
    if (this.#part !== "errors") return;
    const head = /^(.+ => .+):\d+:\d+$/.exec(line)?.[1] ??
      /^.+ \(uncaught error\)$/.exec(line)?.[0];
    if (head === undefined) this.#detail.push(line);
    else this.#details.set(head, this.#detail = []);
  }
}

/** Reads a time as Deno prints it: `419µs`, `22ms`, `3s`, `1m40s`. */
function parseTime(text: string): number {
  const units = { µs: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let milliseconds = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(µs|ms|s|m|h)/g)) {
    milliseconds += Number(amount) * units[unit as keyof typeof units];
  }
  return milliseconds;
}
