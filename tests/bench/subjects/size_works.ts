/**
 * The rows of sizes.
 *
 * @module
 */

import type { Work } from "../row.ts";

type Sizes = typeof import("./sizes.ts").sizes;

/** Not to be bundled for a page, which has no bundler: its address is made as the row is asked for. */
const SIZES = new URL("./sizes.ts", import.meta.url).href;

/**
 * Makes the work of a row of sizes.
 *
 * @param measure Gives the size, in bytes.
 * @returns The work.
 */
export function sizeWork(measure: (sizes: Sizes) => Promise<number>): Work {
  return async (n, weigh) => {
    const { sizes }: { sizes: Sizes } = await import(SIZES);
    weigh(0);
    weigh(await measure(sizes));
    return n;
  };
}
