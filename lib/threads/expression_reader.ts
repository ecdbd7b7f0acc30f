/**
 * Reads expressions, and the functions and classes in them, for their scopes.
 *
 * @module
 */
import { SourceError, type Token } from "./javascript_lexer.ts";
import { type FunctionForm, OWN_THIS, PLAIN, Scope, ScopeReader } from "./scope_reader.ts";
import {
  bothHold,
  compare,
  eitherHolds,
  type Facts,
  negate,
  NO_FACTS,
  OPAQUE,
  type Operand,
} from "./typeof_guards.ts";

const ASSIGNMENTS =
  /* @__PURE__ */ (() =>
    new Set("= += -= *= /= %= **= <<= >>= >>>= &= ^= |= &&= ||= ??=".split(" ")))();
// Without `&&` and `||`, of which conditions are made.
const OPERATORS =
  /* @__PURE__ */ (() =>
    new Set("== != === !== < > <= >= + - * / % ** << >> >>> & | ^ ??".split(" ")))();
const PREFIXES = new Set(["!", "~", "+", "-", "++", "--"]);
const WORD_PREFIXES = new Set(["void", "delete", "new"]);
const LITERALS = new Set(["null", "true", "false"]);

/** Reads expressions; what is in braces is left to the reader of statements. */
export abstract class ExpressionReader extends ScopeReader {
  /** Whether the parenthesis at a position begins an arrow function's parameters. */
  readonly #arrows = new Map<number, boolean>();
  /** Where the name stands that `typeof` merely asks about, and the name. */
  #asked: Pick<Token, "start" | "text"> | null = null;
  /** What was read last, where it was an operand. */
  #operand: Operand = OPAQUE;

  /** Reads statements in braces. */
  protected abstract parseBlock(): unknown;

  /** Gives what the last expression tells as a condition. */
  protected parseExpression(noIn: boolean): Facts {
    let facts: Facts;
    do facts = this.#parseAssignment(noIn); while (this.take(","));
    return facts;
  }

  /** Nothing can follow an arrow function or a `yield`. */
  #parseAssignment(noIn: boolean): Facts {
    const facts = this.#parseAlternatives(noIn);
    if (facts === null || !this.take("?")) return facts ?? NO_FACTS;
    this.inGuard(facts.whenTrue, () => this.#parseAssignment(false));
    this.expect(":");
    this.inGuard(facts.whenFalse, () => this.#parseAssignment(noIn));
    return NO_FACTS;
  }

  /** What stands between `||`; `null` where it ends with what nothing can follow. */
  #parseAlternatives(noIn: boolean): Facts | null {
    let facts = this.#parseConjunction(noIn);
    while (facts !== null && this.take("||")) {
      const before: Facts = facts;
      const next = this.inGuard(before.whenFalse, () => this.#parseConjunction(noIn));
      facts = next && eitherHolds(before, next);
    }
    return facts;
  }

  /** What stands between `&&`. */
  #parseConjunction(noIn: boolean): Facts | null {
    let facts = this.#parseComparison(noIn);
    while (facts !== null && this.take("&&")) {
      const before: Facts = facts;
      const next = this.inGuard(before.whenTrue, () => this.#parseComparison(noIn));
      facts = next && bothHold(before, next);
    }
    return facts;
  }

  /** Operands and all else that stands between them, which need no precedence. */
  #parseComparison(noIn: boolean): Facts | null {
    const operands: Operand[] = [];
    let operator = "";
    for (;;) {
      if (this.parseOperand(noIn) === "closed") return null;
      operands.push(this.#operand);
      const { kind, text } = this.token;
      if (kind === "punctuator" && ASSIGNMENTS.has(text)) {
        this.lexer.advance();
        this.#parseAssignment(noIn);
        return null;
      }
      if (!this.#takeOperator(noIn)) break;
      operator = text;
    }
    const [left, right, ...others] = operands as [Operand, ...Operand[]];
    if (right === undefined) return left.facts;
    if (others.length > 0) return NO_FACTS;
    return compare(left, operator, right);
  }

  #takeOperator(noIn: boolean): boolean {
    const { kind, text } = this.token;
    const found = kind === "punctuator"
      ? OPERATORS.has(text)
      : kind === "name" && (text === "instanceof" || text === "in" && !noIn);
    if (found) this.lexer.advance();
    return found;
  }

  protected parseOperand(noIn: boolean): "open" | "closed" {
    const prefixes: string[] = [];
    const askedBefore = this.#asked;
    for (let { text } = this.token; this.#parsePrefix(); { text } = this.token) prefixes.push(text);
    const asked = this.#asked === askedBefore ? null : this.#asked;
    const typeofName = prefixes.join() === "typeof" ? asked?.text ?? null : null;
    const { kind, text } = this.token;
    if (kind === "name" && text === "yield" && this.form.isGenerator) {
      this.#parseYield(noIn);
      return "closed";
    }
    if ((kind === "name" || text === "(") && this.arrowAhead()) {
      this.#parseArrow();
      return "closed";
    }
    const facts = this.#parsePrimary();
    const { start } = this.token;
    this.#parseSuffixes();
    const isLiteral = kind === "string" || kind === "template" && !text.endsWith("${");
    this.#operand = this.token.start > start ? OPAQUE : {
      typeofName,
      text: isLiteral && prefixes.length === 0 ? text.slice(1, -1) : null,
      facts: prefixes.every((prefix) => prefix === "!") ? negate(facts, prefixes.length) : NO_FACTS,
    };
    return "open";
  }

  #parsePrefix(): boolean {
    const { kind, text } = this.token;
    if (kind === "punctuator" && PREFIXES.has(text)) {
      this.lexer.advance();
      return true;
    }
    if (kind !== "name") return false;
    if (text === "typeof") {
      this.lexer.advance();
      this.#skipTypeofName();
      return true;
    }
    if (text === "new" && this.peek().text === ".") return false;
    if (!WORD_PREFIXES.has(text) && !(text === "await" && this.form.isAsync)) return false;
    this.lexer.advance();
    return true;
  }

