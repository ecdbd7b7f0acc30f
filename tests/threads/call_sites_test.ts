import { assert, assertEquals } from "@std/assert";
import { callerStack, type CallSite, CallSites } from "../../lib/threads/call_sites.ts";
import { test } from "../_support/harness.ts";

const NOTE = "where else the function is submitted";

// What stands above `take` in a pool: its own `submit`, and the executor's.
function submitToPool(sites: CallSites, id: number): CallSite {
  return sites.take(id);
}

function submitToExecutor(sites: CallSites, id: number): CallSite {
  return submitToPool(sites, id);
}

function submitHere(sites: CallSites, id = 0): CallSite {
  return submitToExecutor(sites, id);
}

function submitThere(sites: CallSites, id = 0): CallSite {
  return submitToExecutor(sites, id);
}

test("callerStack() begins with who called the executor", () => {
  const stack = callerStack(submitHere(new CallSites()));
  assert(stack.trimStart().match(/^(at )?submitHere/), stack);
  assertEquals(stack.includes(NOTE), false);
});

test("CallSites keeps the places of a function's first jobs apart", () => {
  const sites = new CallSites();
  for (let job = 0; job < 16; job++) {
    assert(callerStack(submitHere(sites)).includes("submitHere"));
    assert(callerStack(submitThere(sites)).includes("submitThere"));
  }
});

test("CallSites gives the jobs beyond the last place taken, and says so", () => {
  const sites = new CallSites();
  for (let job = 0; job < 32; job++) submitHere(sites);
  const shared = submitThere(sites);
  assertEquals(submitThere(sites), shared);
  const [note, frame] = callerStack(shared).split("\n");
  assert(note!.includes(NOTE), note);
  assert(frame!.includes("submitHere"), frame);
  assert(callerStack(submitThere(sites, 1)).includes("submitThere"), "of another function");
});

test("CallSites.failed() has the places of a function taken anew", () => {
  const sites = new CallSites();
  for (const id of [0, 1]) for (let job = 0; job < 40; job++) submitHere(sites, id);
  sites.failed(0);
  const stack = callerStack(submitThere(sites, 0));
  assert(stack.includes("submitThere"), stack);
  assertEquals(stack.includes(NOTE), false);
  assert(callerStack(submitThere(sites, 1)).includes("submitHere"), "that did not fail");
});
