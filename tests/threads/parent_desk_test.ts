import { assertEquals } from "@std/assert";
import { Lock, newEventLoop, setEventLoop, ThreadQueue, VirtualClock } from "../../mod.ts";
import { claimCell } from "../../lib/threads/blocking_cell.ts";
import { makeExposure } from "../../lib/threads/exposure.ts";
import { isFromAsker, ParentDesk } from "../../lib/threads/parent_desk.ts";
import { decode, type ToWorker, type WireValue } from "../../lib/threads/wire.ts";
import { needs, test } from "../_support/harness.ts";

/** A desk without a worker, and what it sends, as words. */
function makeDesk(aborted: number[] = []) {
  const loop = newEventLoop({ clock: new VirtualClock() });
  const sent: string[] = [];
  const values: unknown[] = [];
  /** How many messages of those are gone for good. */
  const gone = { count: Infinity };
  const exposure = makeExposure({
    expose: {
      double: (n: number) => 2 * n,
      *wait() {
        while (true) yield;
      },
      fail() {
        throw Object.assign(new Error("busy"), { lock: new Lock() });
      },
    },
    parent: loop,
  });
  const desk = new ParentDesk({
    exposure,
    isAborted: (job) => aborted.includes(job),
    send: (message: ToWorker) => {
      const [kind, id, outcome, value] = message as readonly unknown[];
      values.push(value);
      const shown = outcome === "error" ? (value as Error).message : value;
      sent.push([kind, id, outcome, shown].join(" ").trim());
    },
    unsend(id) {
      const place = sent.findIndex((text) => text.startsWith(`answer ${id} `));
      if (place < gone.count) return false;
      sent.splice(place, 1);
      return true;
    },
  });
  /** Lets the loop do what it can. */
  async function turn() {
    loop.callLater(1, () => loop.stop());
    setEventLoop(loop);
    await loop.runForever();
    setEventLoop(null);
  }
  return { loop, desk, sent, values, turn, gone };
}

/** The state of a cell by its first word, without the number of the wait. */
function phaseOf(cell: SharedArrayBuffer): number {
  return new Int32Array(cell)[0]! % 4;
}

test("ParentDesk has words stand in an error for what belongs to its thread", async () => {
  const { loop, desk, turn, values } = makeDesk();
  desk.receive(["ask", 0, "call", "fail", []]);
  await turn();
  assertEquals({ ...decode(values[0] as WireValue) as Error }, {
    lock: "<Lock [unlocked]> (Lock), which belongs to its thread: expose a function that uses it",
  });
  loop.close();
});

test("ParentDesk answers by message, and keeps the answer until it is seen", async () => {
  const { loop, desk, sent, turn } = makeDesk();
  desk.receive(["ask", 0, "call", "double", [21]]);
  assertEquals(sent, []);
  await turn();
  desk.receive(["unask", 0]);
  desk.receive(["seen", [0]]);
  assertEquals(sent, ["answer 0 result 42"]);
  loop.close();
});

test({
  name: "ParentDesk gives to one that blocks what it sent before, until it is seen",
  ...needs("sharedMemory"),
  async fn() {
    const { loop, desk, sent, turn } = makeDesk();
    const cell = new SharedArrayBuffer(256);
    const words = new Int32Array(cell);
    desk.receive(["cell", cell]);
    desk.receive(["ask", 0, "call", "double", [21]]);
    await turn();
    words[0] = 4 + 1;
    desk.receive(["block", 0, 4 + 1, null]);
    assertEquals([sent, phaseOf(cell)], [["answer 0 result 42"], 3]);
    desk.receive(["seen", [0]]);
    words[0] = 8 + 1;
    desk.receive(["block", 0, 8 + 1, null]);
    assertEquals(phaseOf(cell), 1, "nothing is known of it any more");
    loop.close();
  },
});

test({
  name: "ParentDesk answers by message one that has given up blocking",
  ...needs("sharedMemory"),
  async fn() {
    const { loop, desk, sent, turn } = makeDesk();
    const cell = new SharedArrayBuffer(256);
    desk.receive(["cell", cell]);
    desk.receive(["ask", 0, "call", "double", [21]]);
    desk.receive(["block", 0, 4 + 1, null]);
    await turn();
    assertEquals([sent, phaseOf(cell)], [["answer 0 result 42"], 0]);
    loop.close();
  },
});

