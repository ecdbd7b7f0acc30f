/**
 * `deno task conformance`: random programs on this module and on CPython, line by line.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { check, type Failure, kindOf, shrinkFailure } from "./check.ts";
import { CPython } from "./cpython.ts";
import { prepareForms } from "./forms.ts";
import { generateProgram } from "./generator.ts";
import { type Form, FORMS } from "./run_program.ts";
import { showProgram, showTraces } from "./show.ts";

const USAGE = `deno task conformance [--count N] [--seed S] [--form FORM] [--most N] [--json]

  --count  how many programs (2000)
  --seed   the seed of the first; the next ones follow (the day's number, times a million)
  --form   sync, generator or async; all where left out. May be given more than once
  --most   how many kinds of failures are shrunk and shown before it gives up (5)
  --known  a kind of failures that is counted and not shown. May be given more than once
  --json   show failing programs as JSON, too
  --coverage  show how often each kind of line stands in CPython's traces`;

/** Programs that go to CPython at once. */
const BATCH = 100;

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "2000" },
    seed: { type: "string", default: String(Math.floor(Date.now() / 86_400_000) * 1_000_000) },
    form: { type: "string", multiple: true },
    most: { type: "string", default: "5" },
    known: { type: "string", multiple: true, default: [] },
    json: { type: "boolean", default: false },
    coverage: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(USAGE);
  Deno.exit();
}
const [count, seed, most] = [Number(values.count), Number(values.seed), Number(values.most)];
const forms = (values.form ?? FORMS) as Form[];
const [python, run] = [await CPython.start(), await prepareForms()];
console.log(
  `${count} programs from seed ${seed}, ${forms.join(", ")}, against CPython ${python.version}`,
);

const start = performance.now();
const kinds = new Map<string, number>();
let failed = 0;
let shown = 0;
let lines = 0;
const events = new Map<string, number>();
for (let first = 0; first < count && shown < most; first += BATCH) {
  const length = Math.min(BATCH, count - first);
  const seeds = Array.from({ length }, (_, index) => seed + first + index);
  const programs = seeds.map((seed) => generateProgram(seed));
  const traces = python.run(programs);
  for (const [index, program] of programs.entries()) {
    const theirs = traces[index]!;
    lines += theirs.length;
    for (const [, , event] of theirs) events.set(event, (events.get(event) ?? 0) + 1);
    for (const form of forms) {
      const failure = await check(program, theirs, { form, run });
      if (failure === null) continue;
      failed++;
      const kind = `${kindOf(failure)}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kinds.get(kind) === 1 && !values.known.includes(kind)) {
        shown++;
        console.log(`\nseed ${seeds[index]}, ${form}: ${kind}`);
        show(await shrinkFailure(failure, python, run));
      }
    }
  }
}
const seconds = ((performance.now() - start) / 1000).toFixed(1);
console.log(`\n${lines} lines compared in each form, ${seconds} s`);
if (values.coverage) {
  const inOrder = [...events].sort(([, a], [, b]) => b - a);
  console.log(inOrder.map(([event, times]) => `${times} x ${event}`).join("\n"));
}
for (const [kind, times] of kinds) console.log(`${times} x ${kind}`);
console.log(`${failed} differences`);
Deno.exit(failed > 0 ? 1 : 0);

function show({ program, theirs, ours, at }: Failure): void {
  console.log(showProgram(program));
  console.log(showTraces(theirs, ours, at));
  if (values.json) console.log(JSON.stringify(program));
}
