/** TypeScript in, JavaScript out. */
import { assertEquals, assertThrows } from "@std/assert";
import { Edits } from "../../lib/repl/edits.ts";
import { eraseTypes } from "../../lib/repl/erase_types.ts";
import { EntrySyntaxError, parseEntry } from "../../lib/repl/parser.ts";
import { test } from "../_support/harness.ts";
import { parser } from "./with_repl.ts";

function erase(source: string): string {
  const edits = new Edits(source);
  eraseTypes(source, parseEntry(parser, source), edits);
  return edits.apply("", "").text;
}

const ERASED: readonly (readonly [typescript: string, javascript: string])[] = [
  ["let a: number = 1, b!: string", "let a = 1, b;"],
  ["function f<T>(this: X, a?: T, ...r: T[]): a is T {}", "function f(a, ...r) {}"],
  ["function f(this: X) {}", "function f() {}"],
  ["const g = async <T,>(x: T): Promise<T> => x", "const g = async (x) => x"],
  ["f<A>(x as B, y!, z satisfies C)", "f(x, y, z)"],
  ["(x) as A", "(x);"],
  ["() => <A>{ a: 1 }", "() => ({ a: 1 })"],
  ["new Map<A, B>(); t<C>`x`; const h = f<D>;", "new Map(); t`x`; const h = f;"],
  ["const { a, b }: C = c", "const { a, b } = c"],
  ["for (const x of y as A[]) {}", "for (const x of y) {}"],
  ["try {} catch (e: unknown) {}", "try {} catch (e) {}"],
  ["interface A {} type B = A; declare const c: A; 1", "   1"],
  ["function f(a: A): void; function f(a: B) {}", " function f(a) {}"],
  ["export type A = 1", ""],
  ["class A<T> extends B<T> implements C, D {}", "class A extends B  {}"],
  ["abstract class A { abstract f(): void; abstract b: B }", " class A {   }"],
  ["class A { private readonly a?: B = 1; b!: C }", "class A {   a = 1; b; }"],
  [
    "class A extends B { static override f(a?): B {} f(): void; readonly = 1 }",
    "class A extends B { static  f(a) {}  readonly = 1 }",
  ],
  ["class A { [key: string]: B; declare c: D; #p: E }", "class A {   #p }"],
  ["let v = x as A\n(y)", "let v = x;\n(y)"],
  ["if (a) b as C\nelse d", "if (a) b;\nelse d"],
];

test("eraseTypes() leaves JavaScript", () => {
  for (const [typescript, javascript] of ERASED) {
    const erased = erase(typescript);
    assertEquals(erased, javascript, typescript);
    parser.parse(erased, { sourceType: "module" });
  }
});

test("eraseTypes() refuses what is more than types", () => {
  for (
    const [source, what] of [
      ["enum A { B }", "an enum is more than types: expected JavaScript"],
      ["1; namespace A { export const b = 1 }", "a namespace is more than types"],
      ["class A { constructor(private b: C) {} }", "a parameter property is more than types"],
    ] as const
  ) {
    assertThrows(() => erase(source), EntrySyntaxError, what);
  }
  assertEquals(erase("declare enum A { B }"), "");
});
