/**
 * Makes an order that fails plain.
 *
 * @module
 */

/** Orders tried before a shrink is content with what it has. */
const MOST_TRIALS = 400;

/**
 * Sets choices to asyncio's own, 0, takes others out, and makes the rest smaller, as long as the program
 * still fails: what is left tells which steps had to be late.
 *
 * @param order An order that fails.
 * @param fails Runs the program in an order; gives the choices made where it fails, else `null`.
 * @returns A promise of the plainest order found.
 */
export async function shrinkOrder(
  order: readonly number[],
  fails: (order: readonly number[]) => Promise<readonly number[] | null>,
): Promise<readonly number[]> {
  let best = order;
  let trials = 0;
  for (let progress = true; progress;) {
    progress = false;
    for (const candidate of plainer(best)) {
      if (++trials > MOST_TRIALS) return best;
      const made = await fails(candidate);
      if (made === null || !isPlainer(made, best)) continue;
      best = made;
      progress = true;
      break;
    }
  }
  return best;
}

/** The orders one step plainer, the biggest steps first. */
function* plainer(order: readonly number[]): Generator<number[], void> {
  for (let length = order.length; length >= 1; length = Math.floor(length / 2)) {
    for (let start = 0; start < order.length; start += length) {
      const end = Math.min(start + length, order.length);
      yield [...order.slice(0, start), ...order.slice(end)];
      if (order.slice(start, end).some((choice) => choice > 0)) {
        yield order.map((choice, index) => index >= start && index < end ? 0 : choice);
      }
    }
  }
  for (const [index, choice] of order.entries()) {
    for (const smaller of new Set([1, Math.floor(choice / 2), choice - 1])) {
      if (smaller > 0 && smaller < choice) yield order.with(index, smaller);
    }
  }
}

/** Fewer steps out of turn; of as many, fewer choices; of as many, smaller ones. */
function isPlainer(order: readonly number[], than: readonly number[]): boolean {
  const [ours, theirs] = [weigh(order), weigh(than)];
  const at = ours.findIndex((part, index) => part !== theirs[index]);
  return at >= 0 && ours[at]! < theirs[at]!;
}

function weigh(order: readonly number[]): number[] {
  return [
    order.filter((choice) => choice > 0).length,
    order.length,
    order.reduce((sum, choice) => sum + choice, 0),
  ];
}
