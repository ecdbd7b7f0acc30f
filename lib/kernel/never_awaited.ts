/**
 * Reports coroutines that were made and never awaited.
 *
 * In debug mode a record is kept of each lazy object until it is awaited, closed or made a task. What is
 * left is told of, once: when the object is collected, or when the loop it was made on is closed. A native
 * generator object cannot be watched: calling a `function*` tells nobody.
 *
 * @module
 */
import { logger } from "../base/logger.ts";
import { captureStack, formatFrames } from "../base/stack.ts";
import { type Coroutine, type CoroutineWatcher, watchCoroutines } from "../coroutine/coroutine.ts";
import { readSource } from "./sources.ts";

/** A coroutine that nobody has awaited yet. */
interface Unawaited {
  readonly name: string;
  readonly source: string;
  /** Those of the same loop. */
  readonly among: Set<Unawaited>;
}

const records = new WeakMap<Coroutine<unknown>, Unawaited>();
const collected = /* @__PURE__ */ new FinalizationRegistry<Unawaited>(report);

/** What a loop in debug mode knows of the coroutines made on it. */
const watched = new Map<object, Set<Unawaited>>();

let madeOn: () => object | null = () => null;

const watcher: CoroutineWatcher = {
  made(coroutine, name) {
    const loop = madeOn();
    const among = loop === null ? undefined : watched.get(loop);
    if (among === undefined) return;
    const record = { name, source: captureStack(), among };
    among.add(record);
    records.set(coroutine, record);
    collected.register(coroutine, record, coroutine);
  },
  used(coroutine) {
    const record = records.get(coroutine);
    if (record === undefined) return;
    record.among.delete(record);
    records.delete(coroutine);
    collected.unregister(coroutine);
  },
};

/**
 * Begins to watch the coroutines that are made on a loop.
 *
 * @param loop The loop.
 * @param runningLoop Tells which loop runs.
 */
export function watchUnawaited(loop: object, runningLoop: () => object | null): void {
  if (watched.has(loop)) return;
  madeOn = runningLoop;
  watched.set(loop, new Set());
  watchCoroutines(watcher);
}

/** Ends that; what is left is reported if the loop is over, else forgotten. */
export function unwatchUnawaited(loop: object, { isOver }: { isOver: boolean }): void {
  const left = watched.get(loop);
  if (left === undefined) return;
  watched.delete(loop);
  if (watched.size === 0) watchCoroutines(null);
  if (isOver) [...left].forEach(report);
  left.clear();
}

function report(record: Unawaited): void {
  const { name, source, among } = record;
  if (!among.delete(record)) return;
  logger.warning(
    `coroutine '${name}' was never awaited\nCoroutine created at (most recent call last)\n` +
      formatFrames(readSource(source)).trimEnd(),
  );
}
