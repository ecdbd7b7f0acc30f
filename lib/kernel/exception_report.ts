/**
 * What is written of an error that nobody took.
 *
 * @module
 */
import { wholeRepr } from "../base/repr.ts";
import { formatFrames } from "../base/stack.ts";
import type { ExceptionContext } from "./handle.ts";

/** An exception handler's context as text: the message, the rest by name, the error's stack. */
export function formatContext(context: ExceptionContext): string {
  const lines = [context.message || "Unhandled exception in event loop"];
  for (const key of Object.keys(context).sort()) {
    if (key !== "message" && key !== "exception") {
      lines.push(`${key}: ${formatEntry(context, key)}`);
    }
  }
  const { exception } = context;
  if (exception instanceof Error) {
    const { name, message } = exception;
    const stack = typeof exception.stack === "string" ? exception.stack : "";
    const title = message === "" ? name : `${name}: ${message}`;
    // V8's stack begins with the title; the others' are of frames alone.
    lines.push(stack.includes(title) ? stack : `${title}\n${stack}`.trimEnd());
  } else if (exception !== undefined && exception !== null) lines.push(wholeRepr(exception));
  return lines.join("\n");
}

function formatEntry(context: ExceptionContext, key: string): string {
  const { sourceTraceback, handleTraceback } = context;
  if (key === "sourceTraceback" && sourceTraceback !== undefined) {
    return `Object created at (most recent call last):\n${formatFrames(sourceTraceback).trimEnd()}`;
  }
  if (key === "handleTraceback" && handleTraceback !== undefined) {
    return `Handle created at (most recent call last):\n${formatFrames(handleTraceback).trimEnd()}`;
  }
  return wholeRepr(context[key]);
}
