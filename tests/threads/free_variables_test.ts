import { assertEquals, assertThrows } from "@std/assert";
import { analyzeFunction } from "../../lib/threads/free_variables.ts";
import { SourceError } from "../../lib/threads/javascript_lexer.ts";
import { test } from "../_support/harness.ts";

/** Statements, and what each takes from around it. */
const STATEMENTS: readonly (readonly [source: string, ...free: string[]])[] = [
  ["var a = b; let c = a; const d = c;", "b"],
  ["a; { let a; } a;", "a"],
  ["{ var a; } a;"],
  ["f(); function f() {}"],
  ["{ f(); function f() {} } f();", "f"],
  ["if (a) b; else c;", "a", "b", "c"],
  ["if (a) { let b; b; } else b;", "a", "b"],
  ["for (let i = 0, n = a.length; i < n; i++) i; i;", "a", "i"],
  ["for (const [a, b] of c) a + b;", "c"],
  ["for (const a in b) a;", "b"],
  ["for (a of b) c;", "a", "b", "c"],
  ["for (var a of b); a;", "b"],
  ["for (;;) break;"],
  ["for (let a = ('b' in c); ;) break;", "c"],
  ["while (a) b;", "a", "b"],
  ["do a; while (b)\nc;", "a", "b", "c"],
  ["switch (a) { case b: let c; default: c; }", "a", "b"],
  ["try { a } catch (b) { b } finally { c }", "a", "c"],
  ["try { a } catch { b }", "a", "b"],
  ["try {} catch ({ message, code = a }) { message + code }", "a"],
  ["outer: for (;;) { continue outer; }"],
  ["throw new A(b)", "A", "b"],
  ["return\na", "a"],
  ["return /a'/.test(b)", "b"],
  ["let a = 1\n/b/g\nc", "b", "g", "c"],
  ["const f = () => {}\n/a'/.test(b)", "b"],
  ["a\n++b", "a", "b"],
  ["a\n(b)", "a", "b"],
  ["class A {} new A;"],
  ["class A extends B {}", "B"],
  ["let async = 1, of = 2, get = 3; async + of + get;"],
  ["let\na = b", "b"],
  ["using a = b; a;", "b"],
  ["a = 1", "a"],
  ["debugger; ;"],
  ["({}).a; [].b;"],
  ["with (a) b;", "a", "b"],
];

