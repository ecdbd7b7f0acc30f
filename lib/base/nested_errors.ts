/**
 * Errors as text, with those in them and behind them.
 *
 * @module
 */
import { wholeRepr } from "./repr.ts";

/**
 * Writes an error, the errors that it groups, and what it was caused by; each once, for there may be circles.
 *
 * @param error What was thrown.
 * @param write Writes what an error tells of itself, its title first.
 * @param seen What was written already.
 * @returns The text, of several lines.
 */
export function formatNested(
  error: unknown,
  write: (error: Error) => string,
  seen: Set<unknown> = new Set(),
): string {
  if (!(error instanceof Error)) return wholeRepr(error);
  let text = write(error);
  if (seen.has(error)) return `${text.split("\n")[0]} (see above)`;
  seen.add(error);
  const { errors, cause } = error as { errors?: unknown; cause?: unknown };
  if (Array.isArray(errors)) {
    for (const each of errors) {
      text += `\n${formatNested(each, write, seen)}`.replaceAll("\n", "\n    ");
    }
  }
  return cause === undefined ? text : `${text}\nCaused by: ${formatNested(cause, write, seen)}`;
}

/** Writes what was thrown, of errors their titles and stacks. */
export function formatThrown(thrown: unknown): string {
  return formatNested(thrown, formatError);
}

function formatError({ name, message, stack }: Error): string {
  const frames = String(stack ?? "");
  const title = message === "" ? name : `${name}: ${message}`;
  // V8's stack begins with the title; the others' are of frames alone.
  return frames.includes(title) ? frames : `${title}\n${frames}`.trimEnd();
}
