/**
 * Waiting in tests for what comes in its own time.
 *
 * @module
 */

/**
 * Waits until something holds. A machine that is busy makes the turns of the host late, and how many a thing takes it
 * does not change: so this waits for a number of them at most, and for no time. The assertion that comes next says what
 * is wrong when they were not enough.
 *
 * @param condition What is waited for.
 */
export async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; turns < 5_000 && !condition(); turns++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
