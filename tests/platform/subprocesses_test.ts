import { assert, assertEquals, assertThrows } from "@std/assert";
import { host } from "../../lib/platform/current.ts";
import type { ChildStart } from "../../lib/platform/subprocesses.ts";
import { needs, test } from "../_support/harness.ts";

const ALONE = { stdin: "null", stdout: "null", stderr: "null" } as const;

function start(command: readonly string[] | string, options: Partial<ChildStart> = {}) {
  return host.subprocesses!.start({ command, ...ALONE, ...options });
}

test({
  name: "Subprocesses.start() gives the ends of pipes alone, which are read and written as asked",
  ...needs("processes"),
  async fn() {
    const child = start(["cat"], { stdin: "piped", stdout: "piped" });
    assertEquals(child.stderr, null);
    assertEquals(await child.stdin!.write(new Uint8Array([1, 2, 3])), 3);
    const place = new Uint8Array(2);
    assertEquals([await child.stdout!.read(place), ...place], [2, 1, 2]);
    assertEquals([await child.stdout!.read(place), place[0]], [1, 3]);
    await child.stdin!.end();
    assertEquals(await child.stdout!.read(place), null);
    child.stdin!.close();
    child.stdout!.close();
    assertEquals(await child.exited, 0);
  },
});

test({
  name: "Subprocesses.start() closes a pipe that is being read, and the process hears of it",
  ...needs("processes"),
  async fn() {
    const child = start("sleep 0.05; exec yes", { stdout: "piped" });
    const reading = child.stdout!.read(new Uint8Array(10));
    child.stdout!.close();
    assertEquals([await reading, await child.exited], [null, -13]);
  },
});

test({
  name: "HostChild.kill() takes a signal by its name or its number, and is quiet after the end",
  ...needs("processes"),
  async fn() {
    for (const [signal, returncode] of [["SIGTERM", -15], [9, -9]] as const) {
      const child = start(["sleep", "60"]);
      child.kill(0);
      assertThrows(() => child.kill("SIGNONE"), TypeError);
      child.kill(signal);
      assertEquals(await child.exited, returncode);
      child.kill(signal);
    }
  },
});

test({
  name:
    "Subprocesses.start() joins errors to the output, and finds out first whether the program is there",
  ...needs("processes"),
  async fn() {
    assertEquals(host.subprocesses!.joiningRefusal, null);
    const options = { stdout: "piped", stderr: "stdout" } as const;
    const child = start("echo bad >&2", options);
    const place = new Uint8Array(10);
    assertEquals(await child.stdout!.read(place), 4);
    child.stdout!.close();
    assertEquals(await child.exited, 0);
    assertThrows(() => start(["no-such-program"], options), Deno.errors.NotFound);
    const nowhere = start("echo bad >&2", { stderr: "stdout" });
    assert(nowhere.stdout === null);
    assertEquals(await nowhere.exited, 0);
  },
});
