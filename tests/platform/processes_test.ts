import { assertEquals } from "@std/assert";
import { host } from "../../lib/platform/current.ts";
import { needs, test } from "../_support/harness.ts";

test({
  name: "a browser has no Processes",
  ...needs("browser"),
  fn() {
    assertEquals(host.processes, null);
  },
});

test({
  name: "Processes carry messages of any size and in any pieces",
  ...needs("processes"),
  async fn() {
    const sizes = [0, 1, 3, 70_000, 2, 1_000_000];
    const answers: number[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const child = host.processes!.start({
      name: "under test",
      script: String(
        (
          port: {
            listen: (callback: (text: string) => void) => void;
            post: (length: number) => void;
          },
        ) => {
          port.listen((text) => port.post(text.length));
        },
      ),
      onReady: () => sizes.forEach((size) => child.post("x".repeat(size))),
      onMessage: (length) => {
        if (answers.push(length as number) === sizes.length) resolve();
      },
      onDeath: ({ reason }) => {
        throw new Error(reason);
      },
    });
    await promise;
    assertEquals(answers, sizes);
    await child.terminate();
  },
});

test({
  name: "Processes tell how a child ended, after its last words",
  ...needs("processes"),
  async fn() {
    const log: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const child = host.processes!.start({
      name: "under test",
      script: String((port: { post: (text: string) => void }) => {
        port.post("last words");
        Deno.exit(3);
      }),
      onReady() {},
      onMessage: (message) => log.push(message),
      onDeath: ({ reason }) => {
        log.push(reason);
        resolve();
      },
    });
    await promise;
    await child.terminate();
    assertEquals(log, ["last words", "exited with code 3"]);
  },
});

test({
  name: "Processes can be started under the permissions of the tests",
  ...needs("processes"),
  fn() {
    assertEquals(host.processes?.refusal(), null);
  },
});
