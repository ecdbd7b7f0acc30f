import { assert, assertEquals, assertThrows } from "@std/assert";
import { hostWorkers } from "../../lib/platform/current.ts";
import type { WorkerHandle, WorkerPort } from "../../lib/platform/workers.ts";
import { needs, test } from "../_support/harness.ts";

/** Starts a worker, and waits until it is ready and has said its first word, or died. */
async function start(script: (port: WorkerPort) => void): Promise<{
  worker: WorkerHandle;
  log: string[];
  next(): Promise<void>;
}> {
  const log: string[] = [];
  let wake = () => {};
  const next = () => new Promise<void>((resolve) => wake = resolve);
  const ready = Promise.withResolvers<void>();
  const first = next();
  const worker = hostWorkers.start({
    name: "under test",
    script: String(script),
    onReady: ready.resolve,
    onMessage: (message) => {
      log.push(`says ${message}`);
      wake();
    },
    onDeath: ({ reason, error }) => {
      log.push(`${reason}${error === undefined ? "" : ` ${error}`}`);
      wake();
      ready.resolve();
    },
  });
  assertEquals(log, [], "nothing is said before start() has returned");
  await Promise.all([first, ready.promise]);
  return { worker, log, next };
}

test({
  name: "Workers.start() runs a script that talks with this thread",
  ...needs("workers"),
  async fn() {
    const { worker, log, next } = await start((port) => {
      port.listen((message: string) => port.post([`${message}!`]));
      port.post([`hello at ${typeof port.now()}`]);
    });
    const answer = next();
    worker.post("echo");
    await answer;
    assertEquals(log, ["says hello at number", "says echo!"]);
    await worker.terminate();
  },
});

test({
  name: "Workers' post() throws what cannot be cloned, and transfers what it is told to",
  ...needs("workers"),
  async fn() {
    const { worker, log, next } = await start((port) => {
      port.listen((buffer: ArrayBuffer) => port.post([buffer.byteLength]));
      port.post(["ready"]);
    });
    assertThrows(() => worker.post(() => 1));
    const answer = next();
    const buffer = new ArrayBuffer(8);
    worker.post(buffer, [buffer]);
    await answer;
    assertEquals(log.at(-1), "says 8");
    assertEquals(buffer.byteLength, 0);
    await worker.terminate();
  },
});

test({
  name: "Workers tell that a worker ended itself",
  ...needs("workers"),
  async fn() {
    const { worker, log, next } = await start((port) => {
      port.listen(() => {
        const scope = globalThis as unknown as { Deno?: typeof Deno; close(): void };
        if (scope.Deno === undefined) scope.close();
        else scope.Deno.exit(7);
      });
      port.post(["alive"]);
    });
    const death = next();
    worker.post("end");
    await death;
    assert(["exited with code 7", "closed itself"].includes(log.at(-1) ?? ""), log.join());
    await worker.terminate();
  },
});

for (const kind of ["error", "rejection"] as const) {
  test({
    name: `Workers let an uncaught ${kind} be told before the worker ends of it`,
    ...needs("workers"),
    async fn() {
      const { worker, log, next } = await start((port) => {
        port.onFatal((error) => port.post([`last words: ${error}`]));
        port.listen((kind: string) => {
          if (kind === "error") {
            setTimeout(() => {
              throw new RangeError("stray");
            });
          } else {
            Promise.reject(new RangeError("stray"));
          }
        });
        port.post(["alive"]);
      });
      const words = next();
      worker.post(kind);
      await words;
      assertEquals(log.at(-1), "says last words: RangeError: stray");
      await next();
      assert(/^(exited with code 1|closed itself)/.test(log.at(-1) ?? ""), log.join());
      await worker.terminate();
    },
  });
}

test({
  name: "Workers' terminate() ends a worker that spins, and calls that no death",
  ...needs("workers"),
  async fn() {
    const { worker, log } = await start((port) => {
      port.listen(() => {
        for (;;);
      });
      port.post(["alive"]);
    });
    worker.post("spin");
    await worker.terminate();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(log, ["says alive"]);
  },
});

test({
  name: "Workers tell that a script could not be run",
  ...needs("workers"),
  async fn() {
    const errors = console.error;
    console.error = () => {};
    const { worker, log } = await start("(port) => {" as never);
    assert(
      /code 1|SyntaxError|could not start|Unexpected|missing/i.test(log.at(-1) ?? ""),
      log.join(),
    );
    await worker.terminate();
    console.error = errors;
  },
});

test("Workers.globals has what every worker has", () => {
  const { globals } = hostWorkers;
  for (const name of ["fetch", "crypto", "setTimeout", "URL", "performance"]) {
    assert(globals.includes(name), name);
  }
  for (const name of ["document", "window", "localStorage", "alert"]) {
    assert(!globals.includes(name), name);
  }
});

test({
  name: "Workers.globals has no name that a worker does not have",
  ...needs("workers"),
  async fn() {
    let missing: unknown;
    await new Promise<void>((resolve) => {
      const worker = hostWorkers.start({
        name: "globals",
        script: String((port: WorkerPort) => {
          port.listen((names: string[]) => {
            port.post(names.filter((name) => !(name in globalThis)));
          });
        }),
        onReady: () => worker.post(hostWorkers.globals),
        onMessage: (names) => {
          missing = names;
          worker.terminate().then(resolve);
        },
        onDeath: () => resolve(),
      });
    });
    // What but some of the browsers have; a name that one lacks is an error at run time there.
    const notEverywhere = [
      "CompressionStream",
      "URLPattern",
      "requestAnimationFrame",
      "cancelAnimationFrame",
    ];
    assertEquals((missing as string[]).filter((name) => !notEverywhere.includes(name)), []);
  },
});

test({
  name:
    "Workers.start() says in a turn of its own that there are no workers, and leaves no address",
  ...needs("workers", "browser"),
  async fn() {
    const { Worker } = globalThis;
    const { createObjectURL, revokeObjectURL } = URL;
    const kept = new Set<string>();
    globalThis.Worker = class {
      constructor() {
        throw new TypeError("not here");
      }
    } as unknown as typeof Worker;
    URL.createObjectURL = (blob) => {
      const url = createObjectURL(blob);
      kept.add(url);
      return url;
    };
    URL.revokeObjectURL = (url) => {
      kept.delete(url);
      revokeObjectURL(url);
    };
    try {
      const log: string[] = [];
      const died = Promise.withResolvers<void>();
      const worker = hostWorkers.start({
        name: "under test",
        script: "() => {}",
        onReady: () => log.push("ready"),
        onMessage: () => log.push("message"),
        onDeath({ reason, error }) {
          log.push(`${reason} ${error}`);
          died.resolve();
        },
      });
      assertEquals(log, []);
      worker.post("nobody listens");
      await died.promise;
      await worker.terminate();
      assertEquals(log, ["could not start TypeError: not here"]);
      // One that is ended before it has begun keeps none either.
      globalThis.Worker = Worker;
      const ended = hostWorkers.start({
        name: "under test",
        script: "() => {}",
        onReady() {},
        onMessage() {},
        onDeath() {},
      });
      assertEquals(kept.size, 1);
      await ended.terminate();
      assertEquals(kept.size, 0);
    } finally {
      Object.assign(URL, { createObjectURL, revokeObjectURL });
      globalThis.Worker = Worker;
    }
  },
});
