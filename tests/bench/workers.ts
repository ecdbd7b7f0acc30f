/**
 * `deno run -A tests/bench/workers.ts [ROUNDS]`: what two threads gain over one while this loop keeps its
 * time, and how many threads serve which work, for the default of `maxWorkers`.
 *
 * @module
 */

import { type Executor, run, sleep, ThreadPoolExecutor } from "../../mod.ts";

/** How long one of the long jobs is to take, in milliseconds. */
const LONG = 1_000;
/** How often the ticker wants to run meanwhile, in milliseconds. */
const TICK = 5;
/** How long each job of the table takes, in milliseconds, and how many there are. */
const SHORT = 100;
const JOBS = 8;
const TINY_JOBS = 1_000;

const ROUNDS = Number(Deno.args[0] ?? 5);

/** Counts; the processor does nothing else. */
function count(times: number): number {
  let sum = 0;
  for (let i = 0; i < times; i++) sum = (sum * 31 + i) % 1_000_003;
  return sum;
}

/** Stands still, as a thread does that reads a file or asks a database by blocking. */
function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const add = (a: number, b: number) => a + b;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** How many counts a thread makes in a millisecond. */
async function measureSpeed(pool: Executor): Promise<number> {
  const times = 20_000_000;
  await pool.submit(count, times);
  return times / await timed(async () => await pool.submit(count, times));
}

/** How late each tick of a loop is, in milliseconds, while some work is done. */
async function lateness(work: () => Promise<unknown>): Promise<number[]> {
  let isOver = false;
  const late: number[] = [];
  const ticking = run(function* () {
    while (!isOver) {
      const start = performance.now();
      yield* sleep(TICK / 1000);
      late.push(performance.now() - start - TICK);
    }
  });
  await work();
  isOver = true;
  await ticking;
  return late;
}

async function compareTwoWithOne(pool: Executor, speed: number): Promise<void> {
  const times = Math.round(LONG * speed);
  const rounds: { one: number; two: number; late: number[] }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const one = await timed(async () => await pool.submit(count, times));
    const both = () => Promise.all([pool.submit(count, times), pool.submit(count, times)]);
    let two = 0;
    const late = await lateness(async () => two = await timed(both));
    rounds.push({ one, two, late });
  }
  console.log(
    `one long job, two on two threads; how late a ${TICK} ms ticker of this loop was meanwhile`,
  );
  // Whatever else runs on the machine takes a core away: the best round is what had both.
  for (const { one, two, late } of rounds.toSorted((a, b) => a.two / a.one - b.two / b.one)) {
    const p99 = late.toSorted((a, b) => a - b)[Math.floor(0.99 * late.length)]!;
    console.log(
      `${one.toFixed(0)} ms, ${two.toFixed(0)} ms: ${(two / one).toFixed(2)}x (target 1.15x); ` +
        `${median(late).toFixed(1)} ms in the median, ${
          p99.toFixed(1)
        } ms at the 99th percentile of ` +
        `${late.length} (target 20 ms)`,
    );
  }
  console.log();
}

interface Row {
  cold: number[];
  tiny: number[];
  counting: number[];
  waiting: number[];
}

async function measureSize(maxWorkers: number, speed: number, row: Row): Promise<void> {
  const times = Math.round(SHORT * speed);
  await using pool = new ThreadPoolExecutor({ maxWorkers });
  const submitAll = (submit: (job: number) => PromiseLike<unknown>, jobs: number) =>
    timed(() => Promise.all(Array.from({ length: jobs }, (_, job) => submit(job))));
  row.cold.push(await submitAll((job) => pool.submit(add, job, 1), TINY_JOBS));
  for (let round = 0; round < 5; round++) {
    row.tiny.push(await submitAll((job) => pool.submit(add, job, 1), TINY_JOBS));
  }
  row.counting.push(await submitAll(() => pool.submit(count, times), JOBS));
  row.waiting.push(await submitAll(() => pool.submit(standStill, SHORT), JOBS));
}

async function compareSizes(speed: number): Promise<void> {
  const cores = navigator.hardwareConcurrency;
  const sizes = [...new Set([1, cores, cores + 2, cores + 4, 4 * cores, cores + 14])];
  const rows = new Map<number, Row>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const size of sizes) {
      const row = rows.get(size) ?? { cold: [], tiny: [], counting: [], waiting: [] };
      rows.set(size, row);
      await measureSize(size, speed, row);
    }
  }
  console.log(
    `ms for                  ${TINY_JOBS} tiny jobs  the same  ${JOBS} that count  ${JOBS} that wait`,
  );
  console.log(
    `maxWorkers               at the start     again   ${SHORT} ms each    ${SHORT} ms each`,
  );
  for (const [size, row] of [...rows].sort(([a], [b]) => a - b)) {
    const cells = [row.cold, row.tiny, row.counting, row.waiting];
    const [cold, ...others] = cells.map((cell) => median(cell).toFixed(1).padStart(12));
    const label = size === cores + 4
      ? `${size}, cores + 4`
      : size === cores
      ? `${size}, cores`
      : size;
    console.log(`${String(label).padEnd(24)}${cold} ${others.join(" ")}`);
  }
}

const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
// Both threads are up, and their code is compiled.
await Promise.all([pool.submit(count, 1e7), pool.submit(count, 1e7)]);
const speed = await measureSpeed(pool);
await compareTwoWithOne(pool, speed);
await pool.shutdown();
await compareSizes(speed);
