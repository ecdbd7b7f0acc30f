/**
 * What a run of the benchmarks finds, as it is written to the file of `--json`.
 *
 * @module
 */

import type { Figures, RowFigures } from "./measure.ts";
import { LIBRARIES, type Row, type RowName, type SubjectName, type Unit } from "./row.ts";
import { judge, type Medians, ratio, type Verdict } from "./verdict.ts";

/** What the figures were taken on. */
export interface Machine {
  /** The processor's name. */
  processor: string;
  /** How many of them. */
  processors: number;
  /** The operating system. */
  system: string;
  /** Deno's version. */
  deno: string;
  /** V8's version. */
  v8: string;
  /** CPython's version, or `null` where there is none. */
  python: string | null;
  /** uvloop's version and that of its CPython, or `null` where there is none. */
  uvloop: string | null;
  /** The versions of the libraries. */
  libraries: string[];
}

/** How many times one subject's figure is another's; `null` where one has none. */
export interface Ratios {
  /** Generator coroutines by bare promises; less is better. */
  generatorOverBare: number | null;
  /** Generator coroutines by the least kernel; less is better. */
  generatorOverLeast: number | null;
  /** CPython by generator coroutines; more is better. */
  cpythonOverGenerator: number | null;
  /** CPython by async functions; more is better. */
  cpythonOverAsync: number | null;
  /** uvloop by generator coroutines; more is better. */
  uvloopOverGenerator: number | null;
  /** Effect by generator coroutines; more is better. */
  effectOverGenerator: number | null;
  /** Effection by generator coroutines; more is better. */
  effectionOverGenerator: number | null;
  /** The fastest of the row's libraries by generator coroutines; more is better. */
  libraryOverGenerator: number | null;
}

/** One row's results. */
export interface RowResult {
  /** The row's name. */
  name: RowName;
  /** One operation, in words. */
  what: string;
  /** What the figures count. */
  unit: Unit;
  /** Each subject's figures for one operation. */
  figures: RowFigures;
  /** How they compare. */
  ratios: Ratios;
  /** How the targets were met. */
  verdicts: Verdict[];
}

/** The whole. */
export interface Results {
  /** When it began, as an ISO date. */
  date: string;
  /** What ran what JavaScript does: Deno, or a browser with its version. */
  place: string;
  /** On what. */
  machine: Machine;
  /** How many rounds each subject had at each row. */
  rounds: number;
  /** The rows, in order. */
  rows: RowResult[];
}

/**
 * Compares the figures of a row.
 *
 * @param row The row.
 * @param figures Its figures.
 * @param before The results of the rows before.
 * @returns The result.
 */
export function rowResult(
  row: Row,
  figures: RowFigures,
  before: readonly RowResult[],
): RowResult {
  const medians = mediansOf(figures);
  const earlier = new Map(before.map((result) => [result.name, mediansOf(result.figures)]));
  return {
    name: row.name,
    what: row.what,
    unit: row.unit,
    figures,
    ratios: {
      generatorOverBare: ratio(medians, "generator", "bare"),
      generatorOverLeast: ratio(medians, "generator", "least"),
      cpythonOverGenerator: ratio(medians, "cpython", "generator"),
      cpythonOverAsync: ratio(medians, "cpython", "async"),
      uvloopOverGenerator: ratio(medians, "uvloop", "generator"),
      effectOverGenerator: ratio(medians, "effect", "generator"),
      effectionOverGenerator: ratio(medians, "effection", "generator"),
      libraryOverGenerator: fastestLibrary(medians),
    },
    verdicts: row.targets.map((target) => judge(target, medians, { unit: row.unit, earlier })),
  };
}

function mediansOf(figures: RowFigures): Medians {
  const entries = Object.entries(figures) as [SubjectName, Figures][];
  return Object.fromEntries(entries.map(([name, { median }]) => [name, median]));
}

function fastestLibrary(medians: Medians): number | null {
  const ratios = LIBRARIES.flatMap((name) => ratio(medians, name, "generator") ?? []);
  return ratios.length === 0 ? null : Math.min(...ratios);
}