/** Whole functions as they are met, and what each takes from around it. */
const FUNCTIONS: readonly (readonly [source: string, ...free: string[]])[] = [
  ['() => typeof window !== "undefined" ? window.x : 1'],
  ["() => { for (let of = 0; of < 3; of++) of; }"],
  ['async () => `${await import("./x.ts")}`', 'import("./x.ts")'],
  ["async () => await import(`./x.ts`)", "import(`./x.ts`)"],
  [
    "function f(){ class A { #x = y; static has(o) { return #x in o; } get z() { return this.#x; } } return A; }",
    "y",
  ],
  ["({ a = 1, b: { c = q, ...r } = {}, ...s }) => a + c + r + s", "q"],
  ["() => { outer: for (const a of [1]) { for (;;) continue outer; } }"],
  ["(a, b) => { const c = a / b / 2; return /[/]\\/x/g.test(c) }"],
  ["(a) => { if (a) /re/g.exec(a); return a\n/g/1 }", "g"],
  ["(a) => a?.b?.[a.c]?.(a.d) ?? a"],
  ["function* g() { const x = yield; const y = yield* [x]; yield /re/; return y }"],
  ["async (x) => { for await (const y of x) await y; }"],
  ["async x => await x"],
  ["async => async + 1"],
  ["(async) => async(1)"],
  [
    "() => ({ get a() { return 1 }, set a(v) { v }, [k]: 1, async *m() { yield this }, get: 1, set: 2, async: 3, static: 4 })",
    "k",
  ],
  ["(a) => `x${`y${a + t}`}z${{ a: 1 }.a}`", "t"],
  ["function F() { if (!new.target) return new F(); }"],
  ["() => new.target", "new.target"],
  ["() => arguments[0]", "arguments"],
  ["function f() { return (() => arguments[0])() }"],
  ["() => this.x", "this"],
  ["() => { try { x } catch ({ message = e }) { var x = message } }", "e"],
  ["() => { try {} catch (err) {} return err }", "err"],
  ["() => { try {} catch { } finally { } }"],
  ["() => { using x = r(); return x }", "r"],
  ["async () => { await using x = r(); return x }", "r"],
  ["(a) => { using\nx = a; var x }", "using"],
  ["() => { using[0] = 1; }", "using"],
  ["(a) => ({ a, b })", "b"],
  ["(/* c */ a /* d */, // e\n b) /* f */ => /* g */ a + b"],
  ["() => { let a = 1\nlet b = 2\n;[a, b] = [b, a]\nreturn\na }"],
  ["(a) => { a\n++a\nreturn a }"],
  ["() => { do z(); while (0) return 1 }", "z"],
  ["() => { let yield_ = 1, get = 2, set = 3, of = 4, async = 5, static_ = 6; return get + set + of + async }"],
  ["(of) => { for (of of [1]) ; for (const of of of) ; return of }"],
  ['() => { for (var i = 0, j = ("a" in {}) ? 1 : 2; i < j; i++); return i }'],
  ["() => { for (const k in obj) k; }", "obj"],
  ["() => { for (let in_ in {}) in_ }"],
  ["() => { for (let [a, b] of []) a + b; for (const { c, d: { e } } of []) c + e; }"],
  ["() => { for (x.y of [1]); for (x of []); }", "x"],
  ["() => { let let_ = 1; return let_ }"],
  ["() => new C.D().e", "C"],
  ["() => new (class extends D { constructor() { super(); super.x } })()", "D"],
  [
    "() => class A { static s = A; static { this.x = A } static async *[Symbol.iterator]() {} 'quoted'() {} 1() {} get [1+1]() { return 1 } }",
    "Symbol",
  ],
  ["() => { class A { static = 1; get; set; async; static static() {} accessor; 'constructor'() {} } return A }"],
  ["() => { class A { get\nx() {} static async\nm() {} } return A }"],
  ["() => { class A { async\nm() {} } return A }"],
  ["(a) => a ? b => b : (c) => c"],
  ["(a) => a ? (b) : c", "b", "c"],
  ["(a, b) => a ? (b, a) : a"],
  ["() => f`x`", "f"],
  ["(a) => a\n.b\n.c"],
  ["(a) => void a"],
  ["(a) => delete a.b"],
  ["(a, b) => a < b > a"],
  ["(a) => a ** -2 % 3"],
  ["(a) => a !== /=/.source && a == /[=]/u"],
  ["(a) => { return /x/.test(a) ? 1 : /y/ }"],
  ["(a) => a++ / 2"],
  ["(a) => (a) / 2 / 3"],
  ["(a) => [a][0] / 2 / 1"],
  ["(a) => { {} /re/.test(a) }"],
  ["(a) => ({}) / 2"],
  ["(a) => { if (a) {} /re/g.test(a) }"],
  ["(a) => { const f = function () {} / 2; return f }"],
  ["(a) => { function f() {} /re/.test(a) }"],
  ["(a) => { while (a) /re/.exec(a) }"],
  ["() => { label: { break label } }"],
  ["() => { a: b: for (;;) { continue a } }"],
  ["() => { yield: for (;;) { break yield } }"],
  ["() => { async: for (;;) { break async } }"],
  ["() => { let: 1 }"],
  ["() => 0x1F + 0b11 + 0o17 + 1_000n + .5e-3 + 1.e3 + 1..toString().length"],
  ["() => \"\\u{61}\\\nb\" + 'c\\'d'"],
  ["() => { const \\u0061b = 1; return ab }"],
  ["() => { const ünï = 1, $ = 2, _ = 3, 变 = 4; return ünï + $ + _ + 变 }"],
  ["() => import.meta.url", "import.meta"],
  ['async () => (await import("node:fs")).x'],
  ["async () => await import(y)", "y"],
  ["function f(a = () => b, b = 1) { return a }"],
  ["function f(a = () => c) { var c; return a }", "c"],
  ["function f(a, { length } = arguments) { return length + a }"],
  ["function f() { return f }"],
  ['function f() { "use strict"; var f; return f }'],
  ['() => typeof x === "function" && x()'],
  ['() => typeof x === "function" || x()', "x"],
  ['() => typeof x === "undefined" || x()'],
  ['() => { if (typeof x === "undefined") return 1; return x }'],
  ['() => { if (typeof x !== "undefined") { return x } return 1 }'],
  ['() => { if (typeof x === "undefined") { return 1 } else { return x } }'],
  ['() => { if (typeof x === "undefined") return x }', "x"],
  ['() => typeof x == "undefined" ? 1 : x'],
  ['() => typeof x == "undefined" ? x : 1', "x"],
  ['() => "undefined" !== typeof x ? x : 1'],
  ['() => typeof x !== "undefined" && x.y && x.z()'],
  ['() => typeof x !== "undefined" && typeof y !== "undefined" && y(x)'],
  ['() => { if (typeof process === "object" && process.env) return process.env.A }'],
  ['(a) => (typeof x !== "undefined" && x) || a'],
  ['(a) => typeof x !== "undefined" && a || x', "x"],
  ["(typeof_) => typeof typeof_"],
  ["() => typeof x.y", "x"],
  ["() => typeof x()", "x"],
  ["() => typeof [x]", "x"],
  ["() => typeof (x)"],
  ["() => typeof x\n"],
  ["() => typeof /re/"],
  ["() => typeof new x", "x"],
  ["() => typeof -x", "x"],
  ["() => typeof await_ ? 1 : x", "x"],
  ["async () => typeof await 1"],
  ["() => typeof async"],
  ["() => typeof x`a`", "x"],
  ["() => typeof x++", "x"],
  ["(a) => { var b = a, c; ({ b, c } = a); [b = 1, ...c] = a; return c }"],
  ["(a) => { ({ z } = a); }", "z"],
  ["(a) => { let { [a]: b = a, 'q': c, 1: d } = a; return b + c + d }"],
  ["(a) => { let { [w]: b } = a; return b }", "w"],
  ["async function* f() { yield await 1; for await (const x of f()) yield* x }"],
  ["async () => { await (async () => {})(); await (async function () {})(); async function g() {} g() }"],
  ["function f() { return yield }", "yield"],
  ["() => { return await }", "await"],
  ["(a) => { await (a) }", "await"],
  ["() => { var await_; let await2 = 1; return await2 }"],
  ["() => { var await = 1; return await / 2 }"],
  ["(await) => await + 1"],
  ["get => get"],
  ["(a) => { a = a ?? (() => {}); a ||= 1; a &&= 2; a ??= 3; a >>>= 4; a **= 2 }"],
  ["(a) => a ?.5 : 1"],
  ["(a) => a?.[0]?.b"],
  ["() => 1"],
  ["() => { debugger; ; ; }"],
  ['() => { throw new (class {})("x", { cause: 1 }) }'],
  ["(...args) => args"],
  ["({ length }) => { for (const x of [].map({ length }, (_, i) => i)) x }"],
  ["function f() { with_: 1; }"],
  ["() => { if (1) function f() {} else function g() {} return f }"],
  ["() => { const o = { async() {}, get() {}, set() {}, await: 1, async *gen() {}, async get() {}, get async() { return 1 } }; return o }"],
  ["() => { const o = { async, of, get }; var async, of, get; return o }"],
  ['(x) => ({ "a-b": x, 1: x, [x]: x, x() { return x }, get y() { return this }, __proto__: null })'],
  ["m() { return super.m() }", "super"],
  ["async *m(a) { yield a }"],
  ["async(a) { return a }"],
  ["async function (a) { return a }"],
  ["async (a) => { return a }"],
  ["async function\nf\n(\n)\n{\n}"],
  ["(a) => { let x = a\n/re/g.exec; var re, g; return x }"],
  ["(a) => { const s = a ? { b: 1 } : { c: 2 }; return s }"],
  ["(a) => { label: for (const x of a) { if (x) continue label; else break label } }"],
  ["() => { let i = 0; for (;;) if (i++ > 3) break; return i }"],
  ["() => { for (const x of [1]) for (const y of [2]) x + y }"],
  ["(a) => { for (const x of (a, a)) x }"],
  ["() => { for (const x = b; ;) x }", "b"],
  ["() => { for (let x = 1, f = () => x; ;) f }"],
  ["() => { for (async of => 1; ;) break }"],
  ["() => { for (q in {}) ; var q }"],
  ["() => { { let x } return x }", "x"],
  ["() => { { var x } return x }"],
  ["() => { x; var x; function x() {} }"],
  ["(a) => { class B extends (a, a) {} return B }"],
  ["(a) => { class B extends a.b.c {} return B }"],
  ["(a) => { class B extends a() {} return B }"],
  ["(a) => { class B extends class {} {} return B }"],
  ["(a) => { class A { [y] = a; static [a]() {} } return A }", "y"],
  ["(a) => { a: { } }"],
  ["(a, b) => a in b"],
  ["(a, b) => !(a instanceof b)"],
  ["(a) => a.class.function.if.new.typeof"],
  ["(a) => ({ class: 1, function: 2, if: 3, new: 4, typeof: 5 })"],
  ["(a) => a.import(1)"],
  ["(a) => { a.for = 1; a.of(1); a.async; a.await }"],
  ["(a) => { const { class: b, default: c = 1 } = a; return b + c }"],
  ["() => { return { async *[1]() { yield 1 } } }"],
  ["(a) => `\\`${a}\\${` + `$` + `$$` + `$${a}`"],
  ["(a) => `${a}` / 2"],
  ["(a) => a`x${a}y`.z`w`"],
  ["() => `}` + '{' + `{`"],
  ["() => `${`${`${1}`}`}`"],
  ["(a) => `${a ? `{${a}}` : '}'}`"],
  ["(a) => `${{ b: '}' }.b}${(() => { return a })()}`"],
  ["() => ({ [Symbol.iterator]: function* () {} })", "Symbol"],
  ["(a) => { if (a) ; else if (a) { } else ; }"],
  ["(a) => { do { a-- } while (a > 0); while (a) a--; }"],
  ["(a) => (b => c => a + b + c)"],
  ["a => b => ({ ...a, ...b })"],
  ["([a, , b = 1, ...[c, d]]) => a + b + c + d"],
  ["(a = 1, { b } = {}, [c] = [], ...d) => a"],
  ["(a = (b) => b, c = async (d) => d) => a"],
  ['(a = { b: 1 }, c = [1, 2], d = "x)") => a'],
  ["(a = /\\)/) => a"],
  ["async (a = 1) => a"],
  ["function f(a = function () { return a }) {}"],
  ["function f(a, b = class { c = a }) {}"],
  ["() => typeof a < 'u' ? a : 1"],
  ["() => typeof a > 'u' ? 1 : a"],
  ["() => 'u' > typeof a && a"],
  ["() => !(typeof a === 'undefined') && a"],
  ["() => !!(typeof a !== `undefined`) && a"],
  ["() => { while (typeof a !== 'undefined') a(); }"],
  ["() => { for (; typeof a !== 'undefined'; a()) a(); }"],
  ["(b) => { for (const c of b) { if (typeof a === 'undefined') continue; a(c); } }"],
  ["(b) => { for (const c of b) { if (typeof a === 'undefined') continue; } a(b); }", "a"],
  ["() => { if (typeof a === 'undefined') { return; } else a; return () => a; }"],
  ["() => { if (typeof a !== 'undefined') a; else throw 1; return a; }"],
  ["() => { if (typeof a !== 'undefined') a; return a; }", "a"],
  ["(b) => { if (typeof a === 'undefined' || b) return; a; }"],
  ["(b) => { if (typeof a === 'undefined' && b) return; a; }", "a"],
  ["(b) => { switch (b) { case 1: if (typeof a === 'undefined') return; a; case 2: a; } }", "a"],
  ["(b) => (typeof a !== 'undefined' || b) && a", "a"],
  ["(b) => typeof a !== 'undefined' || b ? a : 1", "a"],
  ["() => typeof a !== 'undefined' ? { a, b: `${a.c}` } : {}"],
  ["(b = typeof a === 'function' ? a : null) => b"],
  ["(b) => b = typeof a !== 'undefined' && a"],
  ["() => (1, typeof a !== 'undefined') && a"],
  ["() => (typeof a !== 'undefined', 1) && a", "a"],
  ["(b) => typeof a + b !== 'undefined' && a", "a"],
  ["(b) => typeof a !== b && a", "a"],
  ["() => typeof a.b !== 'undefined' && a", "a"],
  ["() => typeof a !== 'undefined' && typeof a.b === 'function' && a.b()"],
  ["() => { for (using of = null; ;) of; }"],
  ["() => { for (using of a) using; }", "using", "a"],
  ["() => { using of = null; return of; }"],
  ["() => { let of; of = 1; }"],
  ["async () => await import('../x.ts')", "import('../x.ts')"],
  ["async () => await import.defer('./x.ts')", "import('./x.ts')"],
  ["async (a) => await import(/* bundler: ignore */ `./${a}.ts`)", "import(`./${…}`)"],
  ["async (a) => await import(`npm:${a}`)"],
];

