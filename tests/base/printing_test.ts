/** How objects print where a console asks them. */
import { assertEquals, assertMatch } from "@std/assert";
import * as module from "../../mod.ts";
import { createTask, Lock, newEventLoop, run, TimerHandle } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** What a console that asks prints of an object, or `undefined` where it would show what it is made of. */
function shown(object: object): unknown {
  return (object as { [INSPECT]?(): unknown })[INSPECT]?.();
}

test("what has a printed form of its own shows it on a console, but for errors, which have their stack", () => {
  const silent = Object.entries(module).filter(([, exported]) =>
    typeof exported === "function" && Object.hasOwn(exported.prototype ?? {}, "toString") &&
    !(exported.prototype instanceof Error) && !Object.hasOwn(exported.prototype, INSPECT)
  );
  assertEquals(silent.map(([name]) => name), []);
});

test("a subclass shows its own printed form", () => {
  class Door extends Lock {
    override toString(): string {
      return "a door";
    }
  }
  assertEquals([shown(new Lock()), shown(new Door())], ["<Lock [unlocked]>", "a door"]);
});

test("a prototype, of which there is nothing to tell, shows whose it is", () => {
  assertEquals(
    [shown(Lock.prototype), shown(TimerHandle.prototype)],
    ["[Lock.prototype]", "[TimerHandle.prototype]"],
  );
});

test("the printed form cannot be seen among an object's own or enumerable properties", () => {
  const lock = new Lock();
  const seen = [...Reflect.ownKeys(lock)];
  for (const key in lock) seen.push(key);
  assertEquals(seen, []);
});

test({
  name: "console.log() prints the printed form, alone and inside of others",
  ...needs("deno"),
  fn() {
    const loop = newEventLoop();
    const future = loop.createFuture<number>();
    const before = Deno.inspect(future);
    future.setResult(42);
    assertEquals(
      [before, Deno.inspect({ answer: future })],
      ["<Future pending>", "{ answer: <Future finished result=42> }"],
    );
    loop.close();
    assertEquals(Deno.inspect(loop), "<EventLoop running=false closed=true debug=false>");
  },
});

test("a task on a console tells its name and what it runs", async () => {
  await run(function* () {
    const task = createTask(function* work() {}, { name: "worker" });
    yield* task;
    assertEquals(shown(task), String(task));
    assertMatch(
      String(shown(task)),
      /^<Task finished name='worker' coro=.*work.* result=undefined>$/,
    );
  });
});
