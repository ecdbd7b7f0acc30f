/** Ctrl-C, as a program of its own has it. */
import { assertEquals } from "@std/assert";
import { test } from "../../_support/harness.ts";

const MODULE = new URL("../../../mod.ts", import.meta.url).href;

interface Ending {
  lines: string[];
  code: number;
  signal: string | null;
}

/** Runs a program, and interrupts it each time that it says "ready". */
async function runInterrupted(main: string): Promise<Ending> {
  const source = `
    import { createTask, currentTask, run, runVirtual, sleep } from "${MODULE}";
    const say = (text: string) => console.log(text);
    ${main}
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--quiet", "--ext=ts", source],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines: string[] = [];
  let rest = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    const [...whole] = (rest + chunk).split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) {
      if (line === "ready") child.kill("SIGINT");
      else lines.push(line);
    }
  }
  const { code, signal } = await child.status;
  return { lines, code, signal };
}

test("the first Ctrl-C cancels the main task, and run() rejects with KeyboardInterrupt", async () => {
  const ending = await runInterrupted(`
    const other = [];
    try {
      await run(async () => {
        other.push(createTask(() => sleep(60)));
        say("ready");
        try {
          await sleep(60);
        } catch (error) {
          say(\`main: \${error}, \${currentTask().cancelling()}\`);
          await sleep(0.01);
          say("cleaned up");
          throw error;
        }
      });
    } catch (error) {
      say(\`run: \${error}, \${other[0].cancelled()}\`);
    }
  `);
  assertEquals(ending.lines, [
    "main: CancelledError, 1",
    "cleaned up",
    "run: KeyboardInterrupt, true",
  ]);
  assertEquals([ending.code, ending.signal], [0, null]);
});

test("a main task that refuses the first Ctrl-C has its result", async () => {
  const ending = await runInterrupted(`
    say(await run(function* () {
      say("ready");
      try {
        yield* sleep(60);
      } catch {
        return yield* sleep(0.01, "refused");
      }
    }));
  `);
  assertEquals([ending.lines, ending.code, ending.signal], [["refused"], 0, null]);
});

test("the second Ctrl-C ends the run at once", async () => {
  const ending = await runInterrupted(`
    try {
      await run(async () => {
        say("ready");
        try {
          await sleep(60);
        } catch {
          say("ready");
          try {
            await sleep(60);
          } finally {
            say("ends");
          }
        }
      });
    } catch (error) {
      say(\`run: \${error}\`);
    }
  `);
  assertEquals([ending.lines, ending.code], [["ends", "run: KeyboardInterrupt"], 0]);
});

test("a cancellation by others beside Ctrl-C stays a cancellation", async () => {
  const ending = await runInterrupted(`
    try {
      await run(async () => {
        const main = currentTask();
        say("ready");
        try {
          await sleep(60);
        } catch (error) {
          main.cancel();
          throw error;
        }
      });
    } catch (error) {
      say(\`run: \${error}\`);
    }
  `);
  assertEquals([ending.lines, ending.code], [["run: CancelledError"], 0]);
});

test("Ctrl-C while what main left behind is being ended ends that, by KeyboardInterrupt", async () => {
  const ending = await runInterrupted(`
    let other;
    try {
      await run(function* () {
        other = createTask(function* () {
          try {
            yield* sleep(60);
          } finally {
            say("ready");
            yield* sleep(60);
          }
        });
        yield* sleep(0);
      });
    } catch (error) {
      say(\`run: \${error}, \${other.done()}, \${other.getLoop().isClosed()}\`);
    }
    // What it was at keeps no program alive.
    say(await run(sleep(0, "another")));
  `);
  assertEquals(ending.lines, ["run: KeyboardInterrupt, false, true", "another"]);
  assertEquals([ending.code, ending.signal], [0, null]);
});

test("after the run Ctrl-C is the host's again, and ends the program", async () => {
  const ending = await runInterrupted(`
    await run(() => sleep(0));
    say("after the run");
    say("ready");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    say("not reached");
  `);
  assertEquals([ending.lines, ending.signal], [["after the run"], "SIGINT"]);
});

test("a handler of the loop's takes Ctrl-C from the run, which has it again when that is removed", async () => {
  const ending = await runInterrupted(`
    const { getRunningLoop } = await import("${MODULE}");
    await run(async () => {
      const loop = getRunningLoop();
      const pressed = loop.createFuture();
      loop.addSignalHandler("SIGINT", (n) => {
        say(\`handler \${n}: \${currentTask()}\`);
        pressed.setResult(null);
      }, 1);
      say("ready");
      await pressed;
      say(loop.removeSignalHandler("SIGINT"));
      say("ready");
      await sleep(60);
    }).catch((error) => say(error.name));
  `);
  assertEquals(ending.lines, ["handler 1: null", "true", "KeyboardInterrupt"]);
});
