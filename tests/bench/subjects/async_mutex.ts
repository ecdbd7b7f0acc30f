/**
 * The rows' work by async-mutex.
 *
 * @module
 */

import { Mutex, type MutexInterface, Semaphore, type SemaphoreInterface } from "async-mutex";
import type { Works } from "../row.ts";
import { CONTENDERS, LIMITED } from "../rows.ts";

const RESOLVED = Promise.resolve();

async function lock(n: number): Promise<number> {
  const guard = new Mutex();
  let passed = 0;
  for (let i = 0; i < n; i++) {
    const release = await guard.acquire();
    passed++;
    release();
  }
  return passed;
}

async function semaphore(n: number): Promise<number> {
  const guard = new Semaphore(LIMITED.atOnce);
  let passed = 0;
  for (let i = 0; i < n; i++) {
    const [, release] = await guard.acquire();
    passed++;
    release();
  }
  return passed;
}

async function contend(n: number, acquire: () => Promise<() => void>): Promise<number> {
  let passed = 0;
  async function contender(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      const release = await acquire();
      passed++;
      await RESOLVED;
      release();
    }
  }
  await Promise.all(Array.from({ length: CONTENDERS }, () => contender(n / CONTENDERS)));
  return passed;
}

function acquiring(guard: MutexInterface): () => Promise<() => void> {
  return () => guard.acquire();
}

function acquiringOne(guard: SemaphoreInterface): () => Promise<() => void> {
  return async () => (await guard.acquire())[1];
}

/** The work of each row. */
export const works: Works = {
  "lock": lock,
  "lock-contended": (n) => contend(n, acquiring(new Mutex())),
  "semaphore": semaphore,
  "semaphore-contended": (n) => contend(n, acquiringOne(new Semaphore(LIMITED.atOnce))),
};
