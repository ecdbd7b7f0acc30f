/**
 * Makes what fails small, whatever it is.
 *
 * @module
 */

/** Candidates tried before a shrink is content with what it has. */
const MOST_TRIALS = 3000;

/**
 * Takes ever smaller ones of something as long as they still fail.
 *
 * @param failing What fails.
 * @param smaller Gives those that are one step smaller, the biggest steps first.
 * @param fails Whether one does.
 * @returns A promise of a smaller one that fails.
 */
export async function shrinkBy<T>(
  failing: T,
  smaller: (from: T) => Iterable<T>,
  fails: (candidate: T) => Promise<boolean>,
): Promise<T> {
  let best = failing;
  let trials = 0;
  for (let progress = true; progress && trials < MOST_TRIALS;) {
    progress = false;
    for (const candidate of smaller(best)) {
      if (++trials > MOST_TRIALS) break;
      if (!await fails(candidate)) continue;
      best = candidate;
      progress = true;
      break;
    }
  }
  return best;
}
