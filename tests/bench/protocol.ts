/**
 * What a subject's process says, one line of JSON each.
 *
 * @module
 */

/** The first line. */
export interface Greeting {
  /** The version of what runs it. */
  version: string;
}

/** The answer to a line with a number of operations. */
export interface Round {
  /** How many operations were seen to be done. */
  count: number;
  /** What they took in all: nanoseconds, or bytes. */
  amount: number;
}
