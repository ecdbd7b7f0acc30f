/**
 * Runs test files in a page: imports the modules that the address names, runs the tests that they
 * declare one after another, and says so as it goes.
 *
 * `page.html?module=PATH&module=PATH…&from=INDEX&filter=TEXT&id=ID`
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

const tests: { test: TestDefinition; module: number }[] = [];
for (const [module, path] of parameters.getAll("module").entries()) {
  try {
    await import(path);
  } catch (error) {
    say({ kind: "broken", module, error: describeError(error) });
  }
  for (const test of pageTests.splice(0)) {
    if (matches(test.name, parameters.get("filter"))) tests.push({ test, module });
  }
}
await runTests();
say({ kind: "done" });

async function runTests(): Promise<void> {
  say({
    kind: "tests",
    tests: tests.map(({ test, module }) => ({ title: test.name, module, skip: skipReason(test) })),
  });
  const globals = new Set(Reflect.ownKeys(globalThis));
  let current = -1;
  for (const [index, { test, module }] of tests.entries()) {
    if (index < Number(parameters.get("from")) || test.ignore) continue;
    if (module !== current) removeGlobalsBut(globals);
    current = module;
    say({ kind: "begin", index });
    const start = performance.now();
    const errors = await errorsOf(test);
    const milliseconds = performance.now() - start;
    const error = errors.length === 0 ? null : errors.join("\n");
    say({ kind: "end", index, milliseconds, error });
  }
}

/** Takes out of the global scope what the tests of a module have put there: the next begins without, as under Deno. */
function removeGlobalsBut(known: ReadonlySet<string | symbol>): void {
  for (const key of Reflect.ownKeys(globalThis)) {
    if (!known.has(key)) Reflect.deleteProperty(globalThis, key);
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
