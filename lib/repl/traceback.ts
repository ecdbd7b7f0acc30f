/**
 * Errors as a console prints them: the message, and of the stack the user's part.
 *
 * @module
 */
import { formatNested } from "../base/nested_errors.ts";
import { type Place, placeOf } from "./edits.ts";
import type { EntrySyntaxError } from "./parser.ts";

/** What is known of the entries that stacks lead through. */
export interface EntryPlaces {
  /** Where in an entry a place of its script comes from; `null` if there is no entry of that name. */
  origin(name: string, place: Place): Place | null;
}

interface Frame {
  readonly where: string;
  readonly url: string;
  readonly place: Place;
}

/** Where this module's files are; in a bundle, that is the bundle. A script has no such URL. */
const OWN_FILES =
  /* @__PURE__ */ (() => (import.meta.url ?? "").replace(/repl\/traceback\.ts$/, ""))();

/** Frames of these are the host's own. */
const HOST_FRAMES = /^(?:ext:|node:|native|<anonymous>|wasm:)/;

/**
 * Prints an error. Below the first entry a stack tells how the console came to run it, and frames of
 * this module's files how it runs tasks: both are left out.
 *
 * @param error What was thrown.
 * @param entries Where entries are from.
 * @returns The text, of several lines.
 */
export function formatError(error: unknown, entries: EntryPlaces): string {
  return `Uncaught ${formatNested(error, (each) => formatOne(each, entries))}`;
}

/**
 * Prints a syntax error with the line that it is in.
 *
 * @param error The error.
 * @param name What the entry is called.
 * @param source The entry.
 * @returns The text, of several lines.
 */
export function formatSyntaxError(error: EntrySyntaxError, name: string, source: string): string {
  const place = placeOf(source, error.position);
  const line = source.split("\n")[place.line - 1] ?? "";
  const caret = " ".repeat(place.column - 1) + "^";
  const at = `    at ${name}:${place.line}:${place.column}`;
  return `Uncaught ${headOf(error)}\n  ${line}\n  ${caret}\n${at}`;
}

function formatOne(error: Error, entries: EntryPlaces): string {
  const lines = [headOf(error)];
  for (const { where, url, place } of userFrames(error, entries)) {
    const location = `${url}:${place.line}:${place.column}`;
    lines.push(`    at ${where === "" ? location : `${where} (${location})`}`);
  }
  return lines.join("\n");
}

function headOf(error: Error): string {
  // How entries call functions is no part of what is wrong with the call.
  const message = error.message.replaceAll(/\(0 ?, ?([\w$]+)\)/g, "$1");
  return message === "" ? error.name : `${error.name}: ${message}`;
}

function userFrames(error: Error, entries: EntryPlaces): Frame[] {
  const frames: Frame[] = [];
  let ends = 0;
  for (const frame of framesOf(error)) {
    const place = entries.origin(frame.url, frame.place);
    if (place !== null) {
      if (!isSame(frames.at(-1), { ...frame, place })) frames.push({ ...frame, place });
      ends = frames.length;
    } else if (!isMachinery(frame.url)) frames.push(frame);
  }
  return ends === 0 ? frames : frames.slice(0, ends);
}

function isMachinery(url: string): boolean {
  return HOST_FRAMES.test(url) || (OWN_FILES !== "" && url.startsWith(OWN_FILES));
}

/** Whether two frames are one of the user's: an expression may stand in a function of its own. */
function isSame(one: Frame | undefined, other: Frame): boolean {
  return one !== undefined && one.url === other.url && one.where === "" && other.where === "" &&
    one.place.line === other.place.line && one.place.column === other.place.column;
}

function framesOf(error: Error): Frame[] {
  const frames: Frame[] = [];
  for (const line of String(error.stack).split("\n")) {
    // V8's `    at where (url:1:2)`, or SpiderMonkey's and JavaScriptCore's `where@url:1:2`.
    const match = /^ +at (?:(.*) \()?(.*?):(\d+):(\d+)\)?$/.exec(line) ??
      /^(.*?)@(.*):(\d+):(\d+)$/.exec(line);
    if (match === null) continue;
    const [, where = "", url = "", row, column] = match;
    frames.push({
      // The body of an entry has no name of its own, nor has the file that it is not.
      where: where === "eval" ? "" : where,
      url: url.replace(/, <anonymous>$/, ""),
      place: { line: Number(row), column: Number(column) },
    });
  }
  return frames;
}
