/**
 * Compares two traces line by line.
 *
 * @module
 */
import { DIFFERENCES, isTracedError, type TracedError } from "./differences.ts";
import type { Json, JsonObject } from "./json.ts";
import { normalText } from "./texts.ts";
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
  if (isTracedError(theirs) && isTracedError(ours)) return areSameErrors(theirs, ours);
  if (typeof theirs.text === "string" && typeof ours.text === "string") {
    return normalText(theirs.text) === ours.text;
  }
  return areSameObjects(theirs, ours);
}

function areSameErrors(theirs: JsonObject & TracedError, ours: JsonObject & TracedError): boolean {
  if (theirs.error !== ours.error || theirs.message !== ours.message) {
    if (!DIFFERENCES.some(({ explains }) => explains(theirs, ours))) return false;
    // An error and a group have parts of their own; the number tells that they are the same object.
    if (("errors" in theirs) !== ("errors" in ours)) return theirs.id === ours.id;
  }
  return areSameObjects(theirs, { ...ours, error: theirs.error, message: theirs.message });
}

function areSameObjects(theirs: JsonObject, ours: JsonObject): boolean {
  const keys = Object.keys(theirs);
  return keys.length === Object.keys(ours).length &&
    keys.every((key) => key in ours && isSame(theirs[key]!, ours[key]!));
}
