// kinds: generator, async
import { assertEquals, assertThrows } from "@std/assert";
import {
  aiter,
  anext,
  BREAK,
  createTask,
  forEach,
  getRunningLoop,
  run,
  sleep,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

/** A stream whose chunks the test sends. */
class Tap {
  readonly stream: ReadableStream<string>;
  readonly log: string[] = [];
  #controller!: ReadableStreamDefaultController<string>;

  constructor(...chunks: string[]) {
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => {
        this.log.push("cancelled");
      },
    });
    for (const chunk of chunks) this.send(chunk);
  }

  send(chunk: string): void {
    this.#controller.enqueue(chunk);
  }

  close(): this {
    this.#controller.close();
    return this;
  }

  fail(error: unknown): void {
    this.#controller.error(error);
  }

  get state(): string {
    return [...this.log, this.stream.locked ? "locked" : "free"].join(" and ");
  }
}

test("forEach() reads a stream to its end, and frees it", async () => {
  await run(function* () {
    const tap = new Tap("a", "b").close();
    const seen: string[] = [];
    const ended = yield* forEach(tap.stream, function* (chunk) {
      yield* sleep(0);
      seen.push(`${chunk} ${tap.state}`);
    });
    assertEquals([ended, seen, tap.state], [true, ["a locked", "b locked"], "free"]);
  });
});

test("forEach() that is left cancels the stream and frees it", async () => {
  await run(function* () {
    const broken = new Tap("a", "b");
    assertEquals(yield* forEach(broken.stream, () => BREAK), false);
    assertEquals(broken.state, "cancelled and free");

    const thrown = new Tap("a");
    let caught = "";
    try {
      yield* forEach(thrown.stream, () => {
        throw new RangeError("no");
      });
    } catch (error) {
      caught = `${error}`;
    }
    assertEquals([caught, thrown.state], ["RangeError: no", "cancelled and free"]);
  });
});

test("forEach() that is cancelled while it waits for a chunk cancels the stream at once", async () => {
  await run(function* () {
    const tap = new Tap("a");
    const seen: string[] = [];
    const task = createTask(() => forEach(tap.stream, (chunk) => void seen.push(chunk)));
    while (seen.length === 0) yield* sleep(0);
    yield* sleep(0);
    task.cancel();
    yield* wait([task]);
    assertEquals([task.cancelled(), seen, tap.state], [true, ["a"], "cancelled and free"]);
  });
});

test("a stream's error is thrown, and the stream freed", async () => {
  await run(function* () {
    const tap = new Tap();
    tap.fail(new RangeError("no"));
    let caught = "";
    try {
      yield* forEach(tap.stream, () => {});
    } catch (error) {
      caught = `${error}`;
    }
    assertEquals([caught, tap.state], ["RangeError: no", "free"]);
  });
});

test("a chunk that came after anext() was cancelled is the next one's", async () => {
  await run(function* () {
    const tap = new Tap();
    const chunks = aiter(tap.stream);
    const task = createTask(() => anext(chunks));
    yield* sleep(0);
    task.cancel();
    yield* wait([task]);
    tap.send("a");
    tap.close();
    assertEquals(
      [task.cancelled(), yield* anext(chunks), yield* anext(chunks, "end"), tap.state],
      [true, "a", "end", "free"],
    );
  });
});

test("two cannot wait for the same stream's chunk", async () => {
  await run(function* () {
    const tap = new Tap();
    const chunks = aiter(tap.stream);
    const task = createTask(() => anext(chunks));
    yield* sleep(0);
    let caught = "";
    try {
      yield* anext(chunks);
    } catch (error) {
      caught = `${error}`;
    }
    tap.send("a");
    tap.close();
    assertEquals(
      [caught, yield* task, yield* anext(chunks, "end")],
      ["RuntimeError: anext(): asynchronous generator is already running", "a", "end"],
    );
  });
});

test("shutdownAsyncgens() cancels a stream that was left open", async () => {
  await run(function* () {
    const tap = new Tap("a");
    assertEquals([yield* anext(aiter(tap.stream)), tap.state], ["a", "locked"]);
    yield* getRunningLoop().shutdownAsyncgens();
    assertEquals(tap.state, "cancelled and free");
  });
});

/* async only */
test("for await over aiter(stream) is left as forEach() is", async () => {
  await run(async () => {
    const tap = new Tap("a", "b");
    const seen: string[] = [];
    for await (const chunk of aiter(tap.stream)) {
      seen.push(chunk);
      break;
    }
    assertEquals([seen, tap.state], [["a"], "cancelled and free"]);
  });
});

test("aiter() of a stream that is locked is a TypeError", () => {
  const { stream } = new Tap();
  stream.getReader();
  assertThrows(() => aiter(stream), TypeError);
});
