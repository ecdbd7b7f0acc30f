/**
 * What is written of an error that nobody took.
 *
 * @module
 */
import { formatThrown } from "../base/nested_errors.ts";
import { wholeRepr } from "../base/repr.ts";
import { formatFrames, type StackFrame } from "../base/stack.ts";
import type { ExceptionContext } from "./handle.ts";

/** An exception handler's context as text: the message, the rest by name, the error and those in it and behind it. */
export function formatContext(context: ExceptionContext): string {
  const lines = [context.message || "Unhandled exception in event loop"];
  for (const key of Object.keys(context).sort()) {
    if (key !== "message" && key !== "exception") {
      lines.push(`${key}: ${formatEntry(context, key)}`);
    }
  }
  const { exception } = context;
  if (exception !== undefined && exception !== null) lines.push(formatThrown(exception));
  return lines.join("\n");
}

function formatEntry(context: ExceptionContext, key: string): string {
  const made = key === "sourceTraceback" ? "Object" : key === "handleTraceback" ? "Handle" : null;
  const value = context[key];
  if (made === null || value === undefined) return wholeRepr(value);
  const frames = formatFrames(value as readonly StackFrame[]).trimEnd();
  return `${made} created at (most recent call last):\n${frames}`;
}
