/**
 * Makes a failing program small.
 *
 * @module
 */
import { shrinkBy } from "../_support/shrink.ts";
import type { Json } from "./json.ts";
import type { Program } from "./program.ts";

/**
 * Takes parts out of a program as long as it still fails.
 *
 * @param program A program that fails.
 * @param fails Whether a program does.
 * @returns A promise of a smaller one that fails.
 */
export function shrink(
  program: Program,
  fails: (program: Program) => Promise<boolean>,
): Promise<Program> {
  return shrinkBy(program, smaller, fails);
}

/** The programs that are one step smaller, the biggest steps first. */
function* smaller(program: Program): Generator<Program, void> {
  const forms = [...reductions(program as unknown as Json)]
    .map((form) => ({ form, size: JSON.stringify(form).length }))
    .sort((a, b) => a.size - b.size);
  const size = JSON.stringify(program).length;
  for (const candidate of forms) {
    if (candidate.size < size) yield candidate.form as unknown as Program;
  }
}

/** The forms of a value with one part of it left out or made plainer. */
function* reductions(value: Json): Generator<Json, void> {
  if (Array.isArray(value)) {
    yield* listReductions(value);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      for (const reduced of reductions(part)) yield { ...value, [key]: reduced };
      if (OPTIONAL.has(key) && !("class" in value)) {
        const { [key]: _left, ...rest } = value;
        yield rest;
      }
    }
    if (value.final !== undefined && value.final !== null) yield { ...value, final: null };
    for (const inner of ["shield", "waitFor", "begun"]) {
      const part = value[inner];
      if (part !== undefined) yield part;
    }
  }
}

function* listReductions(list: Json[]): Generator<Json, void> {
  for (let length = list.length; length >= 1; length = Math.floor(length / 2)) {
    for (let start = 0; start + length <= list.length; start += length) {
      yield [...list.slice(0, start), ...list.slice(start + length)];
    }
  }
  for (const [index, item] of list.entries()) {
    // A statement's own block in the place of the statement.
    if (typeof item === "object" && item !== null && !Array.isArray(item)) {
      for (const body of [item.body, item.final]) {
        if (Array.isArray(body)) yield [...list.slice(0, index), ...body, ...list.slice(index + 1)];
      }
    }
    for (const reduced of reductions(item)) {
      yield [...list.slice(0, index), reduced, ...list.slice(index + 1)];
    }
  }
}

/** Fields that a statement can do without. */
const OPTIONAL: ReadonlySet<string> = new Set([
  "name",
  "context",
  "message",
  "asFunction",
  "eager",
]);
