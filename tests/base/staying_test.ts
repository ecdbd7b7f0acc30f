import { assert, assertEquals } from "@std/assert";
import * as asyncio from "../../mod.ts";
import { whyStays } from "../../lib/base/staying.ts";
import { makeCodec } from "../../lib/threads/finder.ts";
import { test } from "../_support/harness.ts";

/** Those whose objects a clone refuses by itself, or that have nothing of their thread's. */
const OTHERS: ReadonlySet<string> = new Set([
  "Awaitable",
  "ExceptStar",
  "LoopMethods",
  "Repl",
  "WorkerCall",
]);

test("staysInThread() was told of every class whose objects a clone would empty", () => {
  const codec = makeCodec();
  const left: string[] = [];
  let found = 0;
  for (const [name, value] of Object.entries(asyncio)) {
    if (typeof value !== "function" || !/^class\b/.test(Function.prototype.toString.call(value))) {
      continue;
    }
    if (value.prototype instanceof Error || OTHERS.has(name)) continue;
    found++;
    if (codec.loss([{ object: Object.create(value.prototype) }], "args") === null) left.push(name);
  }
  assertEquals(left, []);
  assert(found > 30, `${found} classes`);
});

test("whyStays() says what it is, and what to do instead", () => {
  assertEquals(
    whyStays(new asyncio.Lock()),
    "<Lock [unlocked]> (Lock), which belongs to its thread: expose a function that uses it",
  );
  const coroutine = asyncio.sleep(1);
  assertEquals(
    whyStays(coroutine)?.split(": ")[1],
    "await it first",
  );
  coroutine.close();
  for (const other of [{}, [], new Map(), new Date(), Object.create(null)]) {
    assertEquals(whyStays(other), null);
  }
});
