/**
 * Several errors as one.
 *
 * @module
 */
import { ValueError } from "./errors.ts";
import { describe } from "./repr.ts";

/** A class of errors. */
export type ErrorClass<E = unknown> = abstract new (...args: never[]) => E;

/**
 * Which errors are meant: those of a class, of any of several classes, or for which a function returns
 * true.
 */
export type ErrorCondition = ErrorClass | readonly ErrorClass[] | ((error: unknown) => boolean);

/** The errors that a condition lets through, as far as its type tells. */
export type Matching<C> = C extends ErrorClass<infer E> ? E
  : C extends readonly ErrorClass<infer E>[] ? E
  : C extends (error: unknown) => error is infer E ? E
  : unknown;

/**
 * Several errors that happened together, thrown as one. A member may be a group in its turn.
 *
 * @typeParam E What its members are.
 *
 * @example
 * ```ts
 * import { ExceptionGroup, ValueError } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const wrong = new ValueError("wrong");
 * const missing = new TypeError("missing");
 * const [values, rest] = new ExceptionGroup("both", [wrong, missing]).split(ValueError);
 * assertEquals([values?.exceptions, rest?.exceptions], [[wrong], [missing]]);
 * ```
 *
 * @see https://docs.python.org/3/library/exceptions.html#ExceptionGroup
 */
export class ExceptionGroup<E = unknown> extends AggregateError {
  /** The class's name, which a bundler may not change; a field of this name would slow the class. */
  static override get name(): string {
    return "ExceptionGroup";
  }

  /** The errors, as `AggregateError` has them. */
  override readonly errors: E[];

  /**
   * Makes a new `ExceptionGroup`.
   *
   * @param message What they have in common.
   * @param exceptions The errors, one at least; whatever can be thrown.
   * @param options `cause`, as of every error.
   * @throws {TypeError} If `message` is no string, or `exceptions` no array.
   * @throws {ValueError} If there are none.
   */
  constructor(message: string, exceptions: readonly E[], options?: ErrorOptions) {
    if (typeof message !== "string") {
      throw new TypeError(`ExceptionGroup() argument 1 must be a string, not ${describe(message)}`);
    }
    if (!Array.isArray(exceptions)) {
      throw new TypeError(
        `second argument (exceptions) must be a sequence, got ${describe(exceptions)}`,
      );
    }
    if (exceptions.length === 0) {
      throw new ValueError("second argument (exceptions) must be a non-empty sequence");
    }
    super([], message, options);
    this.errors = [...exceptions];
  }

  /** The name of the class, as `Error` has it. */
  override get name(): string {
    return "ExceptionGroup";
  }

  /** The errors. */
  get exceptions(): readonly E[] {
    return this.errors;
  }

  /**
   * Makes a group like this one of other errors. A subclass overrides it, so that what is split off a
   * group of its kind is of its kind.
   *
   * @param exceptions The errors.
   * @returns A group with this one's message.
   */
  derive<F>(exceptions: readonly F[]): ExceptionGroup<F> {
    return new ExceptionGroup(this.message, exceptions);
  }

  /**
   * Keeps the members that meet a condition, in groups nested as they are.
   *
   * @param condition Which are meant. It is asked of the groups, too: one that meets it is kept whole.
   * @returns The group of them, or `null` where there are none.
   * @throws {TypeError} If it is no condition.
   */
  subgroup<const C extends ErrorCondition>(condition: C): ExceptionGroup<Matching<C>> | null {
    return partition(this, toPredicate(condition), false)[0] as
      | ExceptionGroup<Matching<C>>
      | null;
  }

  /**
   * Parts the members by a condition, in groups nested as they are.
   *
   * @param condition Which are meant. It is asked of the groups, too: one that meets it is kept whole.
   * @returns The group of those that meet it and the group of the rest; `null` for one without members.
   * @throws {TypeError} If it is no condition.
   */
  split<const C extends ErrorCondition>(
    condition: C,
  ): [ExceptionGroup<Matching<C>> | null, ExceptionGroup<E> | null] {
    const [matching, rest] = partition(this, toPredicate(condition), true);
    return [matching as ExceptionGroup<Matching<C>> | null, rest as ExceptionGroup<E> | null];
  }

  /** The printed form. */
  override toString(): string {
    const count = this.errors.length;
    return `${this.name}: ${this.message} (${count} sub-exception${count === 1 ? "" : "s"})`;
  }
}

type Part = ExceptionGroup | null;

/** Parts a group; the rest is only made where it is wanted. */
function partition(
  group: ExceptionGroup,
  matches: (error: unknown) => boolean,
  wantsRest: boolean,
): [Part, Part] {
  if (matches(group)) return [group, null];
  const matching: unknown[] = [];
  const rest: unknown[] = [];
  for (const error of group.errors) {
    if (error instanceof ExceptionGroup) {
      const [inside, outside] = partition(error, matches, wantsRest);
      if (inside !== null) matching.push(inside);
      if (outside !== null) rest.push(outside);
    } else {
      (matches(error) ? matching : rest).push(error);
    }
  }
  return [deriveFrom(group, matching), wantsRest ? deriveFrom(group, rest) : null];
}

