/**
 * The line between this thread and one worker: what is sent in one turn goes in one message, what
 * cannot be cloned is found, functions are sent once, the runtime is given on request, and an error
 * that nothing caught is a death.
 *
 * @module
 */
import { RuntimeError } from "../base/errors.ts";
import { soon } from "../base/soon.ts";
import { host } from "../platform/current.ts";
import type { WorkerDeath, WorkerHandle, Workers, WorkerStart } from "../platform/workers.ts";
import { askHub } from "./asking.ts";
import type { Crossing } from "./crossing.ts";
import type { Exposure } from "./exposure.ts";
import { isFromAsker, ParentDesk } from "./parent_desk.ts";
import { runtimeSource } from "./runtime_source.ts";
import { argumentError } from "./sent_arguments.ts";
import { type Codec, makeCodec } from "./finder.ts";
import {
  decode,
  type FromAsker,
  type FromWorker,
  type FunctionSource,
  type ToWorker,
} from "./wire.ts";

/** Who holds the near end of a line. */
export interface LineHolder {
  /** What code in the worker may call of this thread. */
  readonly exposure: Exposure | null;
  /** Takes a message that is not the line's own. */
  receive(message: FromWorker): void;
  /** Called after the messages of one turn, and when the worker is ready. */
  turnEnded(): void;
  /** Takes note that a call was not sent, for its arguments cannot be cloned. */
  refused(id: number, error: TypeError): void;
  /** Takes note that the worker is gone. */
  died(death: WorkerDeath): void;
}

/** How the worker of a line is started. */
export interface LineStart extends Omit<WorkerStart, "onReady" | "onMessage" | "onDeath"> {
  /** The rest of its script, which is evaluated when it is first needed. */
  readonly rest?: string | undefined;
}

/** What tells of what a kind of workers' messages would lose, by its classes. */
const losses = new Map<readonly string[], Codec>();

function lossesOf({ emptied }: Workers): Codec {
  const known = losses.get(emptied) ?? makeCodec(emptied);
  losses.set(emptied, known);
  return known;
}

/** What is moved with a message. */
interface Moved {
  readonly message: ToWorker;
  readonly moved: Transferable[];
}

/** A worker, and what is on its way to it. */
export class WorkerLine {
  /** What the worker is called. */
  readonly name: string;
  readonly #workers: Workers;
  readonly #handle: WorkerHandle;
  readonly #holder: LineHolder;
  /** The names of the functions that the worker was told of, by number. */
  readonly #defined = new Map<number, string>();
  readonly #losses: Codec;
  #outbox: ToWorker[] = [];
  /** Who answers what the worker asks; made for the first question. */
  #desk: ParentDesk | null = null;
  /** The jobs that were told to end and have not. */
  readonly #aborted = new Set<number>();
  /** What is moved with messages of the outbox, where something is. */
  #moved: Moved[] | null = null;
  #ready = false;
  #isUp = false;
  #isReceiving = false;
  #over = false;

