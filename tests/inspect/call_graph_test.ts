// kinds: generator, async
import { assert, assertEquals, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import {
  captureCallGraph,
  createTask,
  currentTask,
  formatCallGraph,
  type Future,
  type FutureCallGraph,
  gather,
  getRunningLoop,
  Lock,
  newEventLoop,
  printCallGraph,
  Queue,
  sleep,
  Task,
  TaskGroup,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** The names of a graph: those of the tasks, each with those that wait for it. */
function namesOf(graph: FutureCallGraph | null): unknown[] {
  const { future, awaitedBy } = graph!;
  return [future instanceof Task ? future.getName() : "future", ...awaitedBy.map(namesOf)];
}

/** A printout without what differs from run to run: numbers, files, the module's own frames. */
function plain(text: string): string[] {
  return text.replace(/id=0x[0-9a-f]+/g, "id").split("\n").filter((line) =>
    !/ {2}\| {3}/.test(line)
  );
}

test("captureCallGraph() of a future is its waiters, and theirs", async () => {
  await virtually(function* () {
    const child = createTask(() => sleep(60), { name: "child" });
    const inGather = createTask(function* () {
      yield* gather([child, sleep(60)]);
    }, { name: "in gather" });
    const inGroup = createTask(function* () {
      yield* TaskGroup.run(function* (group) {
        group.createTask(function* () {
          yield* child;
        }, { name: "member" });
      });
    }, { name: "in group" });
    yield* sleep(1);
    assertEquals(namesOf(captureCallGraph(child)), [
      "child",
      ["in gather"],
      ["member", ["in group"]],
    ]);
    for (const task of [child, inGather, inGroup]) task.cancel();
  });
});

test("captureCallGraph() has one node for what many wait for through many", async () => {
  await virtually(function* () {
    let layer: Task<unknown>[] = [createTask(() => sleep(60))];
    const all = [...layer];
    for (let depth = 0; depth < 40; depth++) {
      const below = layer;
      layer = [0, 1].map(() =>
        createTask(function* () {
          yield* gather(below);
        })
      );
      all.push(...layer);
    }
    yield* sleep(1);
    const seen = new Set<FutureCallGraph>();
    const visit = (graph: FutureCallGraph) => {
      if (seen.has(graph)) return;
      seen.add(graph);
      graph.awaitedBy.forEach(visit);
    };
    visit(captureCallGraph(all[0])!);
    assertEquals(seen.size, all.length);
    // By CPython's printout it would be 2 ** 40 lines.
    assert(formatCallGraph(all[0]).split("\n").length < 20 * all.length);
    // Of the lowest alone: asked at the top, it would go down on each of the ways.
    all[0]!.cancel();
    yield* sleep(1);
  });
});

test("captureCallGraph() of tasks that await each other leads back", async () => {
  await virtually(function* () {
    const tasks: Task<unknown>[] = [];
    for (const index of [0, 1]) {
      tasks.push(createTask(function* () {
        yield* tasks[1 - index]!;
      }, { name: `t${index}` }));
    }
    yield* sleep(1);
    const graph = captureCallGraph(tasks[0])!;
    assertStrictEquals(graph.awaitedBy[0]!.awaitedBy[0], graph);
    assertEquals(plain(formatCallGraph(tasks[0])).filter((line) => line.includes("*")), [
      "* Task(name='t0', id)",
      "    * Task(name='t1', id)",
      "        * Task(name='t0', id), see above",
    ]);
    tasks[0]!.cancel();
  });
});

test("captureCallGraph() without a future is of the task that runs", async () => {
  await virtually(function* () {
    const graph = captureCallGraph()!;
    assertStrictEquals(graph.future, currentTask());
    assertEquals(graph.callStack.length > 0, true);
    const inCallback = yield* graphInCallback(getRunningLoop().createFuture<unknown>());
    assertEquals(inCallback, null);
  });
});

/** What `captureCallGraph()` gives in a callback. */
function graphInCallback(future: Future<unknown>): Future<unknown> {
  future.getLoop().callSoon(() => future.setResult(captureCallGraph()));
  return future;
}

test("captureCallGraph() cuts stacks: a positive limit keeps the outermost frames", async () => {
  await virtually(function* () {
    const task = createTask(() => new Queue().get());
    yield* sleep(1);
    const all = captureCallGraph(task)!.callStack;
    assertEquals(captureCallGraph(task, { limit: 1 })!.callStack, all.slice(-1));
    assertEquals(captureCallGraph(task, { limit: -1 })!.callStack, all.slice(0, 1));
    assertEquals(captureCallGraph(task, { limit: 0 })!.callStack, []);
    assertMatch(String(all[0]), /^FrameCallGraphEntry\(frame=\S+/);
    assertMatch(
      String(captureCallGraph(task, { limit: 0 })),
      /^FutureCallGraph\(future=<Task pending .*>, callStack=\[\], awaitedBy=\[0\]\)$/,
    );
    task.cancel();
  });
});

test("captureCallGraph() refuses what is no future, and needs one outside of a loop", async () => {
  assertThrows(
    () => captureCallGraph({} as never),
    TypeError,
    "object does not appear to be compatible with asyncio.Future",
  );
  assertThrows(
    () => captureCallGraph(),
    Error,
    "captureCallGraph() is called outside of a running event loop and no future to introspect was provided",
  );
  const loop = newEventLoop();
  assertEquals(captureCallGraph(loop.createFuture())!.awaitedBy, []);
  loop.close();
  await virtually(function* () {
    assertThrows(
      () => captureCallGraph(null, { limit: 1.5 }),
      Error,
      "limit must be a whole number",
    );
    yield* sleep(0);
  });
});

test("formatCallGraph() writes what Python does, and what is waited for", async () => {
  await virtually(function* () {
    const lock = new Lock();
    yield* lock.acquire();
    currentTask()!.setName("main");
    const waiting = createTask(function* () {
      yield* lock.acquire();
    }, { name: "waiting" });
    const parent = createTask(function* () {
      yield* waiting;
    }, { name: "parent" });
    yield* sleep(1);
    const text = formatCallGraph(waiting);
    const known = plain(text).filter((line) => !/Call stack/.test(line));
    assertEquals(known, [
      "* Task(name='waiting', id)",
      "  + Waiting for Lock.acquire of <Lock [locked, waiters:1]>, held by main",
      "  + Awaited by:",
      "    * Task(name='parent', id)",
    ]);
    assertMatch(text, /^ {2}\+ Call stack:\n {2}\| {3}(File '.+', line \d+, )?in async \S+\(\)$/m);
    assertEquals(plain(formatCallGraph(getRunningLoop().createFuture())), ["* Future(id)"]);
    let printed = "";
    printCallGraph(waiting, { file: { write: (piece) => printed += piece } });
    assertEquals(printed, `${text}\n`);
    lock.release();
    yield* parent;
  });
});

test("a chain of waiters may be as long as there are tasks", async () => {
  await virtually(function* () {
    const first = createTask(() => sleep(60));
    let last: Task<unknown> = first;
    for (let index = 0; index < 3000; index++) {
      const next = last;
      last = createTask(function* () {
        yield* next;
      });
    }
    yield* sleep(1);
    const lines = formatCallGraph(first, { limit: 0 }).split("\n");
    assertEquals(lines.filter((line) => line.includes("* Task(")).length, 3001);
  });
});
