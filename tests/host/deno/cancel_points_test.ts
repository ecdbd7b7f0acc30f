/** Where a generator coroutine was cancelled. In a page all is one file, and nobody can tell whose a line is. */
import { assert, assertRejects } from "@std/assert";
import { cancelAtEveryAwait, CancelPointError, createTask, sleep, wait } from "../../../mod.ts";
import { test } from "../../_support/harness.ts";

test("cancelAtEveryAwait() tells the line of a generator coroutine's await", async () => {
  const found = await assertRejects(
    () =>
      cancelAtEveryAwait(function* (victim) {
        let isOpen = true;
        function* close() {
          yield* sleep(1);
          isOpen = false;
        }
        yield* wait([victim(createTask(close()))]);
        assert(!isOpen, "still open");
      }),
    CancelPointError,
    "still open",
  );
  const { where, message } = found;
  assert(/^close\(\) at file:.*\/cancel_points_test\.ts:\d+$/.test(where!), `${where}`);
  assert(message.endsWith(`the await: ${where}`), message);
});
