/**
 * Compares two traces line by line.
 *
 * @module
 */
import { DIFFERENCES, isTracedError } from "./differences.ts";
import type { Json } from "./json.ts";
import type { Entry } from "./trace.ts";

/**
 * Finds the first line in which two traces differ.
 *
 * @param theirs CPython's.
 * @param ours This module's.
 * @returns The line's index, or -1 where they agree.
 */
export function firstDifference(theirs: readonly Entry[], ours: readonly Entry[]): number {
  const length = Math.max(theirs.length, ours.length);
  for (let index = 0; index < length; index++) {
    const [their, our] = [theirs[index], ours[index]];
    if (their === undefined || our === undefined || !isSame(their, our)) return index;
  }
  return -1;
}

function isSame(theirs: Json, ours: Json): boolean {
  if (theirs === ours) return true;
  if (typeof theirs !== "object" || typeof ours !== "object" || theirs === null || ours === null) {
    return false;
  }
  if (Array.isArray(theirs) || Array.isArray(ours)) {
    return Array.isArray(theirs) && Array.isArray(ours) && theirs.length === ours.length &&
      theirs.every((item, index) => isSame(item, ours[index]!));
  }
  const keys = Object.keys(theirs);
  if (keys.length !== Object.keys(ours).length) return false;
  const areErrors = isTracedError(theirs) && isTracedError(ours);
  const explained = areErrors && DIFFERENCES.some(({ explains }) => explains(theirs, ours));
  return keys.every((key) =>
    key in ours && ((explained && (key === "error" || key === "message")) ||
      isSame(theirs[key]!, ours[key]!))
  );
}