  /**
   * Starts a worker.
   *
   * @param workers The kind of worker.
   * @param start What it is called, what it runs, and what it may.
   * @param holder Who holds this end.
   */
  constructor(
    workers: Workers,
    { name, script, rest, ...limits }: LineStart,
    holder: LineHolder,
  ) {
    this.name = name;
    this.#workers = workers;
    this.#holder = holder;
    this.#losses = lossesOf(workers);
    this.#handle = workers.start({
      ...limits,
      name,
      script,
      onReady: () => {
        this.#ready = true;
        // By itself: what comes with it may be what cannot be read there, and to say so takes the rest.
        if (rest !== undefined) this.#handle.post([["rest", rest]]);
        this.flush();
        holder.turnEnded();
      },
      onMessage: (batch) => this.#receive(batch),
      onDeath: (death) => this.#die(death),
    });
  }

  /** Whether the worker has begun to run its script. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether there may be more in the message that is being taken. */
  get isReceiving(): boolean {
    return this.#isReceiving;
  }

  /** Tells whether the worker was told of a function. */
  knows(functionId: number): boolean {
    return this.#defined.has(functionId);
  }

  /** Tells the worker of a function, unless it was told before. */
  define({ id, name, source }: Crossing): void {
    if (this.#defined.has(id)) return;
    this.#defined.set(id, name);
    this.#outbox.push(["define", id, name, source]);
  }

  /**
   * Puts a message among those to be sent.
   *
   * @param message The message.
   * @param moved What of it is moved, not copied.
   */
  push(message: ToWorker, moved: Transferable[] | null = null): void {
    this.#outbox.push(message);
    if (message[0] === "abort") {
      this.#aborted.add(message[1]);
      // One that blocks will not read the message.
      this.#desk?.interrupt(message[1]);
    }
    if (moved !== null) (this.#moved ??= []).push({ message, moved });
  }

  /** Sends what waits, as soon as the worker is ready. */
  flush(): void {
    const batch = this.#outbox;
    if (!this.#ready || this.#over || batch.length === 0) return;
    const moved = this.#moved;
    const all = moved === null ? undefined : allMoved(moved);
    this.#outbox = [];
    this.#moved = null;
    try {
      for (let at = 0; at < batch.length; at++) this.#checkLoss(batch[at]!, all);
      this.#handle.post(packCalls(batch), all);
    } catch {
      // One that cannot be cloned fails them all: find out which.
      for (const message of batch) {
        this.#postAlone(message, moved?.find((each) => each.message === message)?.moved);
      }
    }
  }

  /** Makes the worker keep the process alive. */
  ref(): void {
    this.#handle.ref();
  }

  /** Lets the process end while the worker is there. */
  unref(): void {
    this.#handle.unref();
  }

  /** Ends the worker, and resolves when it is gone. */
  async terminate(): Promise<void> {
    this.#over = true;
    this.#desk?.close();
    await this.#handle.terminate();
  }

  /** Throws if a message has something in it that would be emptied on its way. */
  #checkLoss(message: ToWorker, moved: Transferable[] | undefined): void {
    const isAnswer = message[0] === "answer" && message[2] === "result";
    if (!isAnswer && message[0] !== "call" && message[0] !== "chunk") return;
    const loss = this.#losses.loss(message[3], isAnswer ? "result" : "args", moved);
    if (loss !== null) throw new TypeError(`${loss.path} is ${loss.what}`);
  }

  #postAlone(message: ToWorker, moved: Transferable[] | undefined): void {
    try {
      this.#checkLoss(message, moved);
      this.#handle.post([message], moved);
    } catch (cause) {
      if (message[0] === "answer") {
        const [, id, , value] = message;
        const codec = this.#losses;
        const error = codec.refusal("the result", { value, path: "result", cause });
        this.#desk?.answerRefused(id);
        return this.#handle.post([["answer", id, "error", codec.encode(error)]]);
      }
      if (message[0] !== "call" && message[0] !== "chunk") throw cause;
      const [, id, functionId, args] = message;
      const name = this.#defined.get(functionId)!;
      const codec = this.#losses;
      this.#holder.refused(id, argumentError(name, args, { codec, cause }));
    }
  }

  #ask(message: FromAsker): void {
    this.#desk ??= new ParentDesk({
      exposure: this.#holder.exposure,
      isAborted: (job) => this.#aborted.has(job),
      send: (answer) => {
        if (this.#outbox.length === 0) soon(() => this.flush());
        this.#outbox.push(answer);
      },
      unsend: (id) => {
        const place = this.#outbox.findIndex((sent) => sent[0] === "answer" && sent[1] === id);
        if (place >= 0) this.#outbox.splice(place, 1);
        return place >= 0;
      },
    });
    this.#desk.receive(message);
  }

  #receive(list: unknown): void {
    this.#isUp = true;
    this.#isReceiving = true;
    let death: WorkerDeath | null;
    try {
      death = this.#take(list as readonly unknown[]);
    } catch (error) {
      // Code in the worker may have sent something by itself.
      death = { reason: "sent what cannot be read here", error };
    }
    this.#isReceiving = false;
    if (death === null) this.#holder.turnEnded();
    else this.#die(death);
  }

  /** Takes what came; gives why the worker is at its end, if it says so. */
  #take(list: readonly unknown[]): WorkerDeath | null {
    const isRun = typeof list[0] === "number";
    const batch = (isRun ? [["results", list]] : list) as readonly FromWorker[];
    for (const message of batch) {
      if (message[0] === "runtime") {
        this.push(["runtime", runtimeSource(this.#workers)]);
        this.flush();
      } else if (message[0] === "fatal") {
        return { reason: "threw an error that nothing caught", error: decode(message[1]) };
      } else if (isFromAsker(message)) {
        this.#ask(message);
      } else if (message[0] === "results") {
        const run = message[1];
        for (let at = 0; at < run.length; at += 3) {
          this.#hand(["result", run[at] as number, run[at + 1], run[at + 2] as number]);
        }
      } else {
        this.#hand(message);
      }
    }
    return null;
  }

  #hand(message: FromWorker): void {
    if (this.#aborted.size > 0) {
      // Of a stream there is more to come.
      if (message[0] === "returned") { for (const id of message[1]) this.#aborted.delete(id); }
      else if (message[0] !== "stream" && message[0] !== "item") {
        this.#aborted.delete(message[1] as number);
      }
    }
    this.#holder.receive(message);
  }

  #die(death: WorkerDeath): void {
    if (this.#over) return;
    this.#over = true;
    this.#desk?.close();
    this.#holder.died(death);
  }
}

function allMoved(moved: readonly Moved[]): Transferable[] {
  return moved.length === 1 ? moved[0]!.moved : moved.flatMap((each) => each.moved);
}

/**
 * Makes one list of the calls that follow each other, which stands alone where it is all. By indices, as
 * everything on a single job's way: Firefox has not compiled it yet, and makes an object of each step of an iterator.
 */
function packCalls(batch: ToWorker[]): readonly unknown[] {
  const packed: ToWorker[] = [];
  let run: unknown[] | null = null;
  for (let at = 0; at < batch.length; at++) {
    const message = batch[at]!;
    if (message[0] === "call" && message[4] === undefined) {
      const args = message[3];
      if (run === null) packed.push(["calls", run = []]);
      run.push(message[1], message[2], args.length);
      for (let place = 0; place < args.length; place++) run.push(args[place]);
    } else {
      run = null;
      packed.push(message);
    }
  }
  return run !== null && packed.length === 1 ? run : packed;
}

/**
 * Checks that a kind of worker may load what a function needs, so that it does not ask the user; and that it is not what
 * this worker is loading: that one would load it, too, and start a third.
 *
 * @throws {RuntimeError} If it may not.
 */
export function checkImports(workers: Workers, source: FunctionSource): void {
  if (source.kind === "module") {
    const { url } = source;
    const refusal = askHub()?.loading === url
      ? "it is being loaded in this one: expected the functions in a module of their own, or " +
        "'if (import.meta.main)' around the program"
      : workers.importRefusal(url);
    if (refusal === null) return;
    throw new RuntimeError(`cannot import ${url} in a worker: ${refusal}`);
  }
  if (source.usesRuntime || source.isGenerator) checkRuntime(workers);
}

/**
 * Checks that a kind of worker may load this module.
 *
 * @throws {RuntimeError} If it may not.
 */
export function checkRuntime(workers: Workers): void {
  const source = runtimeSource(workers);
  if (source.kind === "refused") throw new RuntimeError(source.why);
}

/** Says why a worker is gone, with the error's own words where there is one. */
export function describeDeath({ reason, error }: WorkerDeath): string {
  if (error === undefined) return reason;
  return `${reason}: ${error instanceof Error ? error.message : String(error)}`;
}

/** The error that ended a worker, as the `cause` of another, where there is one. */
export function causeOf({ error }: { error?: unknown }): ErrorOptions {
  return error === undefined ? {} : { cause: error };
}

/** Writes a death that nobody waits to hear of to the host's log. */
export function logDeath(name: string, death: WorkerDeath): void {
  host.logError(`${name} ${describeDeath(death)}`);
}
