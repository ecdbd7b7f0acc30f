import { assertEquals } from "@std/assert";
import { newEventLoop } from "../../mod.ts";
import { onLoopClose } from "../../lib/kernel/loop_closing.ts";
import { test } from "../_support/harness.ts";

test("onLoopClose() calls back once, when the loop is closed, unless it is taken back", () => {
  const log: string[] = [];
  const loop = newEventLoop();
  onLoopClose(loop, () => log.push("first"));
  onLoopClose(loop, () => log.push("never"))();
  onLoopClose(loop, () => log.push(`second, ${loop.isClosed()}`));
  assertEquals(log, []);
  loop.close();
  loop.close();
  assertEquals(log, ["first", "second, true"]);
});
