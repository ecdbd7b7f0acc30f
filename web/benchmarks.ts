/**
 * Makes `web/docs/benchmarks.md` of the results that `deno task bench --json web/docs/benchmarks.json` wrote.
 *
 * The chart is a Mermaid diagram, which forges and editors draw from its text: no picture to keep in step.
 *
 * @module
 */

import { join } from "node:path";
import type { Results, RowResult } from "../tests/bench/results.ts";
import { LIBRARIES, type SubjectName } from "../tests/bench/row.ts";

const DOCS = join(import.meta.dirname ?? ".", "docs");
const RESULTS = join(DOCS, "benchmarks.json");
const PAGE = join(DOCS, "benchmarks.md");

const SUBJECTS: readonly { name: SubjectName; title: string }[] = [
  { name: "generator", title: "generators" },
  { name: "async", title: "async functions" },
  { name: "bare", title: "bare promises" },
  { name: "least", title: "the least kernel" },
  { name: "cpython", title: "CPython" },
  { name: "uvloop", title: "uvloop" },
  { name: "effect", title: "Effect" },
  { name: "effection", title: "Effection" },
];

/** Writes the page anew. */
export async function writeBenchmarks(): Promise<void> {
  const results: Results = JSON.parse(await Deno.readTextFile(RESULTS));
  await Deno.writeTextFile(PAGE, benchmarksPage(results));
}

/**
 * The page's text.
 *
 * @param results What was measured.
 * @returns Markdown.
 */
export function benchmarksPage(results: Results): string {
  const { machine, rounds } = results;
  return `# Benchmarks

The same work on this module's generator coroutines and async functions, on bare promises, and on the peers. This page is made by
\`deno task build\` from \`benchmarks.json\`, which \`deno task bench --json web/docs/benchmarks.json\` writes; run it on your own
machine, and look at the ratios: the times are of one machine and one day.

${
    results.date.slice(0, 10)
  }, ${machine.processor} (${machine.processors} processors), ${machine.system}, ${results.place}${
    machine.python === null ? "" : `, CPython ${machine.python}`
  }${machine.uvloop === null ? "" : `, uvloop ${machine.uvloop}`}, ${machine.libraries.join(", ")}.
Medians of ${rounds} rounds, taken in turns, for one operation. Where a round has 100,000 tasks or more, each follows on one of the same
that does not count: a heap shrinks while others have their turns. "Libraries" are those that people use for the row's one thing.

## How many times as long CPython takes

${chart(results.rows)}

## All figures

${figures(results.rows, "ns")}

## Bytes

${figures(results.rows, "bytes")}

## What is aimed for

What the engine and the host take by themselves for what a row cannot do without, \`deno run -A tests/bench/floors.ts\` prints: in
Deno a look at the clock, of which each timer needs one, is a hundred nanoseconds, and an error some thousands, whether it has a
stack or not; a cancellation takes none unless somebody looks (\`lib/base/quiet_cancellation.ts\`). "The least kernel" (\`least_kernel.ts\` and \`least_timers.ts\` under
\`tests/bench/subjects/\`) is tasks, futures and a ready queue in asyncio's order and nothing else: no contexts, no errors, no checks;
timers and cancellation only in the rows that are about them. What it misses, no loop with that order can reach in this engine.
Its tasks are listed nowhere, are never the current one and have no context; with these alone one of 1,000 that are gathered costs
it two fifths more, as the floors print, and that is most of what it costs here. Bare functions await one resolved promise, always the same,
in the rows \`switch\` and \`tasks\`; to await a value costs them half as much again, as the floors print, too. A third of what
\`tasks\` takes is the collector's, which copies 100,000 tasks while they are young. In the rows of sizes it stands for this module with all taken out of its sources that a program may run without: what errors say,
checks, stacks and printed forms, debug mode, async functions and context variables (\`deno task size --parts\` tells each one's
part).

${targets(results.rows)}
`;
}

/** Bars from left to right, in the order of the rows. */
function chart(rows: readonly RowResult[]): string {
  const bars = rows.flatMap(({ name, unit, ratios }) =>
    unit === "ns" && ratios.cpythonOverGenerator !== null
      ? [{ name, ratio: ratios.cpythonOverGenerator }]
      : []
  );
  const names = bars.map(({ name }) => JSON.stringify(name)).join(", ");
  const values = bars.map(({ ratio }) => String(Number(ratio.toPrecision(3)))).join(", ");
  return [
    "```mermaid",
    "xychart-beta horizontal",
    `  x-axis [${names}]`,
    '  y-axis "CPython by generator coroutines"',
    `  bar [${values}]`,
    "```",
  ].join("\n");
}

function figures(rows: readonly RowResult[], unit: RowResult["unit"]): string {
  const shown = rows.filter((row) => row.unit === unit);
  const subjects = SUBJECTS.filter(({ name }) => shown.some((row) => row.figures[name]));
  const lines = shown.map((row) => [
    row.name,
    ...subjects.map(({ name }) => {
      const figure = row.figures[name];
      return figure === undefined ? "" : formatNumber(figure.median);
    }),
    ...unit === "ns" ? [librariesOf(row)] : [],
    row.what,
  ]);
  const titles = [...subjects.map(({ title }) => title), ...unit === "ns" ? ["libraries"] : []];
  return table([["", ...titles, "one operation"], ...lines]);
}

function librariesOf({ figures }: RowResult): string {
  return LIBRARIES.flatMap((name) => {
    const figure = figures[name];
    return figure === undefined ? [] : [`${name} ${formatNumber(figure.median)}`];
  }).join(", ");
}

function targets(rows: readonly RowResult[]): string {
  const lines = rows.flatMap(({ name, verdicts }) =>
    verdicts.map(({ aim, measured, floor, isMet }) => [
      name,
      aim,
      measured === null ? "" : formatNumber(measured),
      floor === null ? "" : formatNumber(floor),
      isMet === null ? "not measured" : isMet ? "met" : "missed",
    ])
  );
  return table([["row", "aim", "measured", "the least kernel", ""], ...lines]);
}

function table([head, ...lines]: string[][]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [row(head!), row(head!.map(() => "---")), ...lines.map(row)].join("\n");
}

function formatNumber(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: value < 1000 ? 3 : 4 });
}
