/**
 * A subject's far end in a page: `page_subject.ts` opens it and calls what it puts on the page.
 *
 * @module
 */

import { runRound } from "./round.ts";
import type { RowName, Works } from "./row.ts";
import { works as async } from "./subjects/async.ts";
import { works as bare } from "./subjects/bare.ts";
import { works as effect } from "./subjects/effect.ts";
import { works as effection } from "./subjects/effection.ts";
import { works as generator } from "./subjects/generator.ts";
import { works as library } from "./subjects/library.ts";

const SUBJECTS: Readonly<Record<string, Works>> = {
  async,
  bare,
  effect,
  effection,
  generator,
  library,
};

function heapSize(): number {
  throw new Error("a page cannot tell how many bytes are in use");
}

Object.assign(globalThis, {
  benchmark: (subject: string, row: RowName, n: number) => {
    const work = SUBJECTS[subject]?.[row];
    if (work === undefined) throw new Error(`${subject} has no row ${row}`);
    return runRound(work, n, heapSize);
  },
});
