/**
 * `deno task conformance`: random programs on this module and on CPython, line by line.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { fingerprint, RECORDED_PROGRAMS } from "./fingerprint.ts";
import { generateProgram } from "./generator.ts";
import { executed } from "./kinds.ts";
import { seedOfDay } from "./random.ts";
import { type Form, FORMS } from "./run_program.ts";
import { type Failure, kindOf, Session, showFailure } from "./session.ts";
import type { Entry } from "./trace.ts";

/** The floors of lib/ that a program can reach. */
const REACHED_FLOORS = ["base", "coroutine", "kernel", "sync", "waiting"];

const USAGE =
  `deno task conformance [--count N] [--seed S] [--form FORM] [--most N] [--json] [--coverage]

  --count     how many programs (2000)
  --seed      the seed of the first; the next ones follow (a million to each day)
  --form      sync, generator or async; all where left out. May be given more than once
  --most      how many kinds of failures are shrunk and shown before it gives up (5)
  --known     a kind of failures that is counted and not shown. May be given more than once
  --json      show failing programs as JSON, too
  --record    write down how the programs of tests/conformance/replay_test.ts run, and no more
  --coverage  show how often each kind of statement was executed, and which lines of lib/ were; the
              latter makes the run three times as long
  --counts    show the former alone`;

const options = readOptions();
if (options === null) {
  console.log(USAGE);
  Deno.exit(Deno.args.includes("--help") ? 0 : 2);
}
Deno.exit(await run(options) > 0 ? 1 : 0);

interface Options {
  count: number;
  seed: number;
  forms: readonly Form[];
  most: number;
  known: readonly string[];
  json: boolean;
  record: boolean;
  coverage: boolean;
  counts: boolean;
}

async function run(options: Options): Promise<number> {
  if (options.record) return await recordAll();
  return options.coverage ? await runWithCoverage() : await compareAll(options);
}

function readOptions(): Options | null {
  try {
    const { values } = parseArgs({
      options: {
        count: { type: "string", default: "2000" },
        seed: { type: "string", default: String(seedOfDay()) },
        form: { type: "string", multiple: true, default: [...FORMS] },
        most: { type: "string", default: "5" },
        known: { type: "string", multiple: true, default: [] },
        json: { type: "boolean", default: false },
        record: { type: "boolean", default: false },
        coverage: { type: "boolean", default: false },
        counts: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const forms = FORMS.filter((form) => values.form.includes(form));
    const [count, seed, most] = [Number(values.count), Number(values.seed), Number(values.most)];
    const isRight = forms.length === new Set(values.form).size && count > 0 && most > 0 &&
      Number.isInteger(seed);
    return isRight && !values.help ? { ...values, count, seed, forms, most } : null;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return null;
  }
}

async function compareAll({ count, seed, forms, ...options }: Options): Promise<number> {
  const session = await Session.start();
  const version = session.python.version;
  console.log(
    `${count} programs from seed ${seed}, ${forms.join(", ")}, against CPython ${version}`,
  );
  const start = performance.now();
  const kinds = new Map<string, number>();
  let lines = 0;
  let shown = 0;
  await session.checkSeeds({ seed, count, forms }, {
    ran(theirs: Entry[]): boolean {
      lines += theirs.length;
      return shown < options.most;
    },
    async failed(seed: number, failure: Failure): Promise<void> {
      const kind = kindOf(failure);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kinds.get(kind) !== 1 || options.known.includes(kind)) return;
      shown++;
      const smallest = await session.shrink(failure);
      console.log(`\nseed ${seed}: ${kind}\n${showFailure(smallest)}`);
      if (options.json) console.log(JSON.stringify(smallest.program));
    },
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  if (options.counts) console.log(`\nstatements executed here:\n${counts(executed)}`);
  console.log(`\n${lines} lines of CPython's compared with each form's, ${seconds} s`);
  if (kinds.size > 0) console.log(counts(kinds));
  console.log(`${total(kinds)} differences`);
  return total(kinds);
}

/** Does the same run in a process that keeps account of the lines, and shows the account. */
async function runWithCoverage(): Promise<number> {
  const directory = await Deno.makeTempDir();
  try {
    const args = Deno.args.filter((arg) => arg !== "--coverage");
    const script = new URL(import.meta.url).pathname;
    const { code } = await deno(
      "run",
      "-A",
      `--coverage=${directory}`,
      script,
      "--counts",
      ...args,
    );
    await deno("coverage", directory, `--include=/lib/(${REACHED_FLOORS.join("|")})/`);
    return code;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function deno(...args: string[]): Promise<Deno.CommandStatus> {
  return new Deno.Command(Deno.execPath(), { args }).spawn().status;
}

/** Records the programs that every place replays; refuses where CPython runs one otherwise. */
async function recordAll(): Promise<number> {
  const session = await Session.start();
  const fingerprints: string[] = [];
  for (let seed = 0; seed < RECORDED_PROGRAMS; seed++) {
    const program = generateProgram(seed);
    const failure = await session.check(program, "sync");
    if (failure !== null) {
      console.log(showFailure(failure));
      return 1;
    }
    fingerprints.push(fingerprint(await session.run(program, "sync")));
  }
  const text = JSON.stringify(fingerprints, null, 2);
  await Deno.writeTextFile(new URL("./recorded.json", import.meta.url), `${text}\n`);
  return 0;
}

function total(numbers: ReadonlyMap<string, number>): number {
  return [...numbers.values()].reduce((sum, number) => sum + number, 0);
}

function counts(numbers: ReadonlyMap<string, number>): string {
  return [...numbers].sort(([, a], [, b]) => b - a)
    .map(([name, number]) => `${number} x ${name}`).join("\n");
}