function deriveFrom(group: ExceptionGroup, errors: unknown[]): Part {
  if (errors.length === 0) return null;
  const derived = group.derive(errors);
  if (!(derived instanceof ExceptionGroup)) {
    throw new TypeError(
      `derive must return an instance of ExceptionGroup, got ${describe(derived)}`,
    );
  }
  if (group.cause !== undefined) derived.cause = group.cause;
  if (group.stack !== undefined) derived.stack = group.stack;
  return derived;
}

function toPredicate(condition: ErrorCondition): (error: unknown) => boolean {
  if (Array.isArray(condition) && condition.every(isErrorClass)) {
    return (error) => condition.some((each) => error instanceof each);
  }
  if (isErrorClass(condition)) return (error) => error instanceof condition;
  if (typeof condition === "function") return condition as (error: unknown) => boolean;
  throw new TypeError(
    `expected an exception type, an array of them, or a callable, got ${describe(condition)}`,
  );
}

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === "function" &&
    (value === Error || value.prototype instanceof Error ||
      (typeof DOMException === "function" && value === DOMException));
}

function checkNoGroups(condition: ErrorCondition): void {
  const classes = Array.isArray(condition) ? condition : [condition];
  for (const each of classes) {
    if (each === ExceptionGroup || each?.prototype instanceof ExceptionGroup) {
      throw new TypeError(
        "catching ExceptionGroup with except* is not allowed. Use except instead.",
      );
    }
  }
}

/**
 * Does the work of Python's `except*`: handles the errors of a group kind by kind, and throws the rest on.
 *
 * @param error What was caught; an error that is no group is treated as a group of one.
 * @returns What takes the handlers, by `on`, and ends with `end`.
 *
 * @example
 * ```ts
 * import { exceptStar, ExceptionGroup, ValueError } from "@asyncio/asyncio";
 * import { assertEquals } from "@std/assert";
 *
 * const seen: string[] = [];
 * try {
 *   throw new ExceptionGroup("both", [new ValueError("wrong"), new TypeError("missing")]);
 * } catch (error) {
 *   exceptStar(error)
 *     .on(ValueError, (group) => seen.push(group.exceptions[0]!.message))
 *     .on([TypeError, RangeError], (group) => seen.push(group.exceptions[0]!.message))
 *     .end();
 * }
 * assertEquals(seen, ["wrong", "missing"]);
 * ```
 *
 * @see https://docs.python.org/3/reference/compound_stmts.html#except-star
 */
export function exceptStar(error: unknown): ExceptStar {
  return new ExceptStar(error);
}

/** What {@linkcode exceptStar} gives: takes the handlers of the errors that were caught. */
export class ExceptStar {
  readonly #caught: unknown;
  readonly #group: ExceptionGroup;
  readonly #thrown: unknown[] = [];
  readonly #thrownAgain: ExceptionGroup[] = [];
  #rest: ExceptionGroup | null;

  /**
   * Makes a new `ExceptStar`.
   *
   * @param error What was caught.
   */
  constructor(error: unknown) {
    this.#caught = error;
    this.#group = error instanceof ExceptionGroup ? error : new ExceptionGroup("", [error]);
    this.#rest = this.#group;
  }

  /**
   * Has errors handled.
   *
   * @param condition Which of those that no handler before took.
   * @param handler A plain function, called with the group of them, if there are any. What it throws is thrown by
   * {@linkcode end}. That very group thrown again is Python's `raise` alone: its errors go back to where they were.
   * @returns The same, for the next handler.
   * @throws {TypeError} If it is no condition, or a class of groups: their members are what is handled; or if
   * `handler` is no function, or makes coroutines: nobody would run them.
   */
  on<const C extends ErrorCondition>(
    condition: C,
    handler: (group: ExceptionGroup<Matching<C>>) => unknown,
  ): this {
    checkNoGroups(condition);
    if (typeof handler !== "function" || Symbol.toStringTag in handler) {
      throw new TypeError(`on() expects a plain function, got ${describe(handler)}`);
    }
    if (this.#rest === null) return this;
    const [matching, rest] = this.#rest.split(condition);
    this.#rest = rest;
    if (matching === null) return this;
    try {
      handler(matching);
    } catch (error) {
      if (error === matching) this.#thrownAgain.push(matching);
      else this.#thrown.push(error);
    }
    return this;
  }

  /**
   * Ends the handlers.
   *
   * @throws What no handler took or one threw again, nested as it was caught; with what else handlers threw, as one group.
   */
  end(): void {
    const kept = this.#kept();
    if (this.#thrown.length === 0) {
      if (kept === null) return;
      throw this.#thrownAgain.length > 0 || this.#caught === this.#group ? kept : this.#caught;
    }
    if (this.#thrown.length === 1 && kept === null) throw this.#thrown[0];
    throw new ExceptionGroup("", kept === null ? this.#thrown : [...this.#thrown, kept]);
  }

  /** What goes on as it was caught. */
  #kept(): ExceptionGroup | null {
    if (this.#thrownAgain.length === 0) return this.#rest;
    const errors = new Set<unknown>();
    for (const group of this.#thrownAgain) addMembers(group, errors);
    if (this.#rest !== null) addMembers(this.#rest, errors);
    const [kept, gone] = this.#group.split((error: unknown) => errors.has(error));
    return gone === null ? this.#group : kept;
  }
}

/** Adds the errors in a group, however deep, to a set. */
function addMembers(group: ExceptionGroup, errors: Set<unknown>): void {
  for (const error of group.errors) {
    if (error instanceof ExceptionGroup) addMembers(error, errors);
    else errors.add(error);
  }
}
