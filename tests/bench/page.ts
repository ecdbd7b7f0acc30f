/**
 * A subject's far end in a page: `page_subject.ts` opens it and calls what it puts on the page.
 *
 * @module
 */

import { runRound } from "./round.ts";
import { moduleOf, type RowName, type SubjectName, type Works } from "./row.ts";

function heapSize(): number {
  throw new Error("a page cannot tell how many bytes are in use");
}

Object.assign(globalThis, {
  benchmark: async (subject: SubjectName, row: RowName, n: number) => {
    // One subject alone, from its own address: beside it stand the scripts of its workers.
    const address = new URL(moduleOf(subject), import.meta.url).href;
    const { works }: { works: Works } = await import(address);
    const work = works[row];
    if (work === undefined) throw new Error(`${subject} has no row ${row}`);
    return await runRound(work, n, heapSize);
  },
});
