/**
 * The console without a terminal: entries in, outcomes out, on a loop that runs on between them.
 *
 * @module
 */
import { checkOptions } from "../base/check_options.ts";
import { asyncDisposeKey } from "../base/dispose.ts";
import { CancelledError, KeyboardInterrupt, RuntimeError, SystemExit } from "../base/errors.ts";
import { defineMethods } from "../base/methods.ts";
import { type Context, copyContext } from "../coroutine/context_vars.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { runningLoop } from "../kernel/loops.ts";
import { Runner } from "../run/runner.ts";
import { Autoawait } from "./autoawait.ts";
import { complete, type Completion } from "./completion.ts";
import { EntryHelper } from "./entry_helper.ts";
import { EntrySyntaxError, loadParser, type Parser } from "./parser.ts";
import { checkEntry, rewriteEntry, type RewrittenEntry } from "./rewrite.ts";
import { type EntryBody, type EntryResult, RunningEntry } from "./running_entry.ts";
import { Scope } from "./scope.ts";
import { formatError, formatSyntaxError } from "./traceback.ts";

/** What {@linkcode Repl} takes. */
export interface ReplOptions {
  /** What every entry sees: the names of this module, most often. */
  names?: object | undefined;
  /** What relative imports are relative to. */
  baseUrl?: string | undefined;
  /**
   * Shows an entry's value. Called where the entry ends, before other tasks run, as `sys.displayhook` is; what it
   * throws is the entry's error.
   */
  display?: ((value: unknown) => void) | undefined;
  /** The parser, `@babel/parser`; it is loaded from npm where left out, which a page cannot. */
  parser?: Parser | Promise<Parser> | undefined;
}

/** What became of an entry. */
export type EntryOutcome =
  | EntryValue
  | EntryText
  | EntryError
  | { readonly kind: "interrupted" }
  | EntryExit;

/** The entry is over. */
export interface EntryValue {
  /** Tells this outcome from the others. */
  readonly kind: "value";
  /** The value of its last expression; `undefined` if it ended in none. */
  readonly value: unknown;
}

/** The entry was a command to the console. */
export interface EntryText {
  /** Tells this outcome from the others. */
  readonly kind: "text";
  /** The answer; empty where there is none. */
  readonly text: string;
}

/** The entry threw. */
export interface EntryError {
  /** Tells this outcome from the others. */
  readonly kind: "error";
  /** What it threw. */
  readonly error: unknown;
  /** The error as it is to be printed, of several lines. */
  readonly traceback: string;
}

/** The console is to end. */
export interface EntryExit {
  /** Tells this outcome from the others. */
  readonly kind: "exit";
  /** The exit code. */
  readonly code: number;
  /** A last message, or `""`. */
  readonly message: string;
}

/**
 * Thrown by `exit()`, to end what called it. Not the public class of this name: that one would end the
 * loop's run at once, before tasks could clean up.
 */
class Leaving extends Error {
  override get name(): string {
    return "SystemExit";
  }
}

/**
 * A console: what is entered is run, one entry after the other, on a loop that keeps running.
 *
 * To be made and used outside any loop.
 *
 * @example
 * ```ts
 * import * as asyncio from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * await using repl = new asyncio.Repl({ names: asyncio });
 * await repl.enter("const x = await sleep(0.001, 42)");
 * assertEquals(await repl.enter("x + 1"), { kind: "value", value: 43 });
 * ```
 */
export class Repl {
  /** The class's name, which a bundler may not change. */
  static readonly name: string = "Repl";

