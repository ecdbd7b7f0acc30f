/**
 * What the tabulator key offers: the names in scope, the properties of what stands before a point, commands.
 *
 * Nothing of the user's is run for it: a property is looked into where it is plain data, and a getter is not
 * called.
 *
 * @module
 */
import type { Scope } from "./scope.ts";

/** What a text could go on with. */
export interface Completion {
  /** The names that fit, in order. */
  readonly names: readonly string[];
  /** The part of the text that each of them stands for: its last word, or `""`. */
  readonly word: string;
}

/** The words of the language that begin or join expressions and statements. */
const KEYWORDS: readonly string[] = /* @__PURE__ */ (() =>
  (
    "async await break case catch class const continue default delete do else export extends false finally " +
    "for function if import in instanceof interface let new null of return static super switch this throw " +
    "true try type typeof undefined using var void while yield"
  ).split(" "))();

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** A chain of names at the end of a text, behind nothing that makes it a part of something else. */
const CHAIN =
  /(?:^|[^\p{ID_Continue}$.\])}"'`])((?:[\p{ID_Start}$_][\p{ID_Continue}$]*\??\.)*)([\p{ID_Start}$_][\p{ID_Continue}$]*)?$/u;

/**
 * Tells what a text could go on with.
 *
 * @param text An entry up to the cursor.
 * @param scope The names in force.
 * @param commands The commands, without `%`, each with the words that may follow it.
 * @returns The names that fit.
 */
export function complete(
  text: string,
  scope: Scope,
  commands: ReadonlyMap<string, readonly string[]>,
): Completion {
  const command = /^\s*%(\S*)$/.exec(text);
  if (command !== null) return fitting(commands.keys(), command[1]!);
  const [, magic, argument] = /^\s*%(\S+)\s+(\S*)$/.exec(text) ?? [];
  if (magic !== undefined) {
    const words = commands.get(magic) ?? [];
    return fitting([...words, ...namesOf(scope.object)], argument!);
  }
  const [, chain, word = ""] = CHAIN.exec(text) ?? [];
  if (chain === undefined || isInsideString(text)) return { names: [], word: "" };
  if (chain === "") {
    if (word === "") return { names: [], word };
    return fitting([...KEYWORDS, ...namesOf(scope.object), ...namesOf(globalThis)], word);
  }
  const owner = valueOf(chain.split(/\??\./).slice(0, -1), scope);
  return owner === null || owner === undefined
    ? { names: [], word }
    : fitting(propertiesOf(Object(owner), word), word);
}

function fitting(names: Iterable<string>, word: string): Completion {
  const fit = new Set<string>();
  for (const name of names) if (name.startsWith(word)) fit.add(name);
  return { names: [...fit].sort(), word };
}

/** The value of a chain of names, as far as it can be had without running anything. */
function valueOf([first = "", ...rest]: readonly string[], scope: Scope): unknown {
  let value: unknown;
  try {
    // A name's getter is the scope's own; it throws where the name's declaration was not reached.
    value = first in scope.object ? scope.get(first) : dataOf(globalThis, first);
  } catch {
    return undefined;
  }
  for (const name of rest) {
    if (value === null || value === undefined) return undefined;
    value = dataOf(Object(value), name);
  }
  return value;
}

/** The value of a property that is no getter, wherever it is inherited from. */
function dataOf(object: object, name: string): unknown {
  for (let owner: object | null = object; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    if (descriptor !== undefined) return descriptor.value;
  }
  return undefined;
}

/** What every object has is offered only to who asks for it. */
function propertiesOf(object: object, word: string): string[] {
  const common = new Set(namesOf(Object.prototype));
  return namesOf(object).filter((name) => word !== "" || !common.has(name));
}

function namesOf(object: object): string[] {
  const names: string[] = [];
  for (let owner: object | null = object; owner !== null; owner = Object.getPrototypeOf(owner)) {
    for (const name of Object.getOwnPropertyNames(owner)) {
      if (IDENTIFIER.test(name)) names.push(name);
    }
  }
  return names;
}

/** Whether a text ends in a string: roughly, for the parser takes nothing that is not whole. */
function isInsideString(text: string): boolean {
  let quote = "";
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (character === "\\") index++;
    else if (quote === "") {
      if (/["'`]/.test(character)) quote = character;
    } else if (character === quote) quote = "";
    // Code stands in a template's braces, which is as good as outside.
    else if (quote === "`" && text.startsWith("${", index)) quote = "";
  }
  return quote !== "";
}
