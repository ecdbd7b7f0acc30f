/** Deno's way to tell whose code runs, beside the storages of users. */
import { assertEquals } from "@std/assert";
import { denoIdentity } from "../../lib/platform/deno/identity.ts";
import { denoGlobal } from "../../lib/platform/deno/namespace.ts";
import {
  createTask,
  currentTask,
  gather,
  getRunningLoop,
  newEventLoop,
  Queue,
  run,
  sleep,
  timeout,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

/** The task that the running code counts as a part of. */
function taskName(): string {
  try {
    return currentTask()?.getName() ?? "none";
  } catch {
    return "no loop";
  }
}

test({
  name: "denoIdentity() and a user's storage leave each other alone, whichever is entered first",
  ...needs("deno"),
  async fn() {
    const { AsyncLocalStorage } = denoGlobal.process.getBuiltinModule("node:async_hooks");
    const identity = denoIdentity();
    const storage = new AsyncLocalStorage();
    const see = async () => {
      const before = [storage.getStore(), identity.get()];
      await pause();
      assertEquals([storage.getStore(), identity.get()], before);
      return before;
    };
    const seen: Promise<unknown>[] = [];
    const note = () => void seen.push(see());
    const captured: ((callback: () => void) => void)[] = [];
    const capture = () => void captured.push(identity.capture());
    const places: unknown[] = [];
    storage.run("outer", () => {
      identity.run(
        "one",
        (argument) => {
          assertEquals(argument, "argument");
          note();
          storage.run("inner", () => {
            note();
            identity.run("two", note, undefined, null);
            places.push(identity.place());
            capture();
            note();
          });
          note();
          capture();
          places.push(identity.place());
        },
        "argument",
        null,
      );
      note();
    });
    identity.run(
      "three",
      () => {
        note();
        identity.run("four", note, undefined, null);
        capture();
      },
      undefined,
      null,
    );
    note();
    storage.run("elsewhere", () => {
      for (const back of captured) identity.run("five", back, note, null);
      for (const place of places) identity.run("six", note, undefined, place);
    });
    assertEquals((await Promise.all(seen)).map(String), [
      "outer,one",
      "inner,one",
      "inner,two",
      "inner,one",
      "outer,one",
      "outer,",
      ",three",
      ",four",
      ",",
      // In what was captured, of which no value is a part.
      "inner,",
      "outer,",
      ",",
      "inner,six",
      "outer,six",
    ]);
  },
});

test({
  name: "denoIdentity() gives back what was in force when the callback throws",
  ...needs("deno"),
  fn() {
    const identity = denoIdentity();
    const seen: unknown[] = [];
    const fail = () => {
      seen.push(identity.get());
      throw new RangeError("no");
    };
    const attempt = (body: () => void) => {
      try {
        body();
      } catch {
        seen.push(identity.get());
      }
    };
    attempt(() => identity.run("value", fail, undefined, null));
    const captured = identity.capture();
    identity.run("outer", () => attempt(() => captured(fail)), undefined, null);
    assertEquals(seen, ["value", undefined, undefined, "outer"]);
  },
});

test({
  name: "a user's storage goes along in tasks, and tasks are told apart in it",
  ...needs("deno"),
  async fn() {
    const { AsyncLocalStorage } = denoGlobal.process.getBuiltinModule("node:async_hooks");
    const storage = new AsyncLocalStorage();
    const seen: unknown[] = [];
    const see = (name: string) => seen.push([name, storage.getStore(), taskName()]);
    await storage.run("around", () =>
      run(async () => {
        see("main");
        await sleep(0);
        await storage.run("within", async () => {
          await pause();
          see("within");
          await sleep(0.001);
          see("within, later");
        });
        see("main, later");
        const task = storage.run("in its maker", () =>
          createTask(async () => {
            see("made within");
            await sleep(0);
            see("made within, later");
          }, { name: "c" }));
        await task;
        await gather(["a", "b"].map((name) =>
          createTask(async () => {
            await pause();
            see(name);
          }, { name })
        ));
      }));
    assertEquals(storage.getStore(), undefined);
    const main = (seen[0] as unknown[])[2];
    assertEquals(seen, [
      ["main", "around", main],
      ["within", "within", main],
      ["within, later", "within", main],
      ["main, later", "around", main],
      ["made within", "in its maker", "c"],
      ["made within, later", "in its maker", "c"],
      ["a", "around", "a"],
      ["b", "around", "b"],
    ]);
  },
});

test({
  name: "what a storage holds where somebody wakes a loop is nothing to the loop's tasks",
  ...needs("deno"),
  async fn() {
    const { AsyncLocalStorage } = denoGlobal.process.getBuiltinModule("node:async_hooks");
    const storage = new AsyncLocalStorage();
    const seen: unknown[] = [];
    const loop = newEventLoop();
    const requests = new Queue<string>();
    async function serve(): Promise<void> {
      for (;;) {
        const request = await requests.get();
        if (request === "end") return;
        await createTask(async () => {
          seen.push([request, storage.getStore()]);
          await sleep(0.001);
          seen.push([request, storage.getStore()]);
        });
      }
    }
    const served = storage.run("server", () => loop.runUntilComplete(serve));
    for (const request of ["one", "two", "end"]) {
      await pause();
      storage.run(`request ${request}`, () => requests.putNowait(request));
    }
    await served;
    loop.close();
    assertEquals(seen, ["one", "one", "two", "two"].map((request) => [request, "server"]));
  },
});

for (
  const [name, rest] of [
    ["that took the host some turns", pause],
    [
      "that came in the host's next turn",
      () =>
        new Promise<void>((resolve) =>
          denoGlobal.process.getBuiltinModule("node:timers").setImmediate(resolve)
        ),
    ],
    ["that was awaited within a time limit", () => timeout(60, pause)],
  ] as const
) {
  test({
    name:
      `what a loop runs after a function came back from a foreign promise ${name} is no part of it`,
    ...needs("deno"),
    async fn() {
      const seen: unknown[] = [];
      await run(async () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        await rest();
        getRunningLoop().callSoon(() =>
          setTimeout(() => {
            seen.push(taskName());
            resolve();
          }, 1)
        );
        await sleep(0);
        await promise;
      });
      assertEquals(seen, ["no loop"]);
    },
  });
}
