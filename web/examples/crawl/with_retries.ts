/**
 * Trying again.
 *
 * @module
 */
import { type CoroutineObject, sleep } from "@asyncio/asyncio";

/** How {@linkcode withRetries} goes about it. */
export interface RetryOptions {
  /** How many more times to try after the first failure. */
  retries: number;
  /** How long to wait before the second attempt, in seconds; twice as long before each further one. */
  delay: number;
  /** Tells whether another attempt may help. */
  isTransient(error: unknown): boolean;
}

/**
 * Makes attempts until one succeeds, waiting longer after each: exponential backoff.
 *
 * A task that is cancelled meanwhile is no failed attempt. `CancelledError` is an error like others in
 * JavaScript, so `isTransient` must name the errors that it knows, not those that it does not.
 *
 * @param attempt Makes the coroutine of one attempt: a coroutine object can be awaited only once.
 * @param options How often, how patiently, and after which errors.
 * @returns What the first successful attempt returned.
 * @throws The error of the last attempt.
 */
export function* withRetries<T>(
  attempt: () => CoroutineObject<T>,
  options: RetryOptions,
): CoroutineObject<T> {
  let { retries, delay } = options;
  while (true) {
    try {
      return yield* attempt();
    } catch (error) {
      if (retries-- === 0 || !options.isTransient(error)) throw error;
    }
    yield* sleep(delay);
    delay *= 2;
  }
}
