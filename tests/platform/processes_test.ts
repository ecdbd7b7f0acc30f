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
  name: "Processes carry as JSON only what JSON says in full",
  ...needs("processes"),
  async fn() {
    const twice = [1];
    const named = Object.assign([1], { name: "n" });
    const values = [
      [1, "two \ud800 ✓", true, null, [[]], 0.1],
      "\u2028",
      [0 / 0, -0, -Infinity, undefined],
      new Array(3),
      [twice, twice],
      named,
      [new Date(0), new Map([[1, 2n]]), { a: [1] }],
      Array.from({ length: 70 }, (_, n) => n),
      [["x".repeat(5000)]],
    ];
    const echoed: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const child = host.processes!.start({
      name: "under test",
      script: String(
        (
          port: {
            listen: (callback: (value: unknown) => void) => void;
            post: (value: unknown) => void;
          },
        ) => port.listen((value) => port.post(value)),
      ),
      onReady: () => values.forEach((value) => child.post(value)),
      onMessage: (value) => {
        if (echoed.push(value) === values.length) resolve();
      },
      onDeath: ({ reason }) => {
        throw new Error(reason);
      },
    });
    await promise;
    assertEquals(echoed, values);
    const [, , numbers, holes, pair] = echoed as unknown[][];
    assertEquals(numbers!.map((value) => Object.is(value, -0)), [false, true, false, false]);
    assertEquals([0 in holes!, pair![0] === pair![1]], [false, true]);
    assertEquals((echoed[5] as typeof named).name, "n");
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
