import { assertEquals } from "@std/assert";
import { LoopMethods, newEventLoop } from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

test({
  name:
    "LoopMethods.bring() is for bundlers: with all of the module the loop has its methods already",
  ...needs("signals"),
  fn() {
    const loop = newEventLoop();
    assertEquals(loop.removeSignalHandler("SIGTERM"), false);
    LoopMethods.bring();
    assertEquals(loop.removeSignalHandler("SIGTERM"), false);
    loop.close();
  },
});
