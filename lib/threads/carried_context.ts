/**
 * Context variables on their way to another thread, beside the function that is to see them.
 *
 * @module
 */
import type { Job, JobContext } from "../concurrent/executor.ts";
import {
  type CarriedValue,
  carriedValues,
  type Context,
  copyContext,
} from "../coroutine/context_vars.ts";
import { findStaying } from "./sent_arguments.ts";

/** A function, and what it takes along. */
export interface Luggage {
  /** The function itself. */
  readonly job: unknown;
  /** What it is to find in its context; left out where it has none of its own. */
  readonly context?: readonly CarriedValue[];
}

const luggageOf = new WeakMap<object, Luggage>();

/**
 * Makes of a function one that runs in a copy of the current context, in this thread or in another.
 *
 * To another thread go the variables that have a module, as far as their values can be cloned.
 */
export function carryContext<A extends unknown[], R>(job: Job<A, R>): Job<A, R> {
  // Whoever is to run it says what is wrong with it.
  if (typeof job !== "function") return job;
  const context = copyContext();
  function inContext(this: JobContext, ...args: A): R {
    return context.run(() => job.apply(this, args));
  }
  luggageOf.set(inContext, { job, context: valuesToCarry(context) });
  return inContext;
}

/** Takes apart what {@linkcode carryContext} put together. */
export function unpack(job: unknown): Luggage {
  return luggageOf.get(job as object) ?? { job };
}

/** What goes along of the current context with a call that another thread is to make, if anything does. */
export function contextToCarry(): readonly CarriedValue[] | undefined {
  const carried = valuesToCarry(copyContext());
  return carried.length === 0 ? undefined : carried;
}

function valuesToCarry(context: Context): readonly CarriedValue[] {
  return carriedValues(context).filter(isCloneable);
}

function isCloneable([, , value]: CarriedValue): boolean {
  try {
    structuredClone(value);
    return findStaying(value, "value") === null;
  } catch {
    return false;
  }
}