test({
  name: "ParentDesk wakes a job that blocks and is to end, and one that was to end before",
  ...needs("sharedMemory"),
  fn() {
    const aborted: number[] = [];
    const { loop, desk } = makeDesk(aborted);
    const cell = new SharedArrayBuffer(256);
    const words = new Int32Array(cell);
    desk.receive(["cell", cell]);
    desk.receive(["ask", 0, "call", "wait", []]);
    words[0] = 4 + 1;
    desk.receive(["block", 0, 4 + 1, 7]);
    desk.interrupt(8);
    assertEquals(phaseOf(cell), 1);
    desk.interrupt(7);
    assertEquals(phaseOf(cell), 3);
    assertEquals(claimCell(cell, 4 + 1), false);
    aborted.push(9);
    words[0] = 8 + 1;
    desk.receive(["block", 0, 8 + 1, 9]);
    assertEquals(phaseOf(cell), 3);
    loop.close();
  },
});

test({
  name:
    "ParentDesk sends no message of what is in the cell, nor an item for which nobody waits any more",
  ...needs("sharedMemory"),
  fn() {
    const { loop, desk, sent, gone } = makeDesk();
    gone.count = 0;
    const cell = new SharedArrayBuffer(256);
    const words = new Int32Array(cell);
    const queue = new ThreadQueue<string>();
    queue.putSync("item");
    desk.receive(["cell", cell]);
    // The time of the first was up before it was heard of, and the second is there to wait.
    words[0] = 8 + 1;
    desk.receive(["ask", 0, "get", queue.handle.threadQueue, []]);
    assertEquals([sent, queue.qsize()], [["answer 0 result item"], 0]);
    desk.receive(["block", 0, 4 + 1, null]);
    assertEquals([sent, queue.qsize(), phaseOf(cell)], [[], 1, 1]);
    desk.receive(["unask", 0]);
    desk.receive(["ask", 1, "get", queue.handle.threadQueue, []]);
    desk.receive(["block", 1, 8 + 1, null]);
    assertEquals([sent, queue.qsize(), phaseOf(cell)], [[], 0, 3]);
    desk.receive(["seen", [1]]);
    queue.putSync("other");
    desk.receive(["ask", 2, "getNow", queue.handle.threadQueue, []]);
    desk.receive(["unask", 2]);
    assertEquals([sent, queue.qsize()], [[], 1]);
    queue.shutdown({ immediate: true });
    loop.close();
  },
});

test("ParentDesk says that what was not begun is cancelled, and what was when it is over", async () => {
  const { loop, desk, sent, turn } = makeDesk();
  desk.receive(["ask", 0, "call", "wait", []]);
  desk.receive(["unask", 0]);
  assertEquals(sent, ["answer 0 cancelled"]);
  desk.receive(["ask", 1, "call", "wait", []]);
  loop.callSoon(() => loop.callSoon(() => desk.receive(["unask", 1])));
  loop.callSoon(() => loop.callSoon(() => desk.receive(["unask", 99])));
  await turn();
  assertEquals(sent, ["answer 0 cancelled", "answer 1 cancelled"]);
  loop.close();
});

test("ParentDesk fails what is asked of a loop that is closed, and cancels for one that is gone", async () => {
  const { loop, desk, sent } = makeDesk();
  desk.receive(["ask", 0, "call", "wait", []]);
  loop.close();
  desk.receive(["ask", 1, "call", "wait", []]);
  assertEquals(sent, [
    "answer 0 error Event loop is closed",
    "answer 1 error Event loop is closed",
  ]);
  const other = makeDesk();
  other.desk.receive(["ask", 0, "call", "wait", []]);
  other.desk.close();
  await other.turn();
  assertEquals(other.sent, []);
  other.loop.close();
});

test("isFromAsker() tells the desk's messages from others", () => {
  assertEquals([isFromAsker(["unask", 1]), isFromAsker(["runtime"])], [true, false]);
});
