import { assertEquals, assertRejects } from "@std/assert";
import { inspectPages, inspectProcess, NotSupportedError, ValueError } from "../../mod.ts";
import { answeredPages } from "../_support/answered_pages.ts";
import { needs, test } from "../_support/harness.ts";

test("inspectProcess() refuses what is no PID", async () => {
  await assertRejects(() => inspectProcess("1" as never), TypeError, "pid must be a number, got ");
  for (const pid of [0, -1, 1.5, NaN, Infinity]) {
    await assertRejects(
      () => inspectProcess(pid),
      ValueError,
      `pid must be a whole number from 1 on, got ${pid}`,
    );
  }
});

test("inspectProcess() and inspectPages() refuse what is no time to wait", async () => {
  for (
    const ask of [
      (timeout: never) => inspectProcess(1, { timeout }),
      (timeout: never) => inspectPages({ timeout }),
    ]
  ) {
    await assertRejects(() => ask("1" as never), TypeError, "timeout must be a number of seconds");
    await assertRejects(() => ask(NaN as never), ValueError, "timeout");
    for (const timeout of [0, -1, Infinity, 1e9]) {
      await assertRejects(
        () => ask(timeout as never),
        ValueError,
        `timeout must be more than 0 seconds and less than 24 days, got ${timeout}`,
      );
    }
  }
});

test({
  name: "inspectPages() has no pages to ask in Deno",
  ...needs("deno"),
  fn: async () => {
    await assertRejects(
      () => inspectPages(),
      NotSupportedError,
      "there are no pages but in a browser: use inspectProcess(pid)",
    );
  },
});

test({
  name: "inspectProcess() has no processes to ask in a browser",
  ...needs("browser"),
  fn: async () => {
    await assertRejects(
      () => inspectProcess(1),
      NotSupportedError,
      "a browser asks no processes: use inspectPages()",
    );
  },
});

test({
  name: "inspectPages() reads no report of another version, and none that is cut off",
  ...needs("browser"),
  fn: async () => {
    const reports = [
      [
        '{"version":2}',
        "is of another version of this module: its reports are of version 2, 1 is read",
      ],
      ['{"version":1,"tas', "ended in the middle of its answer"],
    ] as const;
    for (const [text, message] of reports) {
      const channel = new BroadcastChannel("asyncio-inspector");
      channel.onmessage = ({ data }) => {
        channel.postMessage({ kind: "answer", id: data.id, from: "https://a.example/", text });
      };
      const error = await answeredPages().then(() => null, (reason) => reason);
      channel.close();
      assertEquals(`${error}`, `RuntimeError: https://a.example/ ${message}`);
    }
  },
});
