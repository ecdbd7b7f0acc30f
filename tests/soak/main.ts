/**
 * `deno task soak`: random work on threads, processes, loops and queues for minutes, and its account.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { watchNodeWorkers, watchWebWorkers } from "../_support/worker_leaks.ts";
import { soak } from "./soak.ts";

const USAGE = `deno task soak [--seconds N] [--seed S] [--no-processes]

  --seconds       how long (600)
  --seed          from which all choices come; today's where left out
  --no-processes  leaves out child processes`;

/** How many bytes the heap may have grown by from the first third of the rounds to the last. */
const GROWTH = 2 << 20;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: new Date().toISOString().slice(0, 10).replaceAll("-", "") },
    "no-processes": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
if (values.help || !(seconds > 0) || !Number.isInteger(seed)) {
  console.log(USAGE);
  Deno.exit(values.help ? 0 : 2);
}
watchWebWorkers();
watchNodeWorkers();
const { gc } = globalThis as { gc?: () => void };
const heaps: number[] = [];
const account = await soak({
  seconds,
  seed,
  processes: !values["no-processes"],
  onRound() {
    gc?.();
    heaps.push(Deno.memoryUsage().heapUsed);
  },
});
const third = Math.ceil(heaps.length / 3);
const [first, last] = [median(heaps.slice(0, third)), median(heaps.slice(-third))];
// Of a few rounds the first ones still load and compile.
if (heaps.length >= 30 && last - first > GROWTH) {
  account.fault(`the heap has grown from ${first} to ${last} bytes`);
}
console.log(`seed ${seed}, ${seconds} s`);
console.log(account.lines().join("\n"));
console.log(`heap after a round: ${megabytes(first)} at first, ${megabytes(last)} in the end`);
Deno.exit(account.faults.length > 0 ? 1 : 0);

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
