/**
 * A console for one test, with the parser of this place: a page has no `npm:` specifiers, so it is
 * bundled with the tests.
 *
 * @module
 */
import * as parser from "@babel/parser";
import { assert } from "@std/assert";
import { type EntryOutcome, type EntryValue, Repl } from "../../lib/repl/repl.ts";
import * as asyncio from "../../mod.ts";

export { parser };

/** Runs a test's body with a console that sees this module's names, and closes it. */
export async function withRepl(body: (repl: Repl) => Promise<void>): Promise<void> {
  const repl = new Repl({ names: asyncio, parser });
  try {
    await body(repl);
  } finally {
    await repl.close();
  }
}

/** Enters lines one after the other; none may fail. Gives the last one's value, or answer. */
export async function enter(repl: Repl, ...lines: string[]): Promise<unknown> {
  return (await enterBoxed(repl, ...lines)).value;
}

/** Does the same for a last value that a promise must not carry, because it can be awaited. */
export async function enterBoxed(repl: Repl, ...lines: string[]): Promise<EntryValue> {
  let last: EntryValue = { kind: "value", value: undefined };
  for (const line of lines) {
    const outcome = await repl.enter(line);
    assert(outcome.kind === "value" || outcome.kind === "text", describe(line, outcome));
    last = outcome.kind === "value" ? outcome : { kind: "value", value: outcome.text };
  }
  return last;
}

/** Enters a line that has to fail, and gives what is printed of it. */
export async function enterFailing(repl: Repl, line: string): Promise<string> {
  const outcome = await repl.enter(line);
  assert(outcome.kind === "error", describe(line, outcome));
  return outcome.traceback;
}

function describe(line: string, outcome: EntryOutcome): string {
  return `${line} is ${outcome.kind}: ${outcome.kind === "error" ? outcome.traceback : ""}`;
}
