/**
 * The results as text.
 *
 * @module
 */

import Table from "cli-table3";
import type { Figures } from "./measure.ts";
import type { Results, RowResult } from "./results.ts";
import { LIBRARIES, type SubjectName, type Unit } from "./row.ts";

const COLUMNS: readonly SubjectName[] = ["generator", "async", "bare", "least", "cpython"];

const PEERS: readonly SubjectName[] = ["uvloop", "effect", "effection"];

const NO_RULES = {
  ...{ "top": "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ "bottom": "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ "left": "", "left-mid": "", "mid": "", "mid-mid": "" },
  ...{ "right": "", "right-mid": "", "middle": "" },
};

/**
 * The results as they are shown.
 *
 * @param results The results.
 * @returns Lines: the machine, the figures, what the rows are, the targets.
 */
export function formatResults(results: Results): string {
  const { machine, place, rounds } = results;
  const sections = [
    figuresTable(results.rows),
    peersTable(results.rows.filter(({ figures }) => PEERS.some((name) => name in figures))),
    librariesTable(results.rows),
    plainTable(results.rows.map(({ name, what }) => [name, what])),
    plainTable(results.rows.flatMap(targetLines)),
  ];
  return [
    `${machine.processor}, ${place}, ` +
    (machine.python === null ? "no CPython found" : `CPython ${machine.python}`) +
    (machine.uvloop === null ? "" : `, uvloop ${machine.uvloop}`),
    machine.libraries.join(", "),
    `Medians of ${rounds} rounds, with the least and the greatest, for one operation`,
    ...sections.filter((section) => section !== "").map((section) => `\n${section}`),
  ].join("\n");
}

function figuresTable(rows: readonly RowResult[]): string {
  const table = new Table({
    head: [
      "",
      "generator",
      "async",
      "bare",
      "least",
      "CPython",
      "gen./bare",
      "gen./least",
      "CPython/gen.",
      "CPython/async",
    ],
    chars: NO_RULES,
    style: { "head": [], "border": [], "padding-left": 0, "padding-right": 3 },
    colAligns: ["left", ...Array<"right">(COLUMNS.length + 4).fill("right")],
  });
  for (const { name, unit, figures, ratios } of rows) {
    table.push([
      `${name}, ${unit}`,
      ...COLUMNS.map((column) => formatFigures(figures[column])),
      formatRatio(ratios.generatorOverBare),
      formatRatio(ratios.generatorOverLeast),
      formatRatio(ratios.cpythonOverGenerator),
      formatRatio(ratios.cpythonOverAsync),
    ]);
  }
  return trimLines(table.toString());
}

function peersTable(rows: readonly RowResult[]): string {
  if (rows.length === 0) return "";
  const table = new Table({
    head: [
      "",
      ...PEERS,
      "uvloop/gen.",
      "effect/gen.",
      "effection/gen.",
    ],
    chars: NO_RULES,
    style: { "head": [], "border": [], "padding-left": 0, "padding-right": 3 },
    colAligns: ["left", ...Array<"right">(PEERS.length * 2).fill("right")],
  });
  for (const { name, unit, figures, ratios } of rows) {
    table.push([
      `${name}, ${unit}`,
      ...PEERS.map((peer) => formatFigures(figures[peer])),
      formatRatio(ratios.uvloopOverGenerator),
      formatRatio(ratios.effectOverGenerator),
      formatRatio(ratios.effectionOverGenerator),
    ]);
  }
  return trimLines(table.toString());
}

/** One line for each library of a row: few rows have one, and few of those the same. */
function librariesTable(rows: readonly RowResult[]): string {
  return plainTable(rows.flatMap(({ name, unit, figures }) =>
    LIBRARIES.flatMap((library) => {
      const [its, own] = [figures[library], figures.generator];
      if (its === undefined) return [];
      const multiple = own === undefined ? null : its.median / own.median;
      return [[`${name}, ${unit}`, library, formatFigures(its), `${formatRatio(multiple)} gen.`]];
    })
  ));
}

function targetLines({ name, verdicts }: RowResult): string[][] {
  return verdicts.map(({ aim, measured, floor, unit, isMet }) => {
    const verdict = isMet === null ? "not measured" : isMet ? "ok" : "missed";
    const format = (figure: number | null) =>
      unit === "x" ? formatRatio(figure) : formatAmount(figure, unit);
    const least = floor === null || isMet !== false ? "" : `the least kernel: ${format(floor)}`;
    return [name, aim, format(measured), verdict, least];
  });
}

function plainTable(lines: readonly string[][]): string {
  const table = new Table({
    chars: NO_RULES,
    style: { "border": [], "padding-left": 0, "padding-right": 3 },
  });
  table.push(...lines);
  return trimLines(table.toString());
}

function trimLines(text: string): string {
  return text.split("\n").map((line) => line.trimEnd()).join("\n");
}

function formatFigures(figures: Figures | undefined): string {
  if (figures === undefined) return "-";
  const [middle, least, greatest] = [figures.median, figures.least, figures.greatest]
    .map(formatNumber);
  return `${middle} (${least}-${greatest})`;
}

function formatAmount(amount: number | null, unit: Unit): string {
  return amount === null ? "-" : `${formatNumber(amount)} ${unit}`;
}

function formatNumber(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 });
}

function formatRatio(value: number | null): string {
  if (value === null) return "-";
  return `${value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 })}x`;
}
