// kinds: generator, async
/**
 * Twelve classic races. Each passes in asyncio's own order, and `explore` finds an order in which it fails.
 */
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  asyncWith,
  BoundedSemaphore,
  Condition,
  createTask,
  DeadlockError,
  Event,
  ExplorationError,
  explore,
  Future,
  gather,
  getRunningLoop,
  Lock,
  Queue,
  QueueEmpty,
  replay,
  type Scenario,
  sleep,
  TimeoutError,
  ValueError,
  wait,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

const AssertionError = await assertRejects(async () => assert(false), Error).then((error) =>
  error.constructor as new () => Error
);

interface Race {
  /** The program. */
  main: Scenario;
  /** What it fails by. */
  error: new (message: string) => Error;
}

const RACES: Readonly<Record<string, Race>> = {
  "a lost update across an await": {
    *main() {
      let balance = 0;
      const deposit = (pauses: number) =>
        function* () {
          for (let pause = 0; pause < pauses; pause++) yield* sleep(0);
          const before = balance;
          yield* sleep(0);
          balance = before + 10;
        };
      yield* gather([deposit(0), deposit(1)]);
      assertEquals(balance, 20);
    },
    error: AssertionError,
  },
  "a check of a queue, and an act on it an await later": {
    *main() {
      const queue = new Queue<number>();
      queue.putNowait(1);
      const consume = (pauses: number) =>
        function* () {
          for (let pause = 0; pause < pauses; pause++) yield* sleep(0);
          if (queue.empty()) return;
          yield* sleep(0);
          queue.getNowait();
        };
      yield* gather([consume(0), consume(1)]);
    },
    error: QueueEmpty,
  },
  "a notification that nobody waits for yet": {
    *main() {
      const condition = new Condition();
      yield* gather([
        function* () {
          yield* asyncWith(condition, () => condition.wait());
        },
        function* () {
          yield* asyncWith(condition, () => condition.notify());
        },
      ]);
    },
    error: DeadlockError,
  },
  "an event that is cleared before a late comer sees it": {
    *main() {
      const event = new Event();
      yield* gather([
        function* () {
          yield* sleep(0);
          yield* event.wait();
        },
        function* () {
          yield* sleep(0);
          event.set();
          event.clear();
        },
      ]);
    },
    error: DeadlockError,
  },
  "a double release": {
    *main() {
      const places = new BoundedSemaphore(1);
      yield* places.acquire();
      let isClosed = false;
      const close = (pauses: number) =>
        function* () {
          for (let pause = 0; pause < pauses; pause++) yield* sleep(0);
          if (isClosed) return;
          yield* sleep(0);
          places.release();
          isClosed = true;
        };
      yield* gather([close(0), close(1)]);
    },
    error: ValueError,
  },
  "a second cancellation during the clean-up": {
    *main() {
      let isOpen = true;
      const worker = createTask(function* () {
        try {
          yield* sleep(10);
        } finally {
          yield* sleep(0);
          isOpen = false;
        }
      });
      yield* sleep(0);
      worker.cancel();
      yield* sleep(0);
      yield* sleep(0);
      if (!worker.done()) worker.cancel();
      yield* wait([worker]);
      assertEquals(isOpen, false);
    },
    error: AssertionError,
  },
  "a connection that two make": {
    *main() {
      let connections = 0;
      let connection: number | null = null;
      const use = (pauses: number) =>
        function* () {
          for (let pause = 0; pause < pauses; pause++) yield* sleep(0);
          if (connection === null) {
            yield* sleep(0);
            connection = ++connections;
          }
        };
      yield* gather([use(0), use(1)]);
      assertEquals(connections, 1);
    },
    error: AssertionError,
  },
  "results in the order of the workers": {
    *main() {
      const queue = new Queue<number>();
      for (let item = 0; item < 6; item++) queue.putNowait(item);
      const results: number[] = [];
      const work = () =>
        function* () {
          while (!queue.empty()) {
            const item = queue.getNowait();
            yield* sleep(0);
            results.push(item);
          }
        };
      yield* gather([work(), work(), work()]);
      assertEquals(results, [0, 1, 2, 3, 4, 5]);
    },
    error: AssertionError,
  },
  "two locks in two orders": {
    *main() {
      const [left, right] = [new Lock(), new Lock()];
      const hold = (first: Lock, second: Lock, pauses: number) =>
        function* () {
          for (let pause = 0; pause < pauses; pause++) yield* sleep(0);
          yield* first.acquire();
          yield* sleep(0);
          yield* second.acquire();
          second.release();
          first.release();
        };
      yield* gather([hold(left, right, 0), hold(right, left, 1)]);
    },
    error: DeadlockError,
  },
  "a deadline at the moment of the result": {
    *main() {
      const loop = getRunningLoop();
      const answer = new Future<string>();
      loop.callLater(1, () => answer.setResult("answer"));
      loop.callLater(1, () => {
        if (!answer.done()) answer.setException(new TimeoutError());
      });
      assertEquals(yield* answer, "answer");
    },
    error: TimeoutError,
  },
  "work lost at the end": {
    *main() {
      const queue = new Queue<number>();
      for (let item = 0; item < 3; item++) queue.putNowait(item);
      const done: number[] = [];
      const worker = createTask(function* () {
        for (;;) {
          const item = yield* queue.get();
          yield* sleep(0);
          done.push(item);
        }
      });
      while (!queue.empty()) yield* sleep(0);
      yield* sleep(0);
      worker.cancel();
      yield* wait([worker]);
      assertEquals(done, [0, 1, 2]);
    },
    error: AssertionError,
  },
  "a reader that sees half a write": {
    *main() {
      const state = { version: 0, copy: 0 };
      yield* gather([
        function* () {
          for (let version = 1; version <= 3; version++) {
            state.version = version;
            yield* sleep(0);
            state.copy = version;
            yield* sleep(0);
          }
        },
        function* () {
          yield* sleep(0);
          for (let read = 0; read < 3; read++) {
            assertEquals(state.copy, state.version);
            yield* sleep(0);
            yield* sleep(0);
          }
        },
      ]);
    },
    error: AssertionError,
  },
};

for (const [title, { main, error }] of Object.entries(RACES)) {
  test(`explore() finds ${title}`, async () => {
    await replay(main, []);
    const found = await assertRejects(() => explore(main), ExplorationError);
    assertInstanceOf(found.cause, error);
    assert(found.seed !== null && found.isReproducible);
    await assertRejects(() => replay(main, found.seed!), error);
    await assertRejects(() => replay(main, found.order), error);
    await assertRejects(() => replay(main, found.shrunk), error);
    // Plain: no choice of it can be left to asyncio's order.
    for (const [index, choice] of found.shrunk.entries()) {
      if (choice > 0) await replay(main, found.shrunk.with(index, 0));
    }
  });
}
