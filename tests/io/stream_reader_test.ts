// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  aiter,
  anext,
  BREAK,
  createTask,
  forEach,
  getRunningLoop,
  IncompleteReadError,
  LimitOverrunError,
  newEventLoop,
  ReadTransport,
  RuntimeError,
  setEventLoop,
  sleep,
  StopAsyncIteration,
  StreamReader,
  TimeoutError,
  ValueError,
  wait,
  waitFor,
} from "../../mod.ts";
import { bytes, text } from "../_support/bytes.ts";
import { cancelAtEachStep } from "../_support/cancel_each_step.ts";
import { feed, readerOf } from "../_support/fed_reader.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** What is left in a reader, all of it. */
function* rest(reader: StreamReader) {
  reader.feedEof();
  return text(yield* reader.read());
}

/** The error that something ends by. */
function* errorOf(work: () => unknown) {
  try {
    yield* createTask(work as () => never);
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

/** Keeps what it was told to do. */
class Feeder extends ReadTransport {
  readonly told: string[] = [];
  override pauseReading() {
    this.told.push("pause");
  }
  override resumeReading() {
    this.told.push("resume");
  }
}

// Feeding

test("new StreamReader() belongs to the running loop, or to the one that is set or given", async () => {
  assertThrows(() => new StreamReader(), RuntimeError, "no current event loop");
  const loop = newEventLoop();
  setEventLoop(loop);
  try {
    new StreamReader();
  } finally {
    setEventLoop(null);
  }
  assertEquals(`${new StreamReader({ loop })}`, "<StreamReader>");
  loop.close();
  await virtually(function* () {
    assertEquals(`${new StreamReader()}`, "<StreamReader>");
  });
});

test("new StreamReader() refuses limits that are none, and other options", async () => {
  await virtually(function* () {
    for (const limit of [0, -1, -Infinity]) {
      assertThrows(() => new StreamReader({ limit }), ValueError, "Limit cannot be <= 0");
    }
    for (const limit of ["3", null, NaN, {}]) {
      assertThrows(() => new StreamReader({ limit: limit as never }), TypeError, "limit must be");
    }
    assertThrows(() => new StreamReader({ loop: {} as never }), TypeError, "loop must be");
    assertThrows(() => new StreamReader({ size: 3 } as never), TypeError, "'size'");
    assertThrows(() => new StreamReader(3 as never), TypeError, "an object of options, got 3");
  });
});

test("StreamReader.feedData() keeps a copy of bytes in any form, and nothing of none", async () => {
  await virtually(function* () {
    const reader = new StreamReader();
    reader.feedData(new Uint8Array(0));
    assertEquals(`${reader}`, "<StreamReader>");
    const data = bytes("abcdef");
    reader.feedData(data);
    reader.feedData(new DataView(data.buffer, 2, 2));
    reader.feedData(data.buffer.slice(4));
    data.fill(0);
    assertEquals(yield* rest(reader), "abcdefcdef");
  });
});

test("StreamReader.feedData() refuses text, and what comes after the end", async () => {
  await virtually(function* () {
    const reader = new StreamReader();
    assertThrows(() => reader.feedData("abc" as never), TypeError, "TextEncoder");
    assertThrows(() => reader.feedData([1] as never), TypeError, "bytes-like object");
    reader.feedEof();
    assertThrows(() => reader.feedData(bytes("x")), Error, "feed_data after feed_eof");
  });
});

test("StreamReader.atEof() is true when no more comes and all was read", async () => {
  await virtually(function* () {
    const reader = new StreamReader();
    assertEquals(reader.atEof(), false);
    feed(reader, ["some data\n"]);
    assertEquals(reader.atEof(), false);
    yield* reader.readline();
    assertEquals(reader.atEof(), false);
    feed(reader, ["some data\n", null]);
    assertEquals(reader.atEof(), false);
    yield* reader.readline();
    assertEquals(reader.atEof(), true);
  });
});

test("StreamReader.toString() prints as CPython's repr", async () => {
  await virtually(function* () {
    assertEquals(`${readerOf(["data"])}`, "<StreamReader 4 bytes>");
    assertEquals(`${readerOf([null])}`, "<StreamReader eof>");
    assertEquals(`${readerOf([], { limit: 123 })}`, "<StreamReader limit=123>");
    const failed = new StreamReader();
    failed.setException(new RuntimeError());
    assertEquals(`${failed}`, "<StreamReader exception=RuntimeError()>");
    const reader = new StreamReader({ limit: 1 });
    const task = createTask(() => reader.readline());
    yield* sleep(0);
    assert(/^<StreamReader limit=1 waiter=<Future pending[^>]*>>$/.test(`${reader}`), `${reader}`);
    feed(reader, ["\n"]);
    yield* task;
    reader.setTransport(new Feeder());
    feed(reader, ["abc"]);
    assertEquals(`${reader}`, "<StreamReader 3 bytes limit=1 transport=<Feeder> paused>");
  });
});

// read()

test("StreamReader.read() gives what is there, as many bytes as are asked for at most", async () => {
  await virtually(function* () {
    const reader = readerOf(["line1", "line2"]);
    assertEquals(text(yield* reader.read(0)), "");
    assertEquals(text(yield* reader.read(5)), "line1");
    assertEquals(text(yield* reader.read(2)), "li");
    assertEquals(text(yield* reader.read(30)), "ne2");
    assertEquals(`${reader}`, "<StreamReader>");
  });
});

test("StreamReader.read() waits where nothing is there, for bytes or for the end", async () => {
  await virtually(function* () {
    const loop = getRunningLoop();
    const reader = new StreamReader();
    loop.callSoon(() => feed(reader, ["line1\n"]));
    assertEquals(text(yield* reader.read(30)), "line1\n");
    loop.callSoon(() => reader.feedEof());
    assertEquals(text(yield* reader.read(1024)), "");
    assertEquals(text(yield* reader.read(1024)), "");
  });
});

test("StreamReader.read() gives all up to the end without a number", async () => {
  await virtually(function* () {
    const reader = new StreamReader({ limit: 3 });
    getRunningLoop().callSoon(() => feed(reader, ["chunk1\n", "chunk2", null]));
    assertEquals(text(yield* reader.read()), "chunk1\nchunk2");
    assertEquals(text(yield* reader.read(-1)), "");
    assertEquals(text(yield* readerOf(["ab", null]).read(-7)), "ab");
  });
});

test("StreamReader.read() gives more than the limit", async () => {
  await virtually(function* () {
    assertEquals(text(yield* readerOf(["chunk"], { limit: 3 }).read(5)), "chunk");
  });
});

test("StreamReader.read() gives bytes that are the caller's alone", async () => {
  await virtually(function* () {
    const reader = readerOf(["abcdef"]);
    const first = yield* reader.read(2);
    first.fill(0);
    const second = yield* reader.read(2);
    assertEquals(second.buffer.byteLength, 2);
    second.fill(0);
    assertEquals(text(yield* reader.read(2)), "ef");
    const nothing = yield* readerOf([null]).read();
    structuredClone(nothing, { transfer: [nothing.buffer as ArrayBuffer] });
    assertEquals(text(yield* readerOf(["x", null]).read()), "x");
    assertEquals(text(yield* readerOf([null]).readline()), "");
  });
});

test("StreamReader.read() refuses what is no whole number", async () => {
  await virtually(function* () {
    const reader = new StreamReader();
    for (const n of ["3", null, 1.5, NaN, Infinity]) {
      assertThrows(() => reader.read(n as never), TypeError, "n must be a whole number, got");
      assertThrows(() => reader.readexactly(n as never), TypeError, "n must be a whole number");
    }
  });
});

// readexactly()

test("StreamReader.readexactly() waits until all is there", async () => {
  await virtually(function* () {
    const reader = new StreamReader({ limit: 3 });
    const task = createTask(() => reader.readexactly(7));
    for (const piece of ["abc", "def", "ghi"]) {
      yield* sleep(0);
      feed(reader, [piece]);
    }
    assertEquals(text(yield* task), "abcdefg");
    assertEquals(text(yield* reader.readexactly(0)), "");
    assertEquals(text(yield* reader.readexactly(2)), "hi");
    assertEquals(`${reader}`, "<StreamReader limit=3>");
  });
});

test("StreamReader.readexactly() refuses less than nothing when it is awaited", async () => {
  await virtually(function* () {
    const reader = readerOf(["data"]);
    const error = yield* errorOf(() => reader.readexactly(-1));
    assert(error instanceof ValueError);
    assertEquals(error.message, "readexactly size can not be less than zero, got -1");
    assertEquals(yield* rest(reader), "data");
  });
});

test("StreamReader.readexactly() tells at the end what there was", async () => {
  await virtually(function* () {
    const reader = new StreamReader();
    getRunningLoop().callSoon(() => feed(reader, ["some data", null]));
    const error = yield* errorOf(() => reader.readexactly(36));
    assert(error instanceof IncompleteReadError);
    assertEquals(error.message, "9 bytes read on a total of 36 expected bytes");
    assertEquals([text(error.partial), error.expected], ["some data", 36]);
    assertEquals(reader.atEof(), true);
  });
});

// readuntil()

test("StreamReader.readuntil() gives all up to the separator, and the separator", async () => {
  await virtually(function* () {
    const reader = new StreamReader();
    for (
      const [pieces, read, left] of [
        [["lineAAA"], "lineAAA", ""],
        [["lineAAAxxx"], "lineAAA", "xxx"],
        [["QWEaa", "XYAA", "A"], "QWEaaXYAAA", ""],
        [["QWEAA", "XYA", "AA"], "QWEAAXYAAA", ""],
        [["AAA"], "AAA", ""],
        [["XAAA"], "XAAA", ""],
        [["XXX", "A", "A", "A"], "XXXAAA", ""],
        [["AAB", "AAAA"], "AABAAA", "A"],
      ] as const
    ) {
      feed(reader, pieces);
      assertEquals(text(yield* reader.readuntil(bytes("AAA"))), read);
      if (left !== "") assertEquals(text(yield* reader.read(100)), left);
      assertEquals(`${reader}`, "<StreamReader>");
    }
  });
});

test("StreamReader.readuntil() finds a separator that comes in pieces while it waits", async () => {
  await virtually(function* () {
    const reader = new StreamReader();
    const task = createTask(() => reader.readuntil(bytes("\r\n\r\n")));
    for (const piece of ["head\r", "\n", "\r", "\nbody"]) {
      yield* sleep(0);
      feed(reader, [piece]);
    }
    assertEquals(text(yield* task), "head\r\n\r\n");
    assertEquals(yield* rest(reader), "body");
  });
});

test("StreamReader.readuntil() takes separators in any form of bytes, and a newline without", async () => {
  await virtually(function* () {
    const reader = readerOf(["one\r\ntwo\r\nthree\nfour"]);
    assertEquals(text(yield* reader.readuntil(bytes("\r\n").buffer)), "one\r\n");
    assertEquals(text(yield* reader.readuntil(new DataView(bytes("\n").buffer))), "two\r\n");
    assertEquals(text(yield* reader.readuntil()), "three\n");
  });
});

test("StreamReader.readuntil() of several separators ends with the one that ends first", async () => {
  await virtually(function* () {
    const reader = readerOf(["line 1\nline 2\r"]);
    const ends = [bytes("\r"), bytes("\n")];
    assertEquals(text(yield* reader.readuntil(ends)), "line 1\n");
    assertEquals(text(yield* reader.readuntil(ends)), "line 2\r");
    feed(reader, ["ABCDEFG"]);
    assertEquals(text(yield* reader.readuntil([bytes("DEF"), bytes("BCDE")])), "ABCDE");
    assertEquals(text(yield* reader.read(9)), "FG");
    feed(reader, ["some dataA"]);
    assertEquals(text(yield* reader.readuntil([bytes("ome dataA"), bytes("A")])), "some dataA");
  });
});

test("StreamReader.readuntil() of separators of several lengths waits for the longest", async () => {
  await virtually(function* () {
    const reader = readerOf(["data"]);
    const task = createTask(() => reader.readuntil([bytes("A"), bytes("long sep")]));
    getRunningLoop().callSoon(() => feed(reader, ["Z"]));
    getRunningLoop().callSoon(() => feed(reader, ["Aaaa"]));
    assertEquals(text(yield* task), "dataZA");
    assertEquals(yield* rest(reader), "aaa");
  });
});

test("StreamReader.readuntil() refuses no separator, an empty one, and text", async () => {
  await virtually(function* () {
    const reader = readerOf(["data"]);
    const empty = bytes("");
    for (const separator of [empty, [empty], [bytes("a"), empty]]) {
      const error = yield* errorOf(() => reader.readuntil(separator));
      assert(error instanceof ValueError);
      assertEquals(error.message, "Separator should be at least one-byte string");
    }
    const error = yield* errorOf(() => reader.readuntil([]));
    assert(error instanceof ValueError);
    assertEquals(error.message, "Separator should contain at least one element");
    for (const separator of ["\n", ["\n"], null, 10]) {
      assertThrows(
        () => reader.readuntil(separator as never),
        TypeError,
        "separator argument must be a bytes-like object",
      );
    }
    assertEquals(yield* rest(reader), "data");
  });
});

test("StreamReader.readuntil() tells at the end what there was, and leaves nothing", async () => {
  await virtually(function* () {
    const reader = readerOf(["some dataAA", null]);
    const error = yield* errorOf(() => reader.readuntil(bytes("AAA")));
    assert(error instanceof IncompleteReadError);
    assertEquals(error.message, "11 bytes read on a total of undefined expected bytes");
    assertEquals([text(error.partial), error.expected], ["some dataAA", null]);
    assertEquals(reader.atEof(), true);
  });
});

test("StreamReader.readuntil() leaves all where the limit is exceeded", async () => {
  await virtually(function* () {
    const reader = readerOf(["some dataAA"], { limit: 3 });
    let error = yield* errorOf(() => reader.readuntil(bytes("AAA")));
    assert(error instanceof LimitOverrunError);
    assertEquals(error.message, "Separator is not found, and chunk exceed the limit");
    assertEquals(error.consumed, 9);
    feed(reader, ["A"]);
    error = yield* errorOf(() => reader.readuntil(bytes("AAA")));
    assert(error instanceof LimitOverrunError);
    assertEquals(error.message, "Separator is found, but chunk is longer than limit");
    assertEquals(error.consumed, 9);
    assertEquals(yield* rest(reader), "some dataAAA");
  });
});

test("StreamReader.readuntil() holds the shortest separator against the limit", async () => {
  await virtually(function* () {
    const reader = readerOf(["some dataA"], { limit: 3 });
    const error = yield* errorOf(() => reader.readuntil([bytes("A"), bytes("ome dataA")]));
    assert(error instanceof LimitOverrunError);
    assertEquals([error.message.includes("is found"), error.consumed], [true, 9]);
    assertEquals(yield* rest(reader), "some dataA");
  });
});

// readline()

test("StreamReader.readline() waits for the newline", async () => {
  await virtually(function* () {
    const reader = readerOf(["chunk1 "]);
    getRunningLoop().callSoon(() => feed(reader, ["chunk2 ", "chunk3 ", "\n chunk4"]));
    assertEquals(text(yield* reader.readline()), "chunk1 chunk2 chunk3 \n");
    assertEquals(yield* rest(reader), " chunk4");
  });
});

test("StreamReader.readline() does not wait where a line is there", async () => {
  await virtually(function* () {
    const reader = readerOf(["line1\n", "line2\nline3\n"]);
    const seen: string[] = [];
    getRunningLoop().callSoon(() => seen.push("the loop went on"));
    seen.push(text(yield* reader.readline()), text(yield* reader.read(7)));
    assertEquals(seen, ["line1\n", "line2\nl"]);
    assertEquals(yield* rest(reader), "ine3\n");
  });
});

test("StreamReader.readline() gives what is left at the end, and then nothing", async () => {
  await virtually(function* () {
    const reader = readerOf(["some data", null]);
    assertEquals(text(yield* reader.readline()), "some data");
    assertEquals(text(yield* reader.readline()), "");
  });
});

test("StreamReader.readline() takes out a line that is too long", async () => {
  await virtually(function* () {
    for (
      const [limit, pieces, left] of [
        [3, ["li", "ne1\nline2\n"], "line2\n"],
        [3, ["li", "ne1", "li"], ""],
        [7, ["12345678\n"], ""],
        [7, ["12345678"], ""],
      ] as const
    ) {
      const reader = readerOf(pieces, { limit });
      const error = yield* errorOf(() => reader.readline());
      assert(error instanceof ValueError, `${pieces}`);
      assertEquals(yield* rest(reader), left);
    }
    assertEquals(text(yield* readerOf(["1234567\n"], { limit: 7 }).readline()), "1234567\n");
  });
});

test("StreamReader.readline() takes out a line that becomes too long while it waits", async () => {
  await virtually(function* () {
    for (
      const [pieces, left] of [
        [["chunk1", "chunk2", "chunk3\n", null], ""],
        [["chunk1", "chunk2\n", "chunk3\n", null], "chunk3\n"],
      ] as const
    ) {
      const reader = new StreamReader({ limit: 7 });
      getRunningLoop().callSoon(() => feed(reader, pieces));
      const error = yield* errorOf(() => reader.readline());
      assert(error instanceof ValueError);
      assertEquals(error.message, "Separator is found, but chunk is longer than limit");
      assertEquals(yield* rest(reader), left);
    }
  });
});

test("StreamReader.readline() has no end where the limit is infinite", async () => {
  await virtually(function* () {
    const reader = readerOf(["x".repeat(200_000), "\n", "left"], { limit: Infinity });
    assertEquals((yield* reader.readline()).length, 200_001);
    assertEquals(yield* rest(reader), "left");
  });
});

// Errors, and waiting

test("StreamReader.setException() has each read throw it, and wakes who waits", async () => {
  await virtually(function* () {
    const reader = readerOf(["line\n"]);
    assertStrictEquals(reader.exception(), null);
    assertEquals(text(yield* reader.read(2)), "li");
    const error = new ValueError("wrong");
    const other = new StreamReader();
    const task = createTask(() => other.readline());
    yield* sleep(0);
    for (const failing of [reader, other]) {
      failing.setException(error);
      assertStrictEquals(failing.exception(), error);
    }
    yield* wait([task]);
    assertStrictEquals(task.exception(), error);
    for (
      const read of [
        () => reader.read(2),
        () => reader.read(0),
        () => reader.read(),
        () => reader.readline(),
        () => reader.readexactly(2),
        () => reader.readuntil(),
      ]
    ) assertStrictEquals(yield* errorOf(read), error);
    assertEquals(`${reader}`, "<StreamReader 3 bytes exception=ValueError('wrong')>");
  });
});

test("StreamReader.setException() reaches nobody where who waited was cancelled", async () => {
  await virtually(function* () {
    const reader = new StreamReader();
    const task = createTask(() => reader.readline());
    yield* sleep(0);
    task.cancel();
    reader.setException(new RuntimeError("message"));
    yield* sleep(0);
    assertEquals(task.cancelled(), true);
    assertEquals(`${reader}`, "<StreamReader exception=RuntimeError('message')>");
  });
});

test("StreamReader lets one coroutine wait at a time", async () => {
  await virtually(function* () {
    const reader = new StreamReader();
    const first = createTask(() => reader.read(5));
    yield* sleep(0);
    for (
      const [read, name] of [
        [() => reader.read(5), "read"],
        [() => reader.readline(), "readuntil"],
        [() => reader.readuntil(), "readuntil"],
        [() => reader.readexactly(5), "readexactly"],
      ] as const
    ) {
      const error = yield* errorOf(read);
      assert(error instanceof RuntimeError);
      assertEquals(
        error.message,
        `${name}() called while another coroutine is already waiting for incoming data`,
      );
    }
    feed(reader, ["abc"]);
    assertEquals(text(yield* first), "abc");
  });
});

test("StreamReader does not forget who waits when another is woken that found nothing", async () => {
  await virtually(function* () {
    const reader = new StreamReader();
    const first = createTask(() => reader.read(5));
    yield* sleep(0);
    feed(reader, ["abc"]);
    // The first is woken, and has not run yet.
    assertEquals(text(yield* reader.read(5)), "abc");
    const second = createTask(() => reader.read(5));
    yield* sleep(0);
    assertEquals(text(yield* first), "");
    feed(reader, ["def"]);
    assertEquals(text(yield* second), "def");
  });
});

test("StreamReader loses no byte where a read is cancelled at any step", async () => {
  for (
    const read of [
      (reader: StreamReader) => reader.readline(),
      (reader: StreamReader) => reader.readexactly(8),
      (reader: StreamReader) => reader.readuntil([bytes("3\n"), bytes("\n")]),
    ]
  ) {
    const count = await cancelAtEachStep((victim) =>
      virtually(function* () {
        const reader = new StreamReader();
        const task = createTask(() => read(reader));
        victim(task);
        for (const piece of ["ab", "cd", "ef", "3\n", "left"]) {
          yield* sleep(0);
          yield* sleep(0);
          feed(reader, [piece]);
        }
        yield* wait([task]);
        const taken = task.cancelled() ? "" : text(task.result());
        assertEquals(taken + (yield* rest(reader)), "abcdef3\nleft");
      })
    );
    assert(count > 5, `${count}`);
  }
});

test("StreamReader loses no byte where the time for a read is over", async () => {
  await virtually(function* () {
    const reader = new StreamReader();
    const feeding = createTask(function* () {
      for (const piece of ["a", "b", "c", "\n"]) {
        yield* sleep(1);
        feed(reader, [piece]);
      }
    });
    let timeouts = 0;
    let line: Uint8Array | null = null;
    while (line === null) {
      try {
        line = yield* waitFor(reader.readline(), 0.3);
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        timeouts++;
      }
    }
    assertEquals(text(line), "abc\n");
    assertEquals(timeouts, 13);
    yield* feeding;
  });
});

// The transport

test("StreamReader pauses its transport above twice the limit, and has it go on at the limit", async () => {
  await virtually(function* () {
    const feeder = new Feeder();
    const reader = new StreamReader({ limit: 4 });
    reader.setTransport(feeder);
    feed(reader, ["12345678"]);
    assertEquals(feeder.told, []);
    feed(reader, ["9", "0"]);
    assertEquals(feeder.told, ["pause"]);
    yield* reader.read(5);
    assertEquals(feeder.told, ["pause"]);
    yield* reader.read(1);
    assertEquals(feeder.told, ["pause", "resume"]);
    feed(reader, ["123456789"]);
    assertEquals(text(yield* reader.readexactly(13)), "7890123456789");
    assertEquals(feeder.told, ["pause", "resume", "pause", "resume"]);
  });
});

test("StreamReader has its transport go on where more is asked for than the limit", async () => {
  await virtually(function* () {
    const feeder = new Feeder();
    const reader = new StreamReader({ limit: 2 });
    reader.setTransport(feeder);
    feed(reader, ["12345"]);
    const task = createTask(() => reader.readexactly(12));
    yield* sleep(0);
    assertEquals(feeder.told, ["pause", "resume"]);
    feed(reader, ["67890"]);
    assertEquals(feeder.told, ["pause", "resume", "pause"]);
    yield* sleep(0);
    feed(reader, ["ab"]);
    assertEquals(text(yield* task), "1234567890ab");
    // It went on when the task found too little, and paused once more at the end.
    assertEquals(feeder.told, ["pause", "resume", "pause", "resume", "pause", "resume"]);
  });
});

test("StreamReader has its transport go on after a line that is too long", async () => {
  await virtually(function* () {
    const feeder = new Feeder();
    const reader = new StreamReader({ limit: 2 });
    reader.setTransport(feeder);
    feed(reader, ["12345\n"]);
    assert((yield* errorOf(() => reader.readline())) instanceof ValueError);
    assertEquals(feeder.told, ["pause", "resume"]);
  });
});

test("StreamReader does not ask again a transport that cannot be paused", async () => {
  await virtually(function* () {
    const transport = new ReadTransport();
    const reader = new StreamReader({ limit: 1 });
    reader.setTransport(transport);
    feed(reader, ["1234", "5678"]);
    assertEquals(`${reader}`, "<StreamReader 8 bytes limit=1>");
    reader.setTransport(new Feeder());
    assertThrows(() => reader.setTransport(transport), Error, "Transport already set");
  });
});

// Iteration

test("StreamReader is iterated over by lines", async () => {
  await virtually(function* () {
    const reader = readerOf(["line1\nline", "2\nline3", null]);
    const lines: string[] = [];
    yield* forEach(reader, (line) => void lines.push(text(line)));
    assertEquals(lines, ["line1\n", "line2\n", "line3"]);
    assertEquals(yield* anext(aiter(reader), "none"), "none" as never);
    assert((yield* errorOf(() => anext(aiter(reader)))) instanceof StopAsyncIteration);
  });
});

test("StreamReader is iterated over again where the iteration was broken off", async () => {
  await virtually(function* () {
    const reader = readerOf(["a\nb\nc\n", null]);
    assertEquals(yield* forEach(reader, () => BREAK), false);
    const lines: string[] = [];
    yield* forEach(reader, (line) => void lines.push(text(line)));
    assertEquals(lines, ["b\n", "c\n"]);
  });
});

test("StreamReader is iterated over by for await", async () => {
  await virtually(async () => {
    const reader = new StreamReader();
    getRunningLoop().callLater(1, () => feed(reader, ["a\nb\n", null]));
    const lines: string[] = [];
    for await (const line of reader) lines.push(text(line));
    assertEquals(lines, ["a\n", "b\n"]);
  });
});

test("StreamReader's iteration is cancelled where it waits", async () => {
  await virtually(function* () {
    const reader = readerOf(["a\nb"]);
    const lines: string[] = [];
    const task = createTask(() => forEach(reader, (line) => void lines.push(text(line))));
    yield* sleep(1);
    task.cancel();
    yield* wait([task]);
    assertEquals([task.cancelled(), lines], [true, ["a\n"]]);
    assertEquals(yield* rest(reader), "b");
  });
});

test("StreamReader's reads are lazy, and are awaited once", async () => {
  await virtually(function* () {
    const reader = readerOf(["a\nb\n"]);
    const second = reader.readline();
    const first = reader.readline();
    assertEquals(text(yield* first), "a\n");
    assertEquals(text(yield* second), "b\n");
    assertEquals(
      (yield* errorOf(() => first)).message,
      "cannot reuse already awaited coroutine",
    );
    assertEquals(`${reader.readline()}`, "<coroutine object StreamReader.readline>");
  });
});
