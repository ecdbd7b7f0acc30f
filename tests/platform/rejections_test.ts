import { assertEquals } from "@std/assert";
import { dropRejections } from "../../lib/platform/rejections.ts";
import { test } from "../_support/harness.ts";
import { until } from "../_support/until.ts";

test("dropRejections() has nobody hear of rejections for certain reasons, and all of others", async () => {
  const dropped = new RangeError("dropped");
  const kept = new RangeError("kept");
  dropRejections((reason) => reason === dropped);
  const seen: unknown[] = [];
  const note = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    seen.push(event.reason);
  };
  addEventListener("unhandledrejection", note);
  try {
    Promise.reject(dropped);
    Promise.reject(kept);
    await until(() => seen.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 5));
  } finally {
    removeEventListener("unhandledrejection", note);
  }
  assertEquals(seen, [kept]);
  // What one asks who listened earlier.
  const isPassedOn = (reason: unknown): boolean => {
    const promise = Promise.resolve();
    const asked = { promise, reason, cancelable: true };
    return dispatchEvent(new PromiseRejectionEvent("asyncio.rejection", asked));
  };
  assertEquals([isPassedOn(dropped), isPassedOn(kept)], [false, true]);
});
