/** What the tabulator key offers. */
import { assert, assertEquals } from "@std/assert";
import type { Repl } from "../../lib/repl/repl.ts";
import { test } from "../_support/harness.ts";
import { enter, withRepl } from "./with_repl.ts";

function namesFor(repl: Repl, text: string): readonly string[] {
  return repl.complete(text).names;
}

test("Repl.complete() offers names of this module, of entries, of the host and of the language", () =>
  withRepl(async (repl) => {
    await enter(repl, "const completely = 1; function completed() {}");
    assertEquals(repl.complete("complete"), {
      names: ["completed", "completely"],
      word: "complete",
    });
    assertEquals(namesFor(repl, "yield* gath"), ["gather"]);
    assertEquals(namesFor(repl, "x = structuredCl"), ["structuredClone"]);
    assertEquals(namesFor(repl, "yie"), ["yield"]);
    assertEquals(namesFor(repl, ""), []);
  }));

test("Repl.complete() offers the properties of what stands before a point", () =>
  withRepl(async (repl) => {
    await enter(repl, "const box = { inner: { first: 1, second: 2 }, other: [] }");
    assertEquals(repl.complete("f(box.inner."), { names: ["first", "second"], word: "" });
    assertEquals(namesFor(repl, "box?.inn"), ["inner"]);
    assertEquals(namesFor(repl, "box.inner.to"), ["toLocaleString", "toString"]);
    assertEquals(namesFor(repl, "loop.callL"), ["callLater"]);
    assert(namesFor(repl, "asyncio.").includes("TaskGroup"));
    assertEquals(namesFor(repl, "nowhere.at."), []);
    assertEquals(namesFor(repl, "null."), []);
  }));

test("Repl.complete() calls no getter and survives names that are not reached", () =>
  withRepl(async (repl) => {
    await enter(
      repl,
      "const calls = []; const trap = { get inner() { calls.push(1); return {a: 1} } }",
    );
    assertEquals(namesFor(repl, "trap.inner."), []);
    assertEquals(namesFor(repl, "trap.inn"), ["inner"]);
    assertEquals(await enter(repl, "calls.length"), 0);
  }));

test("Repl.complete() offers nothing behind a call, in a string or for a number's digits", () =>
  withRepl((repl) => {
    for (const text of ["f().a", "'slee", '"a" + "slee', "`slee", "1.", "a[0].b"]) {
      assertEquals(namesFor(repl, text), [], text);
    }
    assertEquals(namesFor(repl, "'a' + slee"), ["sleep"]);
    assertEquals(namesFor(repl, "`${slee"), ["sleep"]);
    return Promise.resolve();
  }));

test("Repl.complete() offers commands and what they take", () =>
  withRepl(async (repl) => {
    assertEquals(repl.complete("%auto"), { names: ["autoawait"], word: "auto" });
    assertEquals(namesFor(repl, "%autoawait of"), ["off"]);
    assertEquals(namesFor(repl, "%autoawait on"), ["on"]);
    await enter(repl, "const myRunner = () => {}");
    assertEquals(namesFor(repl, "%autoawait myR"), ["myRunner"]);
  }));
