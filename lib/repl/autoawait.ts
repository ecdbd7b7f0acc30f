/**
 * `%autoawait`, as IPython has it: whether entries are run as coroutines, and by whom.
 *
 * @module
 */
import { ValueError } from "../base/errors.ts";
import { describe } from "../base/repr.ts";
import type { CoroutineObject } from "../coroutine/awaitable.ts";
import type { Scope } from "./scope.ts";

/**
 * Runs the coroutine of an entry. The entry is over when the coroutine is; what the runner returns is
 * awaited if it can be.
 */
export type LoopRunner = (coroutine: CoroutineObject<void>) => unknown;

const ASYNCIO = "asyncio";

/** The setting that `%autoawait` shows and changes. */
export class Autoawait {
  #isOn = true;
  #name = ASYNCIO;
  #runner: LoopRunner | null = null;

  /** Whether entries are run as coroutines. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Who runs them; `null` for the console's own loop. */
  get runner(): LoopRunner | null {
    return this.#runner;
  }

  /** What the runner is called. */
  get runnerName(): string {
    return this.#name;
  }

  /**
   * Carries the magic out.
   *
   * @param argument What stands behind it: nothing, to show the setting; `on` or `off`; `asyncio` for
   * the console's own loop; or the name of a function.
   * @param scope Where the name is looked up.
   * @returns What is to be printed; nothing, after a change.
   * @throws {ReferenceError} If there is no such name.
   * @throws {TypeError} If it is no function's.
   * @throws {ValueError} If the argument is no name.
   */
  command(argument: string, scope: Scope): string {
    switch (argument.toLowerCase()) {
      case "":
        return `autoawait is \`${this.#isOn ? "on" : "off"}\`, and set to use \`${this.#name}\``;
      case "off":
      case "false":
        this.#isOn = false;
        return "";
      case "on":
      case "true":
        this.#isOn = true;
        return "";
      case ASYNCIO:
        this.#use(ASYNCIO, null);
        return "";
      default:
        this.#use(argument, runnerNamed(argument, scope));
        return "";
    }
  }

  #use(name: string, runner: LoopRunner | null): void {
    this.#name = name;
    this.#runner = runner;
    this.#isOn = true;
  }
}

function runnerNamed(name: string, scope: Scope): LoopRunner {
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) {
    throw new ValueError(
      `%autoawait expects on, off, asyncio or the name of a function, got '${name}'`,
    );
  }
  if (!(name in scope.object)) throw new ReferenceError(`${name} is not defined`);
  const runner = scope.get(name);
  if (typeof runner !== "function") {
    throw new TypeError(`a loop runner must be a function, got ${describe(runner)}`);
  }
  return runner as LoopRunner;
}