  static readonly #keyed: void = /* @__PURE__ */ (() => {
    defineMethods(Repl, {
      [asyncDisposeKey](this: Repl) {
        return this.close();
      },
    });
  })();

  readonly #runner = new Runner();
  readonly #loop: EventLoop;
  readonly #context: Context = copyContext();
  readonly #scope: Scope;
  readonly #autoawait = new Autoawait();
  readonly #options: ReplOptions;
  readonly #entries = new Map<string, RewrittenEntry>();
  readonly #loopEnd: Promise<void>;
  readonly #ended: Promise<EntryExit>;
  #end!: (exit: EntryExit) => void;
  #parser: Promise<Parser> | null = null;
  #entered = 0;
  #isBusy = false;
  #isInterrupted = false;
  #running: RunningEntry | null = null;
  #exit: EntryExit | null = null;
  #isClosed = false;

  /**
   * Makes a console, and the loop that it keeps running.
   *
   * @param options `names`, `baseUrl`, `display`, `parser`.
   * @throws {RuntimeError} If a loop is running this code.
   */
  constructor(options: ReplOptions = {}) {
    checkOptions(options, "Repl()", ["names", "baseUrl", "display", "parser"]);
    refuseInside("Repl()");
    this.#options = options;
    this.#loop = this.#runner.getLoop();
    const exit = (status?: unknown): never => this.#leave(status);
    const asyncio = options.names ?? {};
    this.#scope = new Scope({ ...asyncio, asyncio, loop: this.#loop, exit, quit: exit });
    // A callback that calls exit() is thrown out of, too, but that is no error.
    this.#loop.setExceptionHandler((loop, context) => {
      if (!(context.exception instanceof Leaving)) loop.defaultExceptionHandler(context);
    });
    this.#ended = new Promise((resolve) => this.#end = resolve);
    this.#loopEnd = this.#keepRunning();
  }

  /** The loop. */
  get loop(): EventLoop {
    return this.#loop;
  }

  /** Settled when the console is to end: something called `exit()` or stopped the loop. */
  get ended(): Promise<EntryExit> {
    return this.#ended;
  }

  /** Loads the parser, so that the first entry need not wait for it. */
  async prepare(): Promise<void> {
    await this.#getParser();
  }

  /**
   * Tells whether an entry breaks off, so that more lines are to be asked for.
   *
   * @param source The entry so far.
   * @returns Whether it does not parse now, but may with more behind it.
   */
  async isIncomplete(source: string): Promise<boolean> {
    if (isCommand(source)) return false;
    try {
      checkEntry(await this.#getParser(), source);
    } catch (error) {
      return error instanceof EntrySyntaxError && error.isIncomplete;
    }
    return false;
  }

  /**
   * Tells what a text could go on with, as the tabulator key asks: names in scope, properties of what stands
   * before a point, commands. Nothing is run for it.
   *
   * @param text An entry up to the cursor.
   * @returns The names that fit, and the part of the text that each of them stands for.
   *
   * @example
   * ```ts
   * import * as asyncio from "@asyncio/asyncio";
   * import { assertEquals } from "@std/assert";
   *
   * await using repl = new asyncio.Repl({ names: asyncio });
   * assertEquals(repl.complete("yield* slee"), { names: ["sleep"], word: "slee" });
   * assertEquals(repl.complete("loop.callA").names, ["callAt"]);
   * ```
   */
  complete(text: string): Completion {
    return complete(text, this.#scope, COMMANDS);
  }

  /**
   * Runs an entry.
   *
   * @param source JavaScript or TypeScript, with `yield*` and `await` at top level, or a command such as
   * `%autoawait`.
   * @returns A promise of what became of it. It is never rejected because of the entry.
   * @throws {RuntimeError} If another entry is running, a loop is running this code, or the console is
   * closed; the promise is rejected with it.
   */
  async enter(source: string): Promise<EntryOutcome> {
    if (this.#isClosed) throw new RuntimeError("the console is closed");
    if (this.#isBusy) {
      throw new RuntimeError("another entry is running: expected to wait for its end");
    }
    refuseInside("enter()");
    this.#isBusy = true;
    this.#isInterrupted = false;
    try {
      return await Promise.race([this.#enter(source), this.#ended]);
    } finally {
      this.#isBusy = false;
      this.#running = null;
    }
  }

  /**
   * Interrupts the entry that is running, and nothing else: it is cancelled where it waits.
   *
   * @returns `false` if none is running.
   */
  interrupt(): boolean {
    if (!this.#isBusy) return false;
    this.#isInterrupted = true;
    this.#running?.interrupt(new CancelledError());
    return true;
  }

  /**
   * Ends the console: cancels what is left on its loop, and closes it.
   *
   * @returns A promise that is settled when all is over.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#loop.isRunning()) this.#loop.stop();
    await this.#loopEnd;
    await this.#runner.close();
  }

  /**
   * Prints an error as outcomes have it.
   *
   * @param error Anything thrown.
   * @returns The text, of several lines.
   */
  format(error: unknown): string {
    return formatError(error, {
      origin: (name, place) => this.#entries.get(name)?.origin(place) ?? null,
    });
  }

  /** Stopping the loop ends the console, as it does in Python, and so does a task that exits. */
  async #keepRunning(): Promise<void> {
    for (;;) {
      try {
        await this.#loop.runForever();
        return this.#leaveWith(0, "");
      } catch (error) {
        if (error instanceof SystemExit) return this.#leaveBy(error.code);
        if (!(error instanceof KeyboardInterrupt)) throw error;
        this.interrupt();
      }
    }
  }

  async #enter(source: string): Promise<EntryOutcome> {
    const name = `REPL${++this.#entered}`;
    try {
      if (isCommand(source)) return this.#obey(source);
      if (/^\s*(?:exit|quit)\s*;?\s*$/.test(source)) this.#leaveUnlessDeclared(source);
      const entry = rewriteEntry(await this.#getParser(), source, {
        name,
        baseUrl: this.#options.baseUrl,
        mayBeDeclared: (name) => this.#mayBeDeclared(name),
      });
      this.#entries.set(name, entry);
      const result = await this.#run(entry);
      if (result.kind === "value") this.#remember(result.value);
      return result.kind === "value" ? result : this.#failure(result.error);
    } catch (error) {
      if (!(error instanceof EntrySyntaxError)) return this.#failure(error);
      return { kind: "error", error, traceback: formatSyntaxError(error, name, source) };
    }
  }

  async #run(entry: RewrittenEntry): Promise<EntryResult> {
    const { isOn } = this.#autoawait;
    if (!isOn && entry.suspends !== null) {
      const { word, position } = entry.suspends;
      throw new EntrySyntaxError(
        `'${word}' outside function: autoawait is off, %autoawait on switches it on`,
        position,
      );
    }
    if (this.#isInterrupted) throw new CancelledError();
    const makeBody = evaluate(entry.script);
    this.#scope.open(entry.names);
    try {
      const isAsync = isOn || entry.imports;
      const helper = new EntryHelper(this.#scope, isAsync);
      const body = makeBody(helper)();
      const { display } = this.#options;
      if (!isAsync) {
        const { value } = body.next();
        display?.(value);
        return { kind: "value", value };
      }
      this.#running = new RunningEntry(body, helper, display);
      return await this.#running.run(this.#loop, this.#context, this.#autoawait);
    } finally {
      this.#scope.close(entry.names);
    }
  }

  #failure(error: unknown): EntryOutcome {
    if (error instanceof SystemExit) this.#leaveBy(error.code);
    if ((error instanceof Leaving || error instanceof SystemExit) && this.#exit !== null) {
      return this.#exit;
    }
    const isInterrupt = error instanceof KeyboardInterrupt ||
      (error instanceof CancelledError && this.#isInterrupted);
    if (isInterrupt) return { kind: "interrupted" };
    return { kind: "error", error, traceback: this.format(error) };
  }

  #remember(value: unknown): void {
    if (value !== undefined) this.#scope.give("_", value);
  }

  #mayBeDeclared(name: string): boolean {
    return this.#scope.declares(name) || !(name in this.#scope.object || name in globalThis);
  }

  #getParser(): Promise<Parser> {
    this.#parser ??= Promise.resolve(this.#options.parser ?? loadParser());
    return this.#parser;
  }

  #obey(source: string): EntryOutcome {
    const [, magic, argument = ""] = /^\s*%(\S*)\s*(.*?)\s*$/s.exec(source)!;
    try {
      if (magic === "ps" || magic === "pstree") return this.#showTasks(magic);
      if (magic !== "autoawait") {
        throw new SyntaxError(`there is no magic %${magic}: expected %autoawait, %ps or %pstree`);
      }
      return { kind: "text", text: this.#autoawait.command(argument, this.#scope) };
    } catch (error) {
      return { kind: "error", error, traceback: `Uncaught ${error}` };
    }
  }

  /** What the function of that name says of the console's loop. */
  #showTasks(name: "ps" | "pstree"): EntryOutcome {
    const print: unknown = Reflect.get(this.#options.names ?? {}, name);
    if (typeof print !== "function") {
      throw new ReferenceError(`${name} is not among the names that this console was given`);
    }
    const text = String(print({ loop: this.#loop, file: null }));
    return { kind: "text", text: text.trimEnd() };
  }

  #leaveUnlessDeclared(word: string): void {
    if (!this.#scope.declares(word.trim().replace(/\s*;$/, ""))) this.#leave();
  }

  /** What `exit()` does. */
  #leave(status: unknown = 0): never {
    this.#leaveBy(status);
    throw new Leaving(String(status));
  }

  /** A status that is no number is a message, as in Python. */
  #leaveBy(status: unknown): void {
    if (status === null) this.#leaveWith(0, "");
    else if (typeof status === "number") this.#leaveWith(status, "");
    else this.#leaveWith(1, String(status));
  }

  #leaveWith(code: number, message: string): void {
    this.#exit ??= { kind: "exit", code, message };
    this.#end(this.#exit);
  }
}

/** A console can be closed by `await using`. */
export interface Repl {
  /** Closes the console, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The commands, and the words that they take. */
const COMMANDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["autoawait", ["asyncio", "off", "on"]],
  ["ps", []],
  ["pstree", []],
]);

function refuseInside(method: string): void {
  if (runningLoop() === null) return;
  throw new RuntimeError(`${method} cannot be called from a running event loop`);
}

function isCommand(source: string): boolean {
  return /^\s*%/.test(source);
}

function evaluate(script: string): (helper: EntryHelper) => () => EntryBody {
  // Called by another name, `eval` sees nothing of this module.
  const { eval: evaluateGlobally } = globalThis;
  return evaluateGlobally(script);
}
