/** What the workers of the tests of context variables import by its address. */
import { ContextVar, sleep } from "../../mod.ts";

const request = new ContextVar("request", { module: import.meta.url, default: "none" });
const local = new ContextVar("local", { default: "none" });

/** What the variables are. */
export function readVariables(): string[] {
  return [request.get(), local.get()];
}

/** What a variable was, before this sets it. */
export function setVariable(value: string): string {
  const before = request.get();
  request.set(value);
  return before;
}

/** What a variable is in a coroutine, before and after a wait. */
export function* readInCoroutine(): Generator<unknown, string[], unknown> {
  const before = request.get();
  yield* sleep(0.001);
  return [before, request.get()];
}
