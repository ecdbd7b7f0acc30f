import { assert, assertEquals } from "@std/assert";
import { needs, test } from "../_support/harness.ts";
import { soak } from "./soak.ts";

const inDeno = typeof Deno !== "undefined";

test({
  name: "soak() accounts for every job and item once, whatever is cancelled, crashes or is ended",
  ...needs("workers"),
  async fn() {
    const account = await soak({ seconds: inDeno ? 8 : 3, seed: 6, processes: inDeno });
    assertEquals(account.faults, [], account.lines().join("\n"));
    assert(account.rounds > 0);
  },
});
