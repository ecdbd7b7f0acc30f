/**
 * The text of the functions that are sent to workers.
 *
 * @module
 */

/**
 * A function's source, without its comments and indentation: each worker reads it anew. It is for the
 * functions of this folder that are made to be sent, in which every comment is one of documentation or
 * has its line for itself.
 */
export function scriptText(part: (...parts: never[]) => unknown): string {
  return String(part)
    .replace(/\/\*\*[^]*?\*\/|^\s*\/\/.*$|^\s+/gm, "")
    .replace(/([{;,])\s*\n/g, "$1");
}
