/**
 * `deno task bench`: the same work on this module, on bare promises and on CPython's asyncio.
 *
 * @module
 */

import { cpus, release, type } from "node:os";
import { parseArgs } from "node:util";
import { type MeasureOptions, measureRow } from "./measure.ts";
import { findPython, type Python } from "./python.ts";
import { type Machine, type Results, rowResult } from "./results.ts";
import type { Row, RowName, SubjectName } from "./row.ts";
import { ROWS } from "./rows.ts";
import { works as asyncWorks } from "./subjects/async.ts";
import { works as bareWorks } from "./subjects/bare.ts";
import { formatResults } from "./table.ts";

const USAGE = `deno task bench [--quick] [--json FILE] [NAME...]

  NAME     only these rows: ${ROWS.map(({ name }) => name).join(", ")}
  --quick  fewer and shorter rounds
  --json   also writes the results to FILE

How long a busy loop keeps a page from its frames is printed by one of the tests:
deno task test --only chromium --only firefox --filter requestAnimationFrame`;

interface Options {
  rows: readonly Row[];
  isQuick: boolean;
  json: string | undefined;
}

const options = readOptions(Deno.args);
if (options === null) {
  console.log(USAGE);
  Deno.exit(Deno.args.includes("--help") ? 0 : 2);
}
let failed = false;
const results = await measureAll(options);
console.log(formatResults(results));
if (options.json !== undefined) {
  await Deno.writeTextFile(options.json, JSON.stringify(results, null, 2) + "\n");
}
if (failed) Deno.exit(1);

function readOptions(parameters: string[]): Options | null {
  try {
    const { values, positionals } = parseArgs({
      args: parameters,
      allowPositionals: true,
      options: {
        quick: { type: "boolean", default: false },
        json: { type: "string" },
        help: { type: "boolean" },
      },
    });
    if (values.help) return null;
    const unknown = positionals.filter((name) => ROWS.every((row) => row.name !== name));
    if (unknown.length > 0) throw new Error(`There is no row ${unknown.join(", ")}\n`);
    const rows = positionals.length === 0
      ? ROWS
      : ROWS.filter(({ name }) => positionals.includes(name));
    return { rows, isQuick: values.quick, json: values.json };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return null;
  }
}

async function measureAll({ rows, isQuick }: Options): Promise<Results> {
  const python = await findPython();
  const rounds = isQuick ? 3 : 7;
  const roundTime = isQuick ? 40 : 120;
  const results: Results = {
    date: new Date().toISOString(),
    machine: describeMachine(python),
    rounds,
    rows: [],
  };
  for (const [index, row] of rows.entries()) {
    console.error(`[${index + 1}/${rows.length}] ${row.name}`);
    const settings: MeasureOptions = {
      subjects: subjectsOf(row.name, python),
      rounds,
      roundTime,
      python: python?.command ?? "",
    };
    try {
      results.rows.push(rowResult(row, await measureRow(row, settings)));
    } catch (error) {
      failed = true;
      console.error(`${row.name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return results;
}

function subjectsOf(row: RowName, python: Python | null): SubjectName[] {
  return [
    "generator",
    ...(row in asyncWorks ? ["async"] as const : []),
    // What is this module's alone has no peers.
    ...(row in bareWorks ? ["bare"] as const : []),
    ...(row in bareWorks && python !== null ? ["cpython"] as const : []),
  ];
}

function describeMachine(python: Python | null): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown processor",
    processors: processors.length,
    system: `${type()} ${release()}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    python: python?.version ?? null,
  };
}
