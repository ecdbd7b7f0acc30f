/**
 * The same work by messages to a worker of the platform's own: the least that it can cost.
 *
 * @module
 */

import type { Works } from "../row.ts";
import { MEBIBYTE, OUTSTANDING } from "../rows.ts";
import { coldWork, type ColdWorker } from "./job_works.ts";

interface Line {
  post(message: unknown, transfer: Transferable[]): void;
  onMessage: (message: unknown) => void;
  close(): Promise<unknown>;
}

interface NodeWorker {
  on(event: "message", callback: (message: unknown) => void): void;
  postMessage(message: unknown, transfer: Transferable[]): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

interface WithNode {
  process: {
    getBuiltinModule(name: "node:worker_threads"): {
      Worker: new (source: string, options: { eval: true }) => NodeWorker;
    };
  };
}

const ANSWER = `([a, b]) => {
  if (typeof a === "number") port.postMessage(a + b, []);
  else port.postMessage(a, [a]);
}`;

let kept: Line | null = null;

function open(): Line {
  const opened: Line = { post: () => {}, onMessage: () => {}, close: () => Promise.resolve() };
  if (typeof Deno === "undefined") {
    const script = `const port = self; self.onmessage = ({ data }) => (${ANSWER})(data);`;
    const worker = new Worker(URL.createObjectURL(new Blob([script])));
    worker.onmessage = ({ data }) => opened.onMessage(data);
    opened.post = (message, transfer) => worker.postMessage(message, transfer);
    opened.close = () => Promise.resolve(worker.terminate());
  } else {
    const { process } = globalThis as unknown as WithNode;
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const worker = new Worker(
      `const { parentPort: port } = require("node:worker_threads"); port.on("message", ${ANSWER});`,
      { eval: true },
    );
    // What measures keeps the process alive.
    worker.unref();
    worker.on("message", (message) => opened.onMessage(message));
    opened.post = (message, transfer) => worker.postMessage(message, transfer);
    opened.close = () => worker.terminate();
  }
  return opened;
}

function ask<T>(
  message: unknown,
  transfer: Transferable[],
  line: Line = kept ??= open(),
): Promise<T> {
  return new Promise((resolve) => {
    line.onMessage = (answer) => resolve(answer as T);
    line.post(message, transfer);
  });
}

async function oneByOne(n: number): Promise<number> {
  let done = 0;
  for (let i = 0; i < n; i++) done += await ask<number>([i, 1 - i], []);
  return done;
}

/** Answers come in the order of the messages, and need no number to be told apart. */
async function allAtOnce(n: number): Promise<number> {
  const line = kept ??= open();
  let done = 0;
  for (let i = 0; i < n; i += OUTSTANDING) {
    const settlers: ((sum: number) => void)[] = [];
    let answered = 0;
    line.onMessage = (sum) => settlers[answered++]!(sum as number);
    const jobs = Array.from({ length: OUTSTANDING }, (_, job) => {
      line.post([job, 1 - job], []);
      return new Promise<number>((resolve) => settlers.push(resolve));
    });
    for (const job of jobs) done += await job;
  }
  return done;
}

async function moveBackAndForth(n: number): Promise<number> {
  let buffer = new ArrayBuffer(MEBIBYTE);
  let done = 0;
  for (let i = 0; i < n; i++) {
    buffer = await ask<ArrayBuffer>([buffer], [buffer]);
    done += buffer.byteLength / MEBIBYTE;
  }
  return done;
}

function openCold(): ColdWorker {
  const line = open();
  return { add: (a, b) => ask([a, b], [], line), close: () => line.close() };
}

/** What bare messages do. */
export const works: Works = {
  "job": oneByOne,
  "jobs": allAtOnce,
  "job-moved": moveBackAndForth,
  "job-cold": coldWork(openCold),
};
