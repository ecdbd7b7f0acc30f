/**
 * `deno task bench`: the same work on this module, on bare promises, on CPython's asyncio and on the peers.
 *
 * @module
 */

import { cpus, release, type } from "node:os";
import { parseArgs } from "node:util";
import config from "../../deno.json" with { type: "json" };
import { type BrowserName, BROWSERS } from "../_support/browsers.ts";
import { measureRow } from "./measure.ts";
import { BrowserPlace } from "./page_subject.ts";
import { findPython, findUvloop, type Python, pythonRows, type Uvloop } from "./python.ts";
import { type Machine, type Results, rowResult } from "./results.ts";
import { LIBRARIES, type Row, type RowName, type SubjectName } from "./row.ts";
import { ROWS } from "./rows.ts";
import { type Place, ProcessSubject } from "./subject.ts";
import { works as asyncWorks } from "./subjects/async.ts";
import { works as asyncMutexWorks } from "./subjects/async_mutex.ts";
import { works as bareWorks } from "./subjects/bare.ts";
import { works as comlinkWorks } from "./subjects/comlink.ts";
import { works as effectWorks } from "./subjects/effect.ts";
import { works as effectionWorks } from "./subjects/effection.ts";
import { works as generatorWorks } from "./subjects/generator.ts";
import { works as leastWorks } from "./subjects/least.ts";
import { works as pLimitWorks } from "./subjects/p_limit.ts";
import { works as pQueueWorks } from "./subjects/p_queue.ts";
import { works as piscinaWorks } from "./subjects/piscina.ts";
import { works as workerpoolWorks } from "./subjects/workerpool.ts";
import { formatResults } from "./table.ts";

const USAGE = `deno task bench [--quick] [--in BROWSER] [--without SUBJECT] [--json FILE] [NAME...]

  NAME       only these rows: ${ROWS.map(({ name }) => name).join(", ")}
  --quick    fewer and shorter rounds
  --in       in a browser's pages: ${BROWSERS.join(" or ")}
  --without  leaves a subject out: async, bare, least, cpython, uvloop, effect,
             effection,
             ${LIBRARIES.join(", ")};
             may be given more than once
  --json     also writes the results to FILE

How long a busy loop keeps a page from its frames is printed by one of the tests:
deno task test --only chromium --only firefox --filter requestAnimationFrame`;

/** The subjects in JavaScript, in the order of the table. */
const WORKS = {
  generator: generatorWorks,
  async: asyncWorks,
  bare: bareWorks,
  least: leastWorks,
  effect: effectWorks,
  effection: effectionWorks,
  "async-mutex": asyncMutexWorks,
  "p-limit": pLimitWorks,
  "p-queue": pQueueWorks,
  "comlink": comlinkWorks,
  "workerpool": workerpoolWorks,
  "piscina": piscinaWorks,
} as const;

/** The subjects that no page can have. */
const OF_DENO: readonly SubjectName[] = ["piscina"];

interface Options {
  rows: readonly Row[];
  isQuick: boolean;
  browser: BrowserName | null;
  without: readonly string[];
  json: string | undefined;
}

/** The interpreters of Python, and what `asyncio_rows.py` has for them. */
interface Pythons {
  cpython: Python | null;
  uvloop: Uvloop | null;
  rows: ReadonlySet<RowName>;
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
        in: { type: "string" },
        without: { type: "string", multiple: true, default: [] },
        json: { type: "string" },
        help: { type: "boolean" },
      },
    });
    if (values.help) return null;
    const unknown = positionals.filter((name) => ROWS.every((row) => row.name !== name));
    if (unknown.length > 0) throw new Error(`There is no row ${unknown.join(", ")}\n`);
    const browser = BROWSERS.find((name) => name === values.in) ?? null;
    if (values.in !== undefined && browser === null) {
      throw new Error(`There is no browser ${values.in}\n`);
    }
    const rows = ROWS.filter(({ name, isOfDeno }) =>
      (positionals.length === 0 || positionals.includes(name)) && !(browser && isOfDeno)
    );
    const without = browser ? [...values.without, ...OF_DENO] : values.without;
    return { rows, isQuick: values.quick, browser, without, json: values.json };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return null;
  }
}

async function measureAll(options: Options): Promise<Results> {
  const pythons = await findPythons();
  if (options.browser === null) {
    return await measureIn(processes(pythons), `Deno ${Deno.version.deno}`, pythons, options);
  }
  await using pages = await BrowserPlace.open(options.browser);
  const inPython = processes(pythons);
  // Python's figures are taken in the same run: they are what the page's are compared with.
  const place: Place = {
    start: (name, row) => (isPython(name) ? inPython : pages).start(name, row),
  };
  return await measureIn(place, `${options.browser} ${pages.version}`, pythons, options);
}

async function findPythons(): Promise<Pythons> {
  const [cpython, uvloop] = await Promise.all([findPython(), findUvloop()]);
  const any = cpython ?? uvloop;
  return { cpython, uvloop, rows: any === null ? new Set() : await pythonRows(any) };
}

function isPython(name: SubjectName): name is "cpython" | "uvloop" {
  return name === "cpython" || name === "uvloop";
}

function processes(pythons: Pythons): Place {
  return {
    start(name, row) {
      const python = isPython(name) ? pythons[name]!.command : null;
      return ProcessSubject.start(name, row, python);
    },
  };
}

async function measureIn(
  place: Place,
  placeName: string,
  pythons: Pythons,
  { rows, isQuick, without }: Options,
): Promise<Results> {
  const rounds = isQuick ? 3 : 7;
  const roundTime = isQuick ? 40 : 120;
  const results: Results = {
    date: new Date().toISOString(),
    place: placeName,
    machine: describeMachine(pythons),
    rounds,
    rows: [],
  };
  for (const [index, row] of rows.entries()) {
    console.error(`[${index + 1}/${rows.length}] ${row.name}`);
    const subjects = subjectsOf(row.name, pythons).filter((name) => !without.includes(name));
    try {
      const figures = await measureRow(row, { subjects, rounds, roundTime, place });
      results.rows.push(rowResult(row, figures, results.rows));
    } catch (error) {
      failed = true;
      console.error(`${row.name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return results;
}

function subjectsOf(row: RowName, { cpython, uvloop, rows }: Pythons): SubjectName[] {
  const names: SubjectName[] = [];
  for (const [name, works] of Object.entries(WORKS)) {
    if (row in works) names.push(name as keyof typeof WORKS);
  }
  if (cpython !== null && rows.has(row)) names.push("cpython");
  // Memory is Python's own in both.
  if (uvloop !== null && rows.has(row) && !row.startsWith("memory")) names.push("uvloop");
  return names;
}

function describeMachine({ cpython, uvloop }: Pythons): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown processor",
    processors: processors.length,
    system: `${type()} ${release()}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    python: cpython?.version ?? null,
    uvloop: uvloop === null ? null : `${uvloop.uvloop} (CPython ${uvloop.version})`,
    libraries: (["effect", "effection", ...LIBRARIES] as const).map((name) =>
      config.imports[name].replace(/^npm:/, "")
    ),
  };
}