test("analyzeFunction() finds what is free in functions as they are met", () => {
  const found = FUNCTIONS.map(([source]) => {
    try {
      return [source, ...analyzeFunction(source).free];
    } catch (error) {
      return [source, String(error)];
    }
  });
  assertEquals(found, FUNCTIONS.map((row) => [...row]));
});

for (const [source, ...free] of STATEMENTS) {
  test(`analyzeFunction() finds what is free in ${JSON.stringify(source)}`, () => {
    assertEquals(analyzeFunction(`function () { ${source} }`).free, free);
  });
}

test("analyzeFunction() follows `await using` in an async function", () => {
  const { free } = analyzeFunction("async function () { await using a = b(); await c; await a; }");
  assertEquals(free, ["b", "c"]);
});

test("analyzeFunction() takes every form in which a function's source is given", () => {
  const object = {
    plain() {
      return free;
    },
    async late() {
      return await free;
    },
    *many() {
      yield free;
    },
    async *lateMany() {
      yield free;
    },
    get value() {
      return free;
    },
    async() {
      return free;
    },
    "quoted name"() {
      return free;
    },
    [`computed ${1}`]() {
      return free;
    },
    function: function () {
      return free;
    },
    arrow: (a = free) => a,
    lateArrow: async (a: unknown) => [a, free],
  };
  const getter = Object.getOwnPropertyDescriptor(object, "value")?.get;
  const functions = Object.entries(Object.getOwnPropertyDescriptors(object))
    .map(([, { value }]): unknown => value ?? getter);
  for (const each of functions) assertEquals(analyzeFunction(String(each)).free, ["free"]);
});
const free = 1;

