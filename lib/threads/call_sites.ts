/**
 * Where jobs were submitted, for the stacks of their errors.
 *
 * To take a stack costs more than all the rest of a small job: in Deno it is a third of the round trip.
 * So each function has a number of stacks to take, which is had anew whenever one of its jobs fails, and
 * a job beyond it is given the last that was taken for the function, with a word that says so. A
 * function that fails now and then is known by its places exactly; one that never does costs nothing.
 *
 * @module
 */

/** How many stacks are taken of a function's jobs until one fails. */
const OWN = 32;

/** The frames of {@linkcode CallSites.take} and of the two functions called `submit` above it. */
const OUR_FRAMES = 3;

/** Where a job was submitted. */
export interface CallSite {
  /** What holds the stack. */
  readonly error: Error;
  /** Whether it is that of an earlier job of the function. */
  readonly isShared: boolean;
}

interface Known {
  /** How many stacks are still to be taken. */
  left: number;
  /** The last one, for the jobs beyond. */
  shared: CallSite | null;
}

/** Takes them. */
export class CallSites {
  readonly #known = new Map<number, Known>();

  /**
   * Notes where the call comes from; to be called by what an executor's `submit` calls.
   *
   * @param functionId The number of the job's function.
   */
  take(functionId: number): CallSite {
    const known = this.#known.get(functionId) ?? { left: OWN, shared: null };
    if (known.left === 0) return known.shared!;
    this.#known.set(functionId, known);
    const error = new Error();
    known.left--;
    if (known.left === 0) {
      // Asked for its text, a stack lets go of the objects that it refers to.
      void error.stack;
      known.shared = { error, isShared: true };
    }
    return { error, isShared: false };
  }

  /** Takes note that a job of a function has failed. */
  failed(functionId: number): void {
    const known = this.#known.get(functionId);
    if (known !== undefined) known.left = OWN;
  }
}

/** The stack of a site, to be put below the other thread's. */
export function callerStack({ error, isShared }: CallSite): string {
  const frames = error.stack?.split("\n").filter((line) => !line.startsWith("Error")) ?? [];
  const note = isShared ? ["    (here, or where else the function is submitted)"] : [];
  return [...note, ...frames.slice(OUR_FRAMES)].join("\n");
}
