/**
 * @module
 */

import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { dirname, join, normalize, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { BUNDLE_FOLDER } from "./bundle.ts";
import { SITE } from "./page_messages.ts";
import { ROOT } from "./test_files.ts";

const FRAME = new RegExp(`https?://[\\w.:]+${SITE}(/[^:?\\s)]+\\.js)[^:\\s)]*:(\\d+):(\\d+)`, "g");

const maps = new Map<string, TraceMap | null>();

/**
 * Gives the lines of the sources for those of the bundles.
 *
 * @param text A page's error with its stack.
 * @returns The same text with paths from the root of the repository, and without colours.
 */
export function withOriginalPlaces(text: string): string {
  // The assertions colour their differences wherever Deno is not there to say no.
  return stripVTControlCharacters(text).replaceAll(FRAME, (frame, path, line, column) => {
    const map = mapOf(path);
    if (map === null) return frame;
    const found = originalPositionFor(map, { line: Number(line), column: Number(column) - 1 });
    if (found.source === null) return frame;
    const source = normalize(join(BUNDLE_FOLDER, dirname(path), found.source));
    return `${relative(ROOT, source)}:${found.line}:${found.column + 1}`;
  });
}

function mapOf(path: string): TraceMap | null {
  let map = maps.get(path);
  if (map === undefined) {
    try {
      map = new TraceMap(Deno.readTextFileSync(join(BUNDLE_FOLDER, `${path}.map`)));
    } catch {
      map = null;
    }
    maps.set(path, map);
  }
  return map;
}
