/** What a thread that parks beside its event loop must not change: which messages come, and in which order. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ThreadPoolExecutor } from "../../mod.ts";
import { hostWorkers } from "../../lib/platform/current.ts";
import { Parking } from "../../lib/platform/parking.ts";
import type { WorkerHandle, WorkerPort } from "../../lib/platform/workers.ts";
import { needs, test } from "../_support/harness.ts";
import { makeRandom } from "../soak/random.ts";

interface Started {
  worker: WorkerHandle;
  /** What the worker has said. */
  said: unknown[];
  /** Resolves when it has said so many messages. */
  until(count: number): Promise<void>;
}

/** Starts a worker that has said `up`. */
async function start(script: (port: WorkerPort) => void): Promise<Started> {
  const said: unknown[] = [];
  let wanted = 1;
  let wake = () => {};
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      wanted = count;
      wake = resolve;
      if (said.length >= count) resolve();
    });
  const ready = Promise.withResolvers<void>();
  const worker = hostWorkers.start({
    name: "parks",
    script: String(script),
    onReady: ready.resolve,
    onMessage(message) {
      said.push((message as unknown[])[0]);
      if (said.length >= wanted) wake();
    },
    onDeath: ({ reason }) => said.push(`died: ${reason}`),
  });
  await Promise.all([until(1), ready.promise]);
  said.length = 0;
  return { worker, said, until };
}

/** Says each message again, and parks after each. */
function echo(port: WorkerPort): void {
  port.listen((message: unknown) => {
    port.post([message]);
    port.idle(() => Infinity);
  });
  port.post(["up"]);
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test({
  name: "a thread that parks gets each message as it was sent",
  ...needs("workers"),
  async fn() {
    const messages: unknown[] = [
      [1, 2, 3],
      [0, "text", true, false, null],
      [-0, 1],
      [NaN, Infinity, -Infinity],
      [undefined],
      [1, , 3],
      [12345678901234567890n],
      ["\u{1f600} \ud800 \u0000 \u2028"],
      ["x".repeat(900), "ä".repeat(90)],
      ["\u0001".repeat(999)],
      ["long ".repeat(5000)],
      [1, { a: [1, 2] }],
      [new Uint8Array([1, 2, 3]), new Map([[1, { b: 2 }]]), new Set(["c"])],
      [new Date(0), /d/g, new RangeError("e")],
      { toJSON: 1 },
      "alone",
      7,
      [],
      [[]],
      Array.from({ length: 3000 }, (_, place) => place),
      [1e300, 5e-324, 0.1, 2 ** 53],
    ];
    const { worker, said, until } = await start(echo);
    for (const message of messages) {
      // Once from its event loop, and then as often as it may be parked.
      for (let time = 0; time < 4; time++) {
        said.length = 0;
        const answer = until(1);
        worker.post(message);
        await answer;
        assertEquals(said, [message]);
        assert(
          Object.is((said[0] as unknown[])[0], -0) === Object.is((message as unknown[])[0], -0),
        );
        assertEquals(Object.keys(said[0] as object), Object.keys(message as object));
      }
    }
    await worker.terminate();
  },
});

test({
  name: "a thread that parks gets its messages in order, in whatever way each comes",
  ...needs("workers"),
  async fn() {
    const { worker, said, until } = await start(echo);
    const { below, of } = makeRandom(20786);
    const sent: unknown[] = [];
    for (let turn = 0; turn < 400; turn++) {
      for (let burst = below(5); burst >= 0; burst--) {
        const number = sent.length;
        const buffer = new ArrayBuffer(8);
        const message = of<unknown[]>([[number], [number, { number }], [number, buffer]]);
        sent.push(number);
        if (message[1] === buffer) worker.post(message, [buffer]);
        else worker.post(message);
      }
      // Before it has parked, while it is, when it has done so in vain, or when it has answered.
      const wait = below(4);
      if (wait === 0) await Promise.resolve();
      else if (wait === 1) await pause(below(3));
      else await until(sent.length);
    }
    await until(sent.length);
    assertEquals(said.map((message) => (message as unknown[])[0]), sent);
    await worker.terminate();
  },
});

test({
  name: "a thread that parks is sent nothing of what cannot be cloned",
  ...needs("workers"),
  async fn() {
    const { worker, said, until } = await start(echo);
    for (let time = 0; time < 20; time++) {
      worker.post([time]);
      await until(2 * time + 1);
      assertThrows(() => worker.post([time, () => {}]));
      worker.post([time, "after"]);
      await until(2 * time + 2);
    }
    assertEquals(said.length, 40);
    assertEquals(said.at(-1), [19, "after"]);
    await worker.terminate();
  },
});

test({
  name: "a thread that parks can be sent a port, and talks through it",
  ...needs("workers"),
  async fn() {
    const { worker, said, until } = await start((port) => {
      port.listen((message: [number, MessagePort?]) => {
        const given = message[1];
        if (given !== undefined) {
          given.onmessage = ({ data }) => {
            given.postMessage(`${data}!`);
            given.close();
          };
        }
        port.post([message[0]]);
        port.idle(() => Infinity);
      });
      port.post(["up"]);
    });
    for (let time = 0; time < 4; time++) {
      worker.post([time]);
      await until(time + 1);
    }
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => port1.onmessage = ({ data }) => resolve(data));
    worker.post([4, port2], [port2]);
    port1.postMessage("hello");
    assertEquals(await answer, "hello!");
    await until(5);
    port1.close();
    assertEquals(said, [0, 1, 2, 3, 4]);
    await worker.terminate();
  },
});

