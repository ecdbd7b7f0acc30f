import { assert, assertEquals } from "@std/assert";
import { callerStack, type CallSite, CallSites } from "../../lib/threads/call_sites.ts";
import { test } from "../_support/harness.ts";

const NOTE = "as was another of the many jobs of this turn";

// What stands above `take` in a pool: its own `submit`, and the executor's.
function submitToPool(sites: CallSites): CallSite {
  return sites.take();
}

function submitToExecutor(sites: CallSites): CallSite {
  return submitToPool(sites);
}

function submitFirst(sites: CallSites): CallSite {
  return submitToExecutor(sites);
}

function submitNext(sites: CallSites): CallSite {
  return submitToExecutor(sites);
}

test("callerStack() begins with who called the executor", () => {
  const stack = callerStack(submitFirst(new CallSites()));
  assert(stack.trimStart().match(/^(at )?submitFirst/), stack);
  assertEquals(stack.includes(NOTE), false);
});

test("CallSites keeps the places of a turn's first jobs apart", () => {
  const sites = new CallSites();
  for (let job = 0; job < 16; job++) {
    assert(callerStack(submitFirst(sites)).includes("submitFirst"));
    assert(callerStack(submitNext(sites)).includes("submitNext"));
  }
});

test("CallSites takes one stack for the rest of a turn's many jobs, and says so", () => {
  const sites = new CallSites();
  for (let job = 0; job < 32; job++) submitFirst(sites);
  const shared = submitFirst(sites);
  assertEquals(submitNext(sites), shared);
  const [note, frame] = callerStack(shared).split("\n");
  assert(note!.includes(NOTE), note);
  assert(frame!.includes("submitFirst"), frame);
});

test("CallSites.endTurn() begins anew", () => {
  const sites = new CallSites();
  for (let job = 0; job < 40; job++) submitFirst(sites);
  sites.endTurn();
  const stack = callerStack(submitNext(sites));
  assert(stack.includes("submitNext"), stack);
  assertEquals(stack.includes(NOTE), false);
});
