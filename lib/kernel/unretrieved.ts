/**
 * Reports errors that nobody ever asked for.
 *
 * A failed future that is collected without anybody having seen its error is reported to the exception
 * handler of its loop. The record that outlives the future holds the error weakly: what an error's
 * stack refers to V8 keeps alive, and that may well be the future itself.
 *
 * @module
 */
import { functionName } from "../base/repr.ts";
import type { HandleOwner } from "./handle.ts";

interface Failure {
  readonly watch: { readonly retrieved: boolean };
  readonly owner: WeakRef<HandleOwner>;
  readonly kind: string;
  readonly error: WeakRef<object> | { deref(): unknown };
  readonly text: string;
}

const failures = new FinalizationRegistry<Failure>((failure) => {
  if (failure.watch.retrieved) return;
  failure.owner.deref()?.callExceptionHandler({
    message: `${failure.kind} exception was never retrieved`,
    exception: failure.error.deref() ?? failure.text,
  });
});

/** Watches a future that failed until it is collected or `watch.retrieved` is set. */
export function watchUnretrieved(
  future: object,
  error: unknown,
  watch: { readonly retrieved: boolean },
  owner: HandleOwner,
): void {
  failures.register(future, {
    watch,
    owner: new WeakRef(owner),
    kind: functionName(future.constructor),
    error: typeof error === "object" && error !== null
      ? new WeakRef(error)
      : { deref: () => error },
    text: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  });
}
