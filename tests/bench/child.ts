/**
 * One subject at one row, in a process of its own: what other rows and subjects taught the engine's
 * optimiser must not show. A line with a number of operations in, a line of JSON out;
 * `asyncio_rows.py` is the same for Python.
 *
 * `deno run --v8-flags=--expose-gc tests/bench/child.ts SUBJECT ROW`
 *
 * @module
 */

import process from "node:process";
import { createInterface } from "node:readline";
import type { Greeting, Round } from "./protocol.ts";
import { moduleOf, type RowName, type SubjectName, type Works } from "./row.ts";
import { runRound } from "./round.ts";

const collectGarbage = (globalThis as unknown as { gc(): void }).gc;

const [subject, row] = Deno.args;
const { works }: { works: Works } = await import(moduleOf(subject as SubjectName));
const work = works[row as RowName];
if (work === undefined) throw new Error(`${subject} has no row ${row}`);

say({ version: Deno.version.deno });
for await (const line of createInterface({ input: process.stdin })) {
  say(await runRound(work, Number(line), weigh));
}
// Some libraries' workers would hold the process.
Deno.exit();

function weigh(): number {
  collectGarbage();
  return Deno.memoryUsage().heapUsed;
}

function say(message: Greeting | Round): void {
  console.log(JSON.stringify(message));
}
