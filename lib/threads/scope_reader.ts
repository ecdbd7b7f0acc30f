/**
 * Reads tokens and keeps the scopes, for the readers of expressions and statements above it.
 *
 * @module
 */
import { Lexer, SourceError, type Token } from "./javascript_lexer.ts";
import { NO_FACTS } from "./typeof_guards.ts";

/** What every function that is no arrow function brings into its own scope. */
export const OWN_THIS: readonly string[] = ["this", "arguments", "new.target"];

/** A scope, with what is declared in it and what is used. */
export class Scope {
  readonly declared = new Set<string>();
  readonly references = new Set<string>();
  readonly parent: Scope | null;
  /** Where a `var` goes. */
  readonly hoist: Scope;

  constructor(parent: Scope | null, isFunction: boolean, declared: readonly string[] = []) {
    this.parent = parent;
    this.hoist = isFunction || parent === null ? this : parent.hoist;
    for (const name of declared) this.declared.add(name);
  }

  /** Hands what is not declared here on to the scope around. */
  close(): void {
    for (const name of this.references) {
      if (!this.declared.has(name)) this.parent?.references.add(name);
    }
  }
}

/** What kind of function it is: that decides what `await` and `yield` are in it. */
export interface FunctionForm {
  /** Whether `await` waits. */
  readonly isAsync: boolean;
  /** Whether `yield` yields. */
  readonly isGenerator: boolean;
  /** Whether it has no `this` of its own. */
  readonly isArrow: boolean;
}

/** A function of no particular kind. */
export const PLAIN: FunctionForm = { isAsync: false, isGenerator: false, isArrow: false };

/** Reads one source text. */
export abstract class ScopeReader {
  /** The text. */
  protected readonly source: string;
  /** Its tokens. */
  protected readonly lexer: Lexer;
  /** The scope around all: what it refers to is what the text takes from outside. */
  protected readonly top: Scope = new Scope(null, true);
  /** The scope at hand. */
  protected scope: Scope = this.top;
  /** The kind of the function at hand. */
  protected form: FunctionForm = PLAIN;
  /** The names of which a condition around what is at hand says that they are there. */
  protected guards: ReadonlySet<string> = NO_FACTS.whenTrue;

  /** @param source The text. */
  constructor(source: string) {
    this.source = source;
    this.lexer = new Lexer(source);
  }

  protected get token(): Token {
    return this.lexer.token;
  }

  protected at(text: string): boolean {
    return this.token.kind === "punctuator" && this.token.text === text;
  }

  protected atName(text: string): boolean {
    return this.token.kind === "name" && this.token.text === text;
  }

  protected take(text: string): boolean {
    if (!this.at(text)) return false;
    this.lexer.advance();
    return true;
  }

  protected takeName(text: string): boolean {
    if (!this.atName(text)) return false;
    this.lexer.advance();
    return true;
  }

  protected expect(text: string): void {
    if (!this.take(text)) this.fail();
  }

  protected peek(): Token {
    const here = this.token;
    this.lexer.advance();
    const next = this.token;
    this.lexer.rewind(here);
    return next;
  }

  protected fail(): never {
    const { start } = this.token;
    throw new SourceError(`syntax that is not known, at ${this.source.slice(start, start + 20)}`);
  }

  protected refer(name: string): void {
    if (!this.guards.has(name)) this.scope.references.add(name);
  }

  /** Reads a part that is evaluated only where these names are there. */
  protected inGuard<T>(names: ReadonlySet<string>, parse: () => T): T {
    const outer = this.guards;
    this.guard(names);
    const parsed = parse();
    this.guards = outer;
    return parsed;
  }

  /** Takes these names to be there from now on. */
  protected guard(names: ReadonlySet<string>): void {
    if (names.size > 0) this.guards = new Set([...this.guards, ...names]);
  }

  protected inScope(scope: Scope, parse: () => void): void {
    const outer = this.scope;
    this.scope = scope;
    parse();
    this.scope = outer;
    scope.close();
  }

  protected inBlock(parse: () => void): void {
    this.inScope(new Scope(this.scope, false), parse);
  }

  protected inForm(form: FunctionForm, parse: () => void): void {
    const outer = this.form;
    this.form = form;
    parse();
    this.form = outer;
  }
}
