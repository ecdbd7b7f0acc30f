/**
 * `deno run -A tests/bench/compare.ts STATE`: the module's own rows as they were at a commit and as they are
 * in these files, measured in turns. For work on what everything goes through: whether it costs.
 *
 * @module
 */

import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "simple-statistics";
import { ROOT } from "../_support/test_files.ts";
import { settle } from "./measure.ts";
import type { Row, SubjectName } from "./row.ts";
import { ROWS } from "./rows.ts";
import { ProcessSubject } from "./subject.ts";

const USAGE = `deno run -A tests/bench/compare.ts STATE [--with STATE] [NAME...]

  STATE      a commit, or the folder of another clone
  --with     what it is compared with (these files)
  NAME       the rows (switch, hand-off, create)
  --subject  generator or async (generator)
  --pairs    how many processes of either state are started for a row, one pair after the other (5)
  --rounds   how often each of a pair is measured (15)

Of each pair of rounds the second state's time is divided by the first's; the middle one of these counts. How
far the pairs of processes are apart is the noise: what one learns of its code differs from the next.`;

const USUAL_ROWS = ["switch", "hand-off", "create"];

/** How long a round takes at least, in milliseconds. */
const ROUND_TIME = 60;

/** The two states' folders of benchmarks. */
interface States {
  before: string;
  now: string;
}

interface Pair {
  before: ProcessSubject;
  now: ProcessSubject;
}

interface Ratios {
  before: number[];
  now: number[];
  ratios: number[];
}

async function comparePair({ before, now }: Pair, row: Row, rounds: number): Promise<Ratios> {
  let operations = row.batch;
  for (;;) {
    const elapsed = Math.min(await before.run(operations), await now.run(operations));
    const factor = ROUND_TIME * 1e6 / elapsed;
    if (factor < 1.5) break;
    operations = Math.ceil(operations * Math.min(factor, 10) / row.batch) * row.batch;
  }
  await settle(before, operations);
  await settle(now, operations);
  const measured: Ratios = { before: [], now: [], ratios: [] };
  for (let round = 0; round < rounds; round++) {
    // By turns in front: what the machine does meanwhile falls on both alike.
    const [first, second] = round % 2 === 0 ? [before, now] : [now, before];
    const [one, other] = [await first.run(operations), await second.run(operations)];
    const [old, fresh] = first === before ? [one, other] : [other, one];
    measured.before.push(old / operations);
    measured.now.push(fresh / operations);
    measured.ratios.push(fresh / old);
  }
  return measured;
}

async function compareRow(
  states: States,
  name: SubjectName,
  row: Row,
  { pairs, rounds }: { pairs: number; rounds: number },
): Promise<string> {
  const all: Ratios[] = [];
  for (let index = 0; index < pairs; index++) {
    const pair: Pair = {
      before: await ProcessSubject.startIn(states.before, name, row),
      now: await ProcessSubject.startIn(states.now, name, row),
    };
    try {
      all.push(await comparePair(pair, row, rounds));
    } finally {
      await pair.before.stop();
      await pair.now.stop();
    }
  }
  const middles = all.map(({ ratios }) => median(ratios)).sort((one, other) => one - other);
  const [before, now] = [all.flatMap((each) => each.before), all.flatMap((each) => each.now)];
  return `${row.name}, ${name}: ${median(before).toFixed(1)} ${row.unit} before, ` +
    `${median(now).toFixed(1)} now, ratio ${median(middles).toFixed(3)} ` +
    `(pairs ${middles.map((each) => each.toFixed(3)).join(" ")})`;
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { code } = await new Deno.Command(command, { args, cwd: ROOT }).spawn().status;
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}`);
}

/** Where a state's benchmarks are; a commit is laid out in a folder that is given. */
async function benchmarksOf(state: string, folder: string): Promise<string> {
  const isFolder = await Deno.stat(join(state, "mod.ts")).then(() => true, () => false);
  if (isFolder) return join(await Deno.realPath(state), "tests/bench");
  const archive = join(folder, "archive.tar");
  await run("git", "archive", `--output=${archive}`, state);
  await run("tar", "-x", "-C", folder, "-f", archive);
  return join(folder, "tests/bench");
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      with: { type: "string", default: ROOT },
      subject: { type: "string", default: "generator" },
      pairs: { type: "string", default: "5" },
      rounds: { type: "string", default: "15" },
      help: { type: "boolean", default: false },
    },
  });
  const [state, ...names] = positionals;
  const [pairs, rounds] = [Number(values.pairs), Number(values.rounds)];
  const subject = (["generator", "async"] as const).find((name) => name === values.subject);
  const wanted = names.length === 0 ? USUAL_ROWS : names;
  const rows = ROWS.filter(({ name, isFixed }) => wanted.includes(name) && !isFixed);
  const isUnderstood = state !== undefined && subject !== undefined && pairs >= 1 && rounds >= 1 &&
    rows.length === wanted.length;
  if (values.help || !isUnderstood) {
    console.log(USAGE);
    Deno.exit(values.help ? 0 : 2);
  }
  const folders = [await Deno.makeTempDir(), await Deno.makeTempDir()] as const;
  try {
    const states: States = {
      before: await benchmarksOf(state, folders[0]),
      now: await benchmarksOf(values.with, folders[1]),
    };
    for (const row of rows) {
      console.log(await compareRow(states, subject, row, { pairs, rounds }));
    }
  } finally {
    for (const folder of folders) await Deno.remove(folder, { recursive: true });
  }
}