test({
  name: "a thread that parks after each message runs its timers all the same",
  ...needs("workers"),
  async fn() {
    const { worker, said, until } = await start((port) => {
      let fired = 0;
      port.listen((message: number[]) => {
        if (message[0] === 0) setTimeout(() => fired++, 1);
        port.post([fired]);
        port.idle(() => Infinity);
      });
      port.post(["up"]);
    });
    for (let time = 0; said.at(-1) !== 1; time++) {
      worker.post([time]);
      await until(said.length + 1);
    }
    await worker.terminate();
  },
});

test({
  name: "a thread that has no leisure does not park",
  ...needs("workers", "sharedMemory"),
  async fn() {
    const { worker, said, until } = await start((port) => {
      let asked = 0;
      port.listen(() => {
        port.idle(() => {
          asked++;
          port.post([asked]);
          return 0;
        });
      });
      port.post(["up"]);
    });
    for (let time = 0; time < 5; time++) {
      worker.post([time]);
      await until(time + 1);
    }
    assertEquals(said, [1, 2, 3, 4, 5]);
    await worker.terminate();
  },
});

test({
  name: "a parked thread is ended by terminate(), and nothing more is heard of it",
  ...needs("workers"),
  async fn() {
    const { worker, said, until } = await start(echo);
    for (let time = 0; time < 5; time++) {
      worker.post([time]);
      await until(time + 1);
    }
    await worker.terminate();
    worker.post([5]);
    await pause(5);
    assertEquals(said.length, 5);
  },
});

test({
  name: "what a job enters is not there for the next one, though the thread has parked between",
  ...needs("deno"),
  async fn() {
    const job = (number: number) => {
      interface Storage {
        getStore(): unknown;
        enterWith(value: unknown): void;
      }
      const scope = globalThis as unknown as {
        process: { getBuiltinModule(name: string): { AsyncLocalStorage: new () => Storage } };
        testStorage?: Storage;
      };
      const { AsyncLocalStorage } = scope.process.getBuiltinModule("node:async_hooks");
      const storage = scope.testStorage ??= new AsyncLocalStorage();
      const before = storage.getStore();
      storage.enterWith(number);
      return before === undefined;
    };
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    const fresh: boolean[] = [];
    for (let number = 0; number < 20; number++) fresh.push(await pool.submit(job, number));
    assertEquals(fresh, fresh.map(() => true));
  },
});

