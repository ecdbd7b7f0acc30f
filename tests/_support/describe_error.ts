/**
 * @module
 */

/**
 * Puts everything that an error says into one text, for `console.error` and structured clones lose
 * most of it in one engine or another.
 *
 * @param error What was thrown.
 * @returns Name, message, stack, and the same of its cause and of the errors that it groups.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const headline = `${error.name}: ${error.message}`;
  // V8 opens the stack with the headline, SpiderMonkey has the frames alone.
  const frames = (error.stack ?? "").split("\n").filter((line) =>
    /^\s+at |@.*:\d+:\d+$/.test(line)
  );
  const parts = [headline, ...frames];
  if (error instanceof AggregateError) {
    error.errors.forEach((each, index) => parts.push(`errors[${index}]: ${describeError(each)}`));
  }
  if (error.cause !== undefined) parts.push(`cause: ${describeError(error.cause)}`);
  return parts.join("\n");
}
