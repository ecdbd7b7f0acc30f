/**
 * Runs a test's body on a virtual clock, and watches that nothing went wrong beside it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  type AwaitableLike,
  type ExceptionContext,
  newEventLoop,
  run,
  VirtualClock,
} from "../../mod.ts";

/** What the body of a test may expect to be reported. */
export interface VirtuallyOptions {
  /** The messages that the exception handler is to get, in order; none where left out. */
  reports?: readonly string[];
}

/**
 * Runs `main` on a loop of its own whose hours pass in an instant. The test fails when the loop's
 * exception handler is told anything that `reports` does not list.
 *
 * @param main The body; a function of either kind, so that the file can have an async twin.
 * @param options What is expected to be reported.
 * @returns A promise of what it returns.
 */
export async function virtually<T>(
  main: AwaitableLike<T>,
  { reports = [] }: VirtuallyOptions = {},
): Promise<T> {
  const seen: ExceptionContext[] = [];
  const result = await run(main, {
    loopFactory: () => {
      const loop = newEventLoop({ clock: new VirtualClock() });
      loop.setExceptionHandler((_loop, context) => seen.push(context));
      return loop;
    },
  });
  assertEquals(seen.map(({ message }) => message), reports, "what the exception handler was told");
  return result;
}
