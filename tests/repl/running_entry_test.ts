/** One entry while it runs. What a console makes of it is in `repl_test.ts` and `autoawait_test.ts`. */
import { assert, assertEquals } from "@std/assert";
import { Autoawait } from "../../lib/repl/autoawait.ts";
import { EntryHelper } from "../../lib/repl/entry_helper.ts";
import { type EntryBody, type EntryResult, RunningEntry } from "../../lib/repl/running_entry.ts";
import { Scope } from "../../lib/repl/scope.ts";
import { CancelledError, copyContext, newEventLoop, sleep } from "../../mod.ts";
import { test } from "../_support/harness.ts";

/** Runs an entry on a loop of its own; `meanwhile` is called when it has been started. */
async function runEntry(
  body: () => EntryBody,
  { runner, meanwhile }: { runner?: unknown; meanwhile?: (entry: RunningEntry) => void } = {},
): Promise<EntryResult> {
  const loop = newEventLoop();
  const running = loop.runForever();
  const scope = new Scope({ runner });
  const autoawait = new Autoawait();
  if (runner !== undefined) autoawait.command("runner", scope);
  const entry = new RunningEntry(body(), new EntryHelper(scope, true));
  const result = entry.run(loop, copyContext(), autoawait);
  meanwhile?.(entry);
  const settled = await result;
  loop.stop();
  await running;
  loop.close();
  return settled;
}

test("RunningEntry.run() gives the value, and awaits it if it is a coroutine", async () => {
  assertEquals(
    await runEntry(function* () {
      return yield* sleep(0, 1);
    }),
    { kind: "value", value: 1 },
  );
  assertEquals(
    await runEntry(function* () {
      return sleep(0, 2);
    }),
    { kind: "value", value: 2 },
  );
});

test("RunningEntry.run() gives the error", async () => {
  const error = new Error("boom");
  assertEquals(
    await runEntry(function* () {
      throw error;
    }),
    { kind: "error", error },
  );
});

test("RunningEntry.run() gives a runner's error, unless the entry has one", async () => {
  const [own, runners] = [new Error("own"), new Error("runner's")];
  function* quiet() {}
  function* failing() {
    throw own;
  }
  const runner = function* (coroutine: Generator) {
    try {
      yield* coroutine;
    } catch {
      // The entry's error is known to the entry.
    }
    throw runners;
  };
  assertEquals(await runEntry(quiet, { runner }), { kind: "error", error: runners });
  assertEquals(await runEntry(failing, { runner }), { kind: "error", error: own });
});

test("RunningEntry.interrupt() cancels what drives the entry, begun or not", async () => {
  function* long() {
    yield* sleep(3600);
  }
  const outcomes = await Promise.all([
    runEntry(long, { meanwhile: (entry) => entry.interrupt(new CancelledError()) }),
    runEntry(long, {
      meanwhile: (entry) => setTimeout(() => entry.interrupt(new CancelledError()), 5),
    }),
  ]);
  for (const outcome of outcomes) {
    assert(outcome.kind === "error" && outcome.error instanceof CancelledError);
  }
});

test("RunningEntry.interrupt() gives an entry up that nothing drives", async () => {
  const given = new CancelledError("given up");
  assertEquals(
    await runEntry(function* () {}, {
      runner: () => new Promise(() => {}),
      meanwhile: (entry) => entry.interrupt(given),
    }),
    { kind: "error", error: given },
  );
});
