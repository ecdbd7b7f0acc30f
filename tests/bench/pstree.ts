/**
 * `deno run -A tests/bench/pstree.ts`: how long `pstree` takes of many tasks that wait for each other in
 * gathers and groups, in the program itself and from outside, and how many lines it prints.
 *
 * @module
 */

import {
  type CoroutineObject,
  createTask,
  fromPromise,
  gather,
  pstree,
  Queue,
  run,
  sleep,
  TaskGroup,
} from "../../mod.ts";

const SIZES = [1_000, 3_000, 10_000, 30_000];

const MODULE = new URL("../../mod.ts", import.meta.url);

/** How many tasks wait in one gathering or one group. */
const BREADTH = 10;

/** A task's work, under which there are so many further tasks, in gatherings and groups by turns. */
function* waitAbove(below: number, isGroup: boolean): CoroutineObject<void> {
  if (below === 0) {
    yield* new Queue().get();
    return;
  }
  const count = Math.min(below, BREADTH);
  const works = Array.from({ length: count }, (_, index) => {
    const share = Math.floor(below / count) + (index < below % count ? 1 : 0);
    return waitAbove(share - 1, !isGroup);
  });
  if (isGroup) {
    yield* TaskGroup.run(function* (group) {
      for (const work of works) group.createTask(work);
    });
  } else {
    yield* gather(works);
  }
}

/** Gives what a function does, and the seconds that it took. */
async function timed<T>(action: () => T | Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  const result = await action();
  return [result, (performance.now() - start) / 1000];
}

async function askFromOutside(): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      MODULE.pathname,
      "pstree",
      String(Deno.pid),
      "--timeout",
      "60",
    ],
  }).output();
  if (code !== 0) throw new Error(`pstree ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

function countOf(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}

for (const size of SIZES) {
  const line = await run(function* () {
    const root = createTask(waitAbove(size - 1, false));
    yield* sleep(0.01);
    const [text, first] = yield* fromPromise(timed(() => pstree({ file: null })));
    const [outside, asked] = yield* fromPromise(timed(askFromOutside));
    root.cancel();
    // With the task that asks.
    const tasks = [text, outside].map((each) => countOf(each, /\(T\)/g) - 1);
    if (tasks.some((count) => count !== size)) {
      throw new Error(`${tasks} of ${size} tasks are shown`);
    }
    const lines = countOf(text, /\n/g) + 1;
    return `${size} tasks: pstree() ${first.toFixed(2)} s, pstree PID ${asked.toFixed(2)} s, ` +
      `${lines} lines, ${(lines / size).toFixed(1)} a task`;
  }, { inspect: true });
  console.log(line);
}
