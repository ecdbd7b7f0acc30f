/**
 * Where jobs were submitted, for the stacks of their errors.
 *
 * To take a stack costs as much as all the rest of a small job. Who submits by the hundreds does it in a
 * loop; so in each turn the first get a stack of their own, and the rest share one, which says so.
 *
 * @module
 */

/** How many jobs of one turn get a stack of their own. */
const OWN = 32;

/** The frames of {@linkcode CallSites.take} and of the two functions called `submit` above it. */
const OUR_FRAMES = 3;

/** Where a job was submitted. */
export interface CallSite {
  /** What holds the stack. */
  readonly error: Error;
  /** Whether it is that of another job of the turn. */
  readonly isShared: boolean;
}

/** Takes them. */
export class CallSites {
  #taken = 0;
  #shared: CallSite | null = null;

  /** Notes where the call comes from; to be called by what an executor's `submit` calls. */
  take(): CallSite {
    if (this.#shared !== null) return this.#shared;
    const isShared = this.#taken++ === OWN;
    const site: CallSite = { error: new Error(), isShared };
    if (isShared) this.#shared = site;
    return site;
  }

  /** Begins the next turn. */
  endTurn(): void {
    this.#taken = 0;
    this.#shared = null;
  }
}

/** The stack of a site, to be put below the other thread's. */
export function callerStack({ error, isShared }: CallSite): string {
  const frames = error.stack?.split("\n").filter((line) => !line.startsWith("Error")) ?? [];
  const note = isShared ? ["    (as was another of the many jobs of this turn)"] : [];
  return [...note, ...frames.slice(OUR_FRAMES)].join("\n");
}
