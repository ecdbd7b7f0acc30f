/**
 * Runs test files in a page: imports the modules that the address names, runs the tests that they
 * declare one after another, and says so as it goes.
 *
 * `page.html?module=PATH&from=INDEX&filter=TEXT&id=ID`
 *
 * @module
 */

import { describeError } from "./describe_error.ts";
import { pageTests, type TestDefinition } from "./harness.ts";
import { LeakWatch } from "./leaks.ts";
import { type PageMessage, SOCKET_PATH } from "./page_messages.ts";

const parameters = new URLSearchParams(location.search);
const watch = new LeakWatch();
const socket = new WebSocket(
  `${location.origin.replace(/^http/, "ws")}${SOCKET_PATH}?id=${parameters.get("id")}`,
);
await new Promise((resolve) => socket.addEventListener("open", resolve));

try {
  for (const module of parameters.getAll("module")) await import(module);
  await runTests();
} catch (error) {
  say({ kind: "broken", error: describeError(error) });
}
say({ kind: "done" });

async function runTests(): Promise<void> {
  const tests = pageTests.filter(({ name }) => matches(name, parameters.get("filter")));
  say({
    kind: "tests",
    tests: tests.map((test) => ({ title: test.name, skip: skipReason(test) })),
  });
  for (const [index, test] of tests.entries()) {
    if (index < Number(parameters.get("from")) || test.ignore) continue;
    say({ kind: "begin", index });
    const start = performance.now();
    const errors = await errorsOf(test);
    const milliseconds = performance.now() - start;
    const error = errors.length === 0 ? null : errors.join("\n");
    say({ kind: "end", index, milliseconds, error });
  }
}

async function errorsOf(test: TestDefinition): Promise<string[]> {
  const errors: string[] = [];
  try {
    await test.fn();
  } catch (error) {
    errors.push(describeError(error));
  }
  // Events of errors and of workers' ends come in turns of their own.
  for (let turn = 0; turn < 3; turn++) await nextTurn();
  errors.push(...watch.takeUncaught().map((error) => `uncaught ${describeError(error)}`));
  errors.push(...await watch.takeLeaks());
  return errors;
}

function skipReason({ ignore, reason }: TestDefinition): string | null {
  return ignore ? reason ?? "" : null;
}

/** As `deno test --filter` has it: a text, or a pattern between slashes. */
function matches(name: string, filter: string | null): boolean {
  if (filter === null) return true;
  const pattern = /^\/(.*)\/$/.exec(filter)?.[1];
  return pattern === undefined ? name.includes(filter) : new RegExp(pattern).test(name);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function say(message: PageMessage): void {
  socket.send(JSON.stringify(message));
}
