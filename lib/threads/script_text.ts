/**
 * The text of the functions that are sent to workers.
 *
 * @module
 */

const COMMENT_OR_INDENT = /\/\*\*[^]*?\*\/|^\s*\/\/.*$|^\s+/gm;

// A string or a template is left as it is. Not around signs, for `a - -b` is not `a--b`.
const STRING_OR_SPACE = /("(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`)|\s*([{}()[\],;:?=<>&|!])\s*/g;

/**
 * A function's source, without its comments and most of its blanks: each worker reads it anew. It is
 * for the functions of this folder that are made to be sent, in which every comment is one of
 * documentation or has its line for itself, every statement ends with a semicolon, and there is no
 * regular expression.
 */
export function scriptText(part: (...parts: never[]) => unknown): string {
  return String(part)
    .replace(COMMENT_OR_INDENT, "")
    .replace(STRING_OR_SPACE, (_, kept: string | undefined, mark: string) => kept ?? mark);
}
