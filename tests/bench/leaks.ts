/**
 * `deno task leaks`: what stays in the heap of waits that are over, by this module's means and by the
 * platform's.
 *
 * @module
 */

import Table from "cli-table3";
import { parseArgs } from "node:util";
import { BARE_ROUNDS, measureKept, ROUNDS, type Weigh } from "./leak_rows.ts";

const USAGE = `deno task leaks [--rounds N] [--json] [TEXT...]

  TEXT      only what has one of these texts in its name
  --rounds  how often each thing is done (20000)
  --json    prints the bytes of each, and no table`;

/** What is kept of each, in bytes. */
export interface Leaks {
  /** The platform's means. */
  bare: Record<string, number>;
  /** This module's. */
  ours: Record<string, number>;
}

const collectGarbage = (globalThis as unknown as { gc(): void }).gc;

const weigh: Weigh = async () => {
  // In two turns of the host's: what is finalized after the first is collected by the second.
  for (let time = 0; time < 2; time++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    collectGarbage();
  }
  return Deno.memoryUsage().heapUsed;
};

async function measureAll(names: readonly string[], rounds: number) {
  const kept: Record<string, number> = {};
  for (const name of names) kept[name] = await measureKept(name, rounds, weigh);
  return kept;
}

function formatLeaks(leaks: Leaks, rounds: number): string {
  const table = new Table({
    head: [`kept after ${rounds.toLocaleString("en")} rounds`, "MB"],
    colAligns: ["left", "right"],
    style: { head: [], border: [] },
  });
  for (const kept of [leaks.bare, leaks.ours]) {
    for (const [name, bytes] of Object.entries(kept)) {
      table.push([name, (Math.max(bytes, 0) / 1e6).toFixed(2)]);
    }
  }
  return table.toString();
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "20000" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const rounds = Number(values.rounds);
  if (values.help || !(rounds > 0)) {
    console.log(USAGE);
    Deno.exit(values.help ? 0 : 2);
  }
  const wanted = (rows: object) =>
    Object.keys(rows).filter((name) =>
      positionals.length === 0 || positionals.some((text) => name.includes(text))
    );
  const leaks: Leaks = {
    bare: await measureAll(wanted(BARE_ROUNDS), rounds),
    ours: await measureAll(wanted(ROUNDS), rounds),
  };
  console.log(values.json ? JSON.stringify(leaks) : formatLeaks(leaks, rounds));
}