  /** `typeof name` asks whether there is such a variable, and is no use of it. */
  #skipTypeofName(): void {
    const here = this.token;
    const isWrapped = this.take("(");
    const name = this.token;
    if (name.kind === "name" && isReference(name.text, this.peek())) {
      this.lexer.advance();
      const isWhole = !isWrapped || this.take(")");
      const { kind, text } = this.token;
      const goesOn = kind === "template" || [".", "?.", "(", "[", "=>", "++", "--"].includes(text);
      if (isWhole && !goesOn) this.#asked = name;
    }
    this.lexer.rewind(here);
  }

  #parseYield(noIn: boolean): void {
    this.lexer.advance();
    const { kind, text, afterNewline } = this.token;
    if (afterNewline || kind === "end") return;
    if (kind === "punctuator" && [")", "]", "}", ",", ";", ":"].includes(text)) return;
    if (kind === "name" && (text === "in" || text === "of")) return;
    this.take("*");
    this.#parseAssignment(noIn);
  }

  /** Gives what it tells as a condition, which is something only in parentheses. */
  #parsePrimary(): Facts {
    if (this.at("/") || this.at("/=")) this.lexer.rescanRegExp();
    const token = this.lexer.advance();
    switch (token.kind) {
      case "number":
      case "string":
      case "regexp":
        return NO_FACTS;
      case "private":
        this.refer(token.text);
        return NO_FACTS;
      case "template":
        this.#parseTemplate(token);
        return NO_FACTS;
      case "name":
        this.#parseNamed(token);
        return NO_FACTS;
    }
    if (token.text === "(") {
      const facts = this.parseExpression(false);
      this.expect(")");
      return facts;
    }
    if (token.text === "[") {
      this.#parseList("]");
    } else if (token.text === "{") {
      this.#parseObject();
    } else {
      this.lexer.rewind(token);
      this.fail();
    }
    return NO_FACTS;
  }

  #parseNamed(token: Token): void {
    const { text } = token;
    switch (text) {
      case "function":
        return this.parseFunctionKeyword(false, null);
      case "class":
        return this.parseClass(null);
      case "import":
        return this.#parseImport();
      case "new":
        this.expect(".");
        this.lexer.advance();
        return this.refer("new.target");
      case "async":
        if (this.atName("function") && !this.token.afterNewline) {
          this.lexer.advance();
          return this.parseFunctionKeyword(true, null);
        }
    }
    if (token.start === this.#asked?.start || LITERALS.has(text)) return;
    this.refer(text);
  }

  /** `import.meta` is the module's; a relative specifier of `import()` starts from the module, too. */
  #parseImport(): void {
    if (this.take(".")) {
      // Or `import.source()`, `import.defer()`.
      if (this.lexer.advance().text === "meta") return this.refer("import.meta");
    }
    this.expect("(");
    const { kind, text } = this.token;
    if ((kind === "string" || kind === "template") && /^.\.{0,2}\//.test(text)) {
      this.refer(`import(${text.endsWith("${") ? `${text}…}\`` : text})`);
    }
    this.#parseList(")");
  }

  #parseTemplate(first: Token): void {
    let part = first;
    while (part.text.endsWith("${")) {
      this.parseExpression(false);
      if (!this.at("}")) this.fail();
      this.lexer.rescanTemplate();
      part = this.lexer.advance();
    }
  }

  /** What stands between brackets: expressions, spread or left out. */
  #parseList(close: ")" | "]"): void {
    while (!this.take(close)) {
      if (this.take(",")) continue;
      this.take("...");
      this.#parseAssignment(false);
      if (!this.at(close)) this.expect(",");
    }
  }

  #parseObject(): void {
    while (!this.take("}")) {
      if (this.take("...")) {
        this.#parseAssignment(false);
      } else {
        const name = this.#parseMethodOrName(this.scope, [...OWN_THIS, "super"]);
        if (this.take(":")) this.#parseAssignment(false);
        else if (name !== null) {
          this.refer(name.text);
          if (this.take("=")) this.#parseAssignment(false);
        }
      }
      if (!this.at("}")) this.expect(",");
    }
  }

  /** A private name is one of the class around, and of no use without it. */
  #parseMemberName(): void {
    const { kind, text } = this.lexer.advance();
    if (kind === "private") this.refer(text);
  }

  #parseSuffixes(): void {
    while (true) {
      if (this.token.kind === "template") {
        this.#parseTemplate(this.lexer.advance());
      } else if (this.take(".")) {
        this.#parseMemberName();
      } else if (this.take("?.")) {
        if (this.token.kind === "name" || this.token.kind === "private") this.#parseMemberName();
      } else if (this.take("(")) {
        this.#parseList(")");
      } else if (this.take("[")) {
        this.parseExpression(false);
        this.expect("]");
      } else {
        const isPostfix = this.at("++") || this.at("--");
        if (!isPostfix || this.token.afterNewline) return;
        this.lexer.advance();
      }
    }
  }

  /** From the parameters on; `declared` is what the function brings into its own scope. */
  protected parseFunction(form: FunctionForm, declared: readonly string[]): void {
    this.inForm(form, () => {
      this.inScope(new Scope(this.scope, true, declared), () => {
        this.#parseParameters(this.scope);
        if (form.isArrow) this.expect("=>");
        this.#parseBody(form);
      });
    });
  }

  #parseBody(form: FunctionForm): void {
    // A scope of its own: a parameter's default value does not see the variables of the body.
    this.inScope(new Scope(this.scope, true), () => {
      if (form.isArrow && !this.at("{")) this.#parseAssignment(false);
      else this.parseBlock();
    });
  }

  #parseParameters(scope: Scope): void {
    if (this.token.kind === "name") {
      scope.declared.add(this.lexer.advance().text);
      return;
    }
    this.expect("(");
    while (!this.take(")")) {
      this.take("...");
      this.parseBinding(scope);
      if (!this.at(")")) this.expect(",");
    }
  }

  /** After `function`: the star, the name, the rest. */
  protected parseFunctionKeyword(isAsync: boolean, declareIn: Scope | null): void {
    const form = { isAsync, isGenerator: this.take("*"), isArrow: false };
    const name = this.at("(") ? null : this.lexer.advance().text;
    if (name !== null) declareIn?.declared.add(name);
    this.parseFunction(form, name === null ? OWN_THIS : [...OWN_THIS, name]);
  }

  /** Tells whether an arrow function stands at the token at hand, by trying to read its parameters. */
  protected arrowAhead(): boolean {
    const here = this.token;
    const known = this.#arrows.get(here.start);
    if (known !== undefined) return known;
    const [scope, form, guards] = [this.scope, this.form, this.guards];
    let found = false;
    try {
      if (this.atName("async")) {
        const next = this.peek();
        if (!next.afterNewline && (next.kind === "name" || next.text === "(")) {
          this.lexer.advance();
        }
      }
      if (this.token.kind === "name" || this.at("(")) {
        // What is read here is read again for good: its names go to a scope that is thrown away.
        const aside = new Scope(null, true);
        this.inScope(aside, () => this.#parseParameters(aside));
        found = this.at("=>") && !this.token.afterNewline;
      }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
    this.lexer.rewind(here);
    [this.scope, this.form, this.guards] = [scope, form, guards];
    this.#arrows.set(here.start, found);
    return found;
  }

  #parseArrow(): void {
    const next = this.peek();
    const isAsync = this.atName("async") && !(next.kind === "punctuator" && next.text === "=>");
    if (isAsync) this.lexer.advance();
    this.parseFunction({ isAsync, isGenerator: false, isArrow: true }, []);
  }

  /** After `class`. */
  protected parseClass(declareIn: Scope | null): void {
    const name = this.token.kind === "name" && this.token.text !== "extends"
      ? this.lexer.advance().text
      : null;
    if (name !== null) declareIn?.declared.add(name);
    this.inScope(new Scope(this.scope, false, name === null ? [] : [name]), () => {
      if (this.takeName("extends")) this.parseOperand(false);
      this.expect("{");
      while (!this.take("}")) {
        if (!this.take(";")) this.#parseMember();
      }
    });
  }

  #parseMember(): void {
    const outer = this.scope;
    const own = [...OWN_THIS, "super"];
    while (this.take("@")) this.parseOperand(false);
    if (this.atModifier("static") && this.at("{")) {
      this.inForm(PLAIN, () => {
        this.inScope(new Scope(outer, true, own), () => this.parseBlock());
      });
      return;
    }
    this.atModifier("accessor");
    this.#parseMethodOrName(outer, own);
    if (this.take("=")) {
      this.inForm(PLAIN, () => {
        this.inScope(new Scope(outer, true, own), () => this.#parseAssignment(false));
      });
    }
  }

  /** Reads a modifier such as `get`, unless the word is the name of the property itself. */
  protected atModifier(word: string): boolean {
    if (!this.atName(word)) return false;
    const next = this.peek();
    const isName = next.kind === "end" ||
      next.kind === "punctuator" && !["[", "*", "{", "#"].includes(next.text);
    if (isName || next.text === "{" && word !== "static") return false;
    if (word === "async" && next.afterNewline) return false;
    this.lexer.advance();
    return true;
  }

  /** Reads a property's name and, where one follows, its method. Tells a bare name by its token. */
  #parseMethodOrName(scope: Scope, own: readonly string[]): Token | null {
    const isAsync = this.atModifier("async");
    if (!isAsync && !this.atModifier("get")) this.atModifier("set");
    const isGenerator = this.take("*");
    const name = this.parsePropertyName(scope);
    if (!this.at("(")) return name;
    this.parseFunction({ isAsync, isGenerator, isArrow: false }, own);
    return null;
  }

  protected parsePropertyName(scope: Scope): Token {
    const token = this.lexer.advance();
    if (token.kind === "private") scope.declared.add(token.text);
    if (token.kind === "punctuator") {
      if (token.text !== "[") this.fail();
      this.inScope(new Scope(scope, false), () => this.#parseAssignment(false));
      this.expect("]");
    }
    return token;
  }

  /** What a declaration or a parameter binds, with its default value. */
  protected parseBinding(into: Scope, noIn = false): void {
    this.parseTarget(into);
    if (this.take("=")) this.#parseAssignment(noIn);
  }

  protected parseTarget(into: Scope): void {
    if (this.take("[")) {
      while (!this.take("]")) {
        if (this.take(",")) continue;
        this.take("...");
        this.parseBinding(into);
      }
    } else if (this.take("{")) {
      while (!this.take("}")) {
        this.#parseTargetProperty(into);
        if (!this.at("}")) this.expect(",");
      }
    } else if (this.token.kind === "name") {
      into.declared.add(this.lexer.advance().text);
    } else {
      this.fail();
    }
  }

  #parseTargetProperty(into: Scope): void {
    if (this.take("...")) return this.parseTarget(into);
    const name = this.parsePropertyName(this.scope);
    if (this.take(":")) return this.parseBinding(into);
    if (name.kind !== "name") this.fail();
    into.declared.add(name.text);
    if (this.take("=")) this.#parseAssignment(false);
  }
}

function isReference(name: string, next: Token): boolean {
  if (name === "async") return next.kind !== "name";
  return !["function", "class", "new", "import", "typeof", "void", "delete", "await"]
    .includes(name);
}
