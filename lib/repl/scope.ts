/**
 * The names of a console: what its entries have declared, over what it was given.
 *
 * @module
 */
import type { NameKind } from "./rewrite.ts";

/**
 * Keeps the names from entry to entry, in an object that entries are evaluated `with`.
 *
 * A name may be declared again, whatever it was. Until its declaration is reached it keeps its old value;
 * one that had none cannot be read.
 */
export class Scope {
  /** The object whose properties are the names. */
  readonly object: object;
  readonly #given: object;

  /** @param names What every entry sees until it declares the same name. */
  constructor(names: object) {
    this.#given = Object.assign(Object.create(null), names);
    this.object = Object.create(this.#given);
  }

  /** Adds to what every entry sees. */
  give(name: string, value: unknown): void {
    Reflect.set(this.#given, name, value);
  }

  /** The value of a name, or `undefined`. */
  get(name: string): unknown {
    return Reflect.get(this.object, name);
  }

  /** Whether an entry has declared a name. */
  declares(name: string): boolean {
    return Object.hasOwn(this.object, name);
  }

  /** Makes room for the names of an entry that is about to run. */
  open(names: ReadonlyMap<string, NameKind>): void {
    for (const [name, kind] of names) {
      if (this.declares(name)) this.#define(name, this.get(name));
      else if (kind === "var") this.#define(name, undefined);
      else this.#defineUnreached(name);
    }
  }

  /** Forgets the names whose declarations an entry that is over has not reached. */
  close(names: ReadonlyMap<string, NameKind>): void {
    for (const name of names.keys()) {
      const descriptor = Object.getOwnPropertyDescriptor(this.object, name);
      if (descriptor?.get !== undefined && unreached.has(descriptor.get)) {
        Reflect.deleteProperty(this.object, name);
      }
    }
  }

  /** Makes constants of names. */
  seal(names: readonly string[]): void {
    for (const name of names) {
      const value = this.get(name);
      Object.defineProperty(this.object, name, {
        get: () => value,
        set() {
          throw new TypeError(`Assignment to constant variable '${name}'`);
        },
        enumerable: true,
        configurable: true,
      });
    }
  }

  #define(name: string, value: unknown): void {
    Object.defineProperty(this.object, name, {
      value,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }

  #defineUnreached(name: string): void {
    const get = () => {
      throw new ReferenceError(`Cannot access '${name}' before initialization`);
    };
    unreached.add(get);
    Object.defineProperty(this.object, name, {
      get,
      set: (value: unknown) => this.#define(name, value),
      enumerable: true,
      configurable: true,
    });
  }
}

const unreached = new WeakSet<() => unknown>();
