/**
 * Methods whose key is no literal, for classes that not every program uses.
 *
 * A bundler drops a class that nobody uses only where it can tell that making the class does nothing else.
 * It cannot of a key that is computed from an import, which might have a `toString()` of its own. So such
 * a method is declared by an interface of the class's name, and defined by a static field whose value is
 * marked as pure: with the class goes whoever could call it.
 *
 * @module
 */

/** Defines methods of a class as if they stood in its body: neither enumerable nor constant. */
export function defineMethods(
  { prototype }: { readonly prototype: object },
  methods: object & ThisType<never>,
): void {
  for (const key of Reflect.ownKeys(methods)) {
    const method = Object.getOwnPropertyDescriptor(methods, key);
    Object.defineProperty(prototype, key, { ...method, enumerable: false });
  }
}
