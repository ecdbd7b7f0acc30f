/**
 * The worker of `piscina.ts`.
 *
 * @module
 */

/** Adds two numbers. */
export default ([a, b]: [number, number]): number => a + b;
