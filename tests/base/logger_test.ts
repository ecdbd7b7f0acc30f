import { assertEquals, assertThrows } from "@std/assert";
import { logger, newEventLoop } from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { recordsOf } from "../_support/logged.ts";

test("Logger.setSink() sets who takes the messages, with how grave they are", () => {
  assertEquals(
    recordsOf(() => {
      logger.warning("careful");
      logger.error("too late");
    }),
    [{ level: "warning", message: "careful" }, { level: "error", message: "too late" }],
  );
  assertEquals(logger.getSink(), null);
});

test("Logger gets what the loops' default exception handler writes", () => {
  const [record] = recordsOf(() => {
    const loop = newEventLoop();
    loop.callExceptionHandler({
      message: "the pump is dry",
      exception: new RangeError("no water"),
    });
    loop.close();
  });
  assertEquals(record!.level, "error");
  assertEquals(record!.message.split("\n").slice(0, 2), [
    "the pump is dry",
    "RangeError: no water",
  ]);
});

test("Logger.setSink() refuses what cannot be called", () => {
  for (const sink of [42, "console", {}, undefined]) {
    assertThrows(
      () => logger.setSink(sink as never),
      TypeError,
      "sink must be a function or null, got ",
    );
  }
});

test("a sink that throws is told to the host, with the message, and is no error of who logs", () => {
  const lines: unknown[] = [];
  const { error: log } = console;
  console.error = (line: unknown) => lines.push(line);
  logger.setSink(() => {
    throw new RangeError("disk full");
  });
  try {
    logger.error("the pump is dry");
  } finally {
    logger.setSink(null);
    console.error = log;
  }
  assertEquals(lines, [
    "the pump is dry",
    "Logging error: the sink threw RangeError('disk full')",
  ]);
});