/** A thread that is played by the test: what is posted to it, and its words. */
function playThread() {
  const posted: unknown[] = [];
  const thread = { postMessage: (message: unknown) => posted.push(structuredClone(message)) };
  const parking = new Parking();
  const { place, layout } = parking.data;
  const words = new Int32Array(place, 0, layout.words);
  return {
    posted,
    layout,
    send: (message: unknown, transfer?: Transferable[]) => parking.send(thread, message, transfer),
    /** Parks, having taken so many of what was posted. */
    park: (taken: number) => words[layout.state] = ~taken,
    state: () => words[layout.state],
    serves: () => words[layout.serves] === 1,
    /** What was written beside the word. */
    handed() {
      const bytes = new Uint8Array(place, words.byteLength, words[layout.length]!).slice();
      return JSON.parse(new TextDecoder().decode(bytes));
    },
  };
}

test({
  name: "Parking posts to a thread that runs, and wakes one that has parked meanwhile",
  ...needs("sharedMemory"),
  fn() {
    const { send, posted, state, park, layout } = playThread();
    send([1]);
    assertEquals([posted, state()], [[[1]], layout.runs]);
    park(0);
    send([2]);
    assertEquals([posted, state()], [[[1], [2]], layout.runs]);
  },
});

test({
  name:
    "Parking hands nothing to a thread that has not taken all that was posted: it would overtake that",
  ...needs("sharedMemory"),
  fn() {
    const { send, posted, state, park, handed, layout } = playThread();
    send([1]);
    park(0);
    send([2]);
    park(1);
    send([{}]);
    assertEquals([posted.length, state()], [3, layout.runs]);
    park(3);
    send([4]);
    assertEquals([posted.length, handed(), state()], [3, [4], layout.handed]);
  },
});

test({
  name: "Parking hands plain values to a parked thread, and posts all that JSON would change",
  ...needs("sharedMemory"),
  fn() {
    class Own {
      a = 1;
    }
    const shared = { a: 1 };
    const circle: unknown[] = [];
    circle.push(circle);
    const handed = [
      [],
      [1, "a", true, null],
      [1, { a: [1, { b: null }], c: "" }, [[]]],
      [JSON.parse('{"__proto__": 1}')],
      [{ [Symbol()]: 1, a: 2 }],
    ];
    const posted = [
      [-0],
      [NaN],
      [undefined],
      [1n],
      [[1, , 3]],
      [{ a: undefined }],
      [{ a: -0 }],
      [shared, shared],
      circle,
      [new Own()],
      [new Date(0)],
      [/a/.exec("a")],
      [new Uint8Array(1)],
      [new Map()],
      [Object.defineProperty({}, "toJSON", { value: () => 1 })],
      [Object.create({})],
      ["x".repeat(1001)],
      [{ ["x".repeat(1001)]: 1 }],
      [Array(1001).fill(0)],
      Array(1001).fill(0),
      ["\u0001".repeat(999)],
      "text",
    ];
    for (const message of [...handed, ...posted]) {
      const play = playThread();
      play.park(0);
      play.send(message);
      if (handed.includes(message as never)) {
        assertEquals(play.posted, []);
        assertEquals(play.handed(), structuredClone(message));
      } else {
        assertEquals(play.posted, [structuredClone(message)]);
      }
    }
  },
});

test({
  name: "Parking refuses a parked thread what a posted message refuses",
  ...needs("sharedMemory"),
  fn() {
    const { send, posted, state, park } = playThread();
    park(0);
    const refused = [() => {}, new Proxy({}, {}), new Proxy([], {}), {
      a: new Proxy({ b: 1 }, {}),
    }];
    for (const value of refused) {
      assertThrows(() => send([value]), DOMException);
    }
    const own = new RangeError("read");
    const getter = {
      get a() {
        throw own;
      },
    };
    assertThrows(() => send([getter]), RangeError, "read");
    assertEquals([posted, state()], [[], ~0]);
  },
});

test({
  name: "Parking has a thread park where its last message could have been handed over",
  ...needs("sharedMemory"),
  fn() {
    const { send, serves } = playThread();
    send([1, { a: 1 }]);
    assert(serves());
    send([new Date()]);
    assert(!serves());
    send(["text"]);
    assert(serves());
    const buffer = new ArrayBuffer(1);
    send([1], [buffer]);
    assert(!serves());
  },
});