test("analyzeFunction() makes a function of a method", () => {
  const { expression } = analyzeFunction("async *[key](a) { yield a; }");
  assertEquals(expression, "async function* (a) { yield a; }");
  assertEquals(analyzeFunction("get a() { return 1; }").expression, "function () { return 1; }");
});

test("analyzeFunction() says what a method takes from its object and its class", () => {
  assertEquals(analyzeFunction("a() { return super.a() + this.b; }").free, ["super"]);
  assertEquals(analyzeFunction("a() { return this.#b?.#c; }").free, ["#b", "#c"]);
});

test("analyzeFunction() knows the name of the function itself", () => {
  assertEquals(analyzeFunction("function f(n) { return n && f(n - 1); }").free, []);
});

test("analyzeFunction() refuses a class, and what is no function", () => {
  assertThrows(() => analyzeFunction("class A {}"), SourceError, "a class, which cannot be called");
  assertThrows(() => analyzeFunction("1 + 1"), SourceError, "syntax that is not known, at + 1");
  assertThrows(() => analyzeFunction("() => 1; () => 2"), SourceError, "at ; () => 2");
});

test("analyzeFunction() reads deep nesting in no more than reasonable time", () => {
  const depth = 200;
  const source = `() => ${"(a = ".repeat(depth)}1${")".repeat(depth)}`;
  assertEquals(analyzeFunction(source).free, ["a"]);
});
