/**
 * Finds what a function closes over, from its source text.
 *
 * A function crosses to another thread as source only if it closes over nothing, and a name that is
 * missing there would show itself no sooner than when that line runs. The engine knows the scopes and
 * tells nobody, so the source is read here: one pass by recursive descent, which follows scopes and
 * nothing else. As the engine has accepted the text already, no check of syntax is made, operators
 * need no precedence, and statements may end where the next thing cannot belong to them.
 *
 * A name is looked up when its scope ends, so what is hoisted is found. Beside names, `this`, `super`,
 * `arguments` and `new.target` are kept as if they were variables that every function which is no
 * arrow declares: what is left over of them at the top is what the function takes from around it.
 *
 * @module
 */
import { Lexer, SourceError, type Token } from "./javascript_lexer.ts";

/** What was found about a function. */
export interface FunctionAnalysis {
  /** What the function takes from around it, in the order of use: names, `this`, `import.meta` … */
  readonly free: readonly string[];
  /** The source as an expression; a method is made a function. */
  readonly expression: string;
}

/**
 * Reads a function's source.
 *
 * @param source What `Function.prototype.toString` gives.
 * @returns What it closes over, and the source as an expression.
 * @throws {SourceError} If the text is no function: a class, or syntax that is not known.
 */
export function analyzeFunction(source: string): FunctionAnalysis {
  return new Parser(source).analyze();
}

const OPERATORS = new Set(
  ("= += -= *= /= %= **= <<= >>= >>>= &= ^= |= &&= ||= ??= == != === !== < > <= >= + - * / % ** " +
    "<< >> >>> & | ^ && || ??").split(" "),
);
const PREFIXES = new Set(["!", "~", "+", "-", "++", "--"]);
const WORD_PREFIXES = new Set(["void", "delete", "new"]);
const LITERALS = new Set(["null", "true", "false"]);
const OWN_THIS = ["this", "arguments", "new.target"];

class Scope {
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

interface FunctionForm {
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly isArrow: boolean;
}

const PLAIN: FunctionForm = { isAsync: false, isGenerator: false, isArrow: false };

class Parser {
  readonly #source: string;
  readonly #lexer: Lexer;
  readonly #top = new Scope(null, true);
  /** Whether the parenthesis at a position begins an arrow function's parameters. */
  readonly #arrows = new Map<number, boolean>();
  /** Where a name stands that `typeof` merely asks about. */
  #typeofName = -1;
  #scope: Scope = this.#top;
  #form: FunctionForm = PLAIN;

  constructor(source: string) {
    this.#source = source;
    this.#lexer = new Lexer(source);
  }

  analyze(): FunctionAnalysis {
    if (this.#atName("class")) throw new SourceError("a class, which cannot be called");
    const expression = this.#isFunctionExpression() ? this.#expressionText() : this.#methodText();
    if (this.#token.kind !== "end") this.#fail();
    return { free: [...this.#top.references], expression };
  }

  #isFunctionExpression(): boolean {
    if (this.#atName("function")) return true;
    if (this.#atName("async")) {
      const next = this.#peek();
      if (!next.afterNewline && next.kind === "name" && next.text === "function") return true;
    }
    return this.#arrowAhead();
  }

  #expressionText(): string {
    this.#parseOperand(false);
    return this.#source;
  }

  /** A method's source begins with its name: what follows is a function's parameters and body. */
  #methodText(): string {
    let form = PLAIN;
    if (this.#atModifier("async")) form = { ...form, isAsync: true };
    else if (!this.#atModifier("get")) this.#atModifier("set");
    if (this.#take("*")) form = { ...form, isGenerator: true };
    this.#parsePropertyName(new Scope(null, true));
    const { start } = this.#token;
    if (!this.#at("(")) this.#fail();
    // `super` is left out: it stands for the object that the method was taken from.
    this.#parseFunction(form, OWN_THIS);
    const head = `${form.isAsync ? "async " : ""}function${form.isGenerator ? "*" : ""}`;
    return `${head} ${this.#source.slice(start)}`;
  }

  // ── tokens ──

  get #token(): Token {
    return this.#lexer.token;
  }

  #at(text: string): boolean {
    return this.#token.kind === "punctuator" && this.#token.text === text;
  }

  #atName(text: string): boolean {
    return this.#token.kind === "name" && this.#token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#at(text)) return false;
    this.#lexer.advance();
    return true;
  }

  #takeName(text: string): boolean {
    if (!this.#atName(text)) return false;
    this.#lexer.advance();
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail();
  }

  #peek(): Token {
    const here = this.#token;
    this.#lexer.advance();
    const next = this.#token;
    this.#lexer.rewind(here);
    return next;
  }

  #fail(): never {
    const { start } = this.#token;
    throw new SourceError(`syntax that is not known, at ${this.#source.slice(start, start + 20)}`);
  }

  // ── scopes ──

  #refer(name: string): void {
    this.#scope.references.add(name);
  }

  #inScope(scope: Scope, parse: () => void): void {
    const outer = this.#scope;
    this.#scope = scope;
    parse();
    this.#scope = outer;
    scope.close();
  }

  #inBlock(parse: () => void): void {
    this.#inScope(new Scope(this.#scope, false), parse);
  }

  #inForm(form: FunctionForm, parse: () => void): void {
    const outer = this.#form;
    this.#form = form;
    parse();
    this.#form = outer;
  }

  // ── functions and classes ──

  /** From the parameters on; `declared` is what the function brings into its own scope. */
  #parseFunction(form: FunctionForm, declared: readonly string[]): void {
    this.#inForm(form, () => {
      this.#inScope(new Scope(this.#scope, true, declared), () => {
        this.#parseParameters(this.#scope);
        if (form.isArrow) this.#expect("=>");
        this.#parseBody(form);
      });
    });
  }

  #parseBody(form: FunctionForm): void {
    // A scope of its own: a parameter's default value does not see the variables of the body.
    this.#inScope(new Scope(this.#scope, true), () => {
      if (form.isArrow && !this.#at("{")) this.#parseAssignment(false);
      else this.#parseBlock();
    });
  }

  #parseParameters(scope: Scope): void {
    if (this.#token.kind === "name") {
      scope.declared.add(this.#lexer.advance().text);
      return;
    }
    this.#expect("(");
    while (!this.#take(")")) {
      this.#take("...");
      this.#parseBinding(scope);
      if (!this.#at(")")) this.#expect(",");
    }
  }

  /** After `function`: the star, the name, the rest. */
  #parseFunctionKeyword(isAsync: boolean, declareIn: Scope | null): void {
    const form = { isAsync, isGenerator: this.#take("*"), isArrow: false };
    const name = this.#at("(") ? null : this.#lexer.advance().text;
    if (name !== null) declareIn?.declared.add(name);
    this.#parseFunction(form, name === null ? OWN_THIS : [...OWN_THIS, name]);
  }

  /** Tells whether an arrow function stands at the token at hand, by trying to read its parameters. */
  #arrowAhead(): boolean {
    const here = this.#token;
    const known = this.#arrows.get(here.start);
    if (known !== undefined) return known;
    const [scope, form] = [this.#scope, this.#form];
    let found = false;
    try {
      if (this.#atName("async")) {
        const next = this.#peek();
        if (!next.afterNewline && (next.kind === "name" || next.text === "(")) {
          this.#lexer.advance();
        }
      }
      if (this.#token.kind === "name" || this.#at("(")) {
        // What is read here is read again for good: its names go to a scope that is thrown away.
        const aside = new Scope(null, true);
        this.#inScope(aside, () => this.#parseParameters(aside));
        found = this.#at("=>") && !this.#token.afterNewline;
      }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
    this.#lexer.rewind(here);
    [this.#scope, this.#form] = [scope, form];
    this.#arrows.set(here.start, found);
    return found;
  }

  #parseArrow(): void {
    const next = this.#peek();
    const isAsync = this.#atName("async") && !(next.kind === "punctuator" && next.text === "=>");
    if (isAsync) this.#lexer.advance();
    this.#parseFunction({ isAsync, isGenerator: false, isArrow: true }, []);
  }

  /** After `class`. */
  #parseClass(declareIn: Scope | null): void {
    const name = this.#token.kind === "name" && this.#token.text !== "extends"
      ? this.#lexer.advance().text
      : null;
    if (name !== null) declareIn?.declared.add(name);
    this.#inScope(new Scope(this.#scope, false, name === null ? [] : [name]), () => {
      if (this.#takeName("extends")) this.#parseOperand(false);
      this.#expect("{");
      while (!this.#take("}")) {
        if (!this.#take(";")) this.#parseMember();
      }
    });
  }

  #parseMember(): void {
    const outer = this.#scope;
    const own = [...OWN_THIS, "super"];
    while (this.#take("@")) this.#parseOperand(false);
    if (this.#atModifier("static") && this.#at("{")) {
      this.#inForm(PLAIN, () => {
        this.#inScope(new Scope(outer, true, own), () => this.#parseBlock());
      });
      return;
    }
    this.#atModifier("accessor");
    this.#parseMethodOrName(outer, own);
    if (this.#take("=")) {
      this.#inForm(PLAIN, () => {
        this.#inScope(new Scope(outer, true, own), () => this.#parseAssignment(false));
      });
    }
  }

  /** Reads a modifier such as `get`, unless the word is the name of the property itself. */
  #atModifier(word: string): boolean {
    if (!this.#atName(word)) return false;
    const next = this.#peek();
    const isName = next.kind === "end" ||
      next.kind === "punctuator" && !["[", "*", "{", "#"].includes(next.text);
    if (isName || next.text === "{" && word !== "static") return false;
    if (word === "async" && next.afterNewline) return false;
    this.#lexer.advance();
    return true;
  }

  /** Reads a property's name and, where one follows, its method. Tells a bare name by its token. */
  #parseMethodOrName(scope: Scope, own: readonly string[]): Token | null {
    const isAsync = this.#atModifier("async");
    if (!isAsync && !this.#atModifier("get")) this.#atModifier("set");
    const isGenerator = this.#take("*");
    const name = this.#parsePropertyName(scope);
    if (!this.#at("(")) return name;
    this.#parseFunction({ isAsync, isGenerator, isArrow: false }, own);
    return null;
  }

  #parsePropertyName(scope: Scope): Token {
    const token = this.#lexer.advance();
    if (token.kind === "punctuator") {
      if (token.text !== "[") this.#fail();
      this.#inScope(new Scope(scope, false), () => this.#parseAssignment(false));
      this.#expect("]");
    }
    return token;
  }

  // ── bindings ──

  /** What a declaration or a parameter binds, with its default value. */
  #parseBinding(into: Scope, noIn = false): void {
    this.#parseTarget(into);
    if (this.#take("=")) this.#parseAssignment(noIn);
  }

  #parseTarget(into: Scope): void {
    if (this.#take("[")) {
      while (!this.#take("]")) {
        if (this.#take(",")) continue;
        this.#take("...");
        this.#parseBinding(into);
      }
    } else if (this.#take("{")) {
      while (!this.#take("}")) {
        this.#parseTargetProperty(into);
        if (!this.#at("}")) this.#expect(",");
      }
    } else if (this.#token.kind === "name") {
      into.declared.add(this.#lexer.advance().text);
    } else {
      this.#fail();
    }
  }

  #parseTargetProperty(into: Scope): void {
    if (this.#take("...")) return this.#parseTarget(into);
    const name = this.#parsePropertyName(this.#scope);
    if (this.#take(":")) return this.#parseBinding(into);
    if (name.kind !== "name") this.#fail();
    into.declared.add(name.text);
    if (this.#take("=")) this.#parseAssignment(false);
  }

  // ── statements ──

  #parseBlock(): void {
    this.#expect("{");
    while (!this.#take("}")) this.#parseStatement();
  }

  #parseStatement(): void {
    if (this.#at("{")) return this.#inBlock(() => this.#parseBlock());
    if (this.#take(";")) return;
    if (this.#at("@")) {
      while (this.#take("@")) this.#parseOperand(false);
      return this.#parseStatement();
    }
    if (this.#token.kind !== "name") return this.#parseExpressionStatement();
    switch (this.#token.text) {
      case "var":
      case "let":
      case "const":
      case "using":
      case "await":
        if (this.#declarationAhead()) {
          this.#parseDeclaration(false);
          this.#take(";");
          return;
        }
        return this.#parseExpressionStatement();
      case "async":
        return this.#parseAsyncStatement();
      case "function":
        this.#lexer.advance();
        return this.#parseFunctionKeyword(false, this.#scope);
      case "class":
        this.#lexer.advance();
        return this.#parseClass(this.#scope);
      case "for":
        return this.#inBlock(() => this.#parseFor());
      case "switch":
        return this.#parseSwitch();
      case "try":
        return this.#parseTry();
      case "if":
      case "while":
      case "with":
        this.#lexer.advance();
        this.#parseParenthesized();
        this.#parseStatement();
        if (this.#takeName("else")) this.#parseStatement();
        return;
      case "do":
        this.#lexer.advance();
        this.#parseStatement();
        if (!this.#takeName("while")) this.#fail();
        this.#parseParenthesized();
        this.#take(";");
        return;
      case "return":
      case "throw":
        this.#lexer.advance();
        if (!this.#statementEnds()) this.#parseExpression(false);
        this.#take(";");
        return;
      case "break":
      case "continue":
        this.#lexer.advance();
        if (this.#token.kind === "name" && !this.#token.afterNewline) this.#lexer.advance();
        this.#take(";");
        return;
      case "debugger":
        this.#lexer.advance();
        return;
      default:
        return this.#parseExpressionStatement();
    }
  }

  #statementEnds(): boolean {
    return this.#token.afterNewline || this.#token.kind === "end" || this.#at(";") || this.#at("}");
  }

  #parseExpressionStatement(): void {
    if (this.#token.kind === "name") {
      const next = this.#peek();
      if (next.kind === "punctuator" && next.text === ":") {
        this.#lexer.advance();
        this.#lexer.advance();
        return this.#parseStatement();
      }
    }
    this.#parseExpression(false);
    this.#take(";");
  }

  #parseAsyncStatement(): void {
    const next = this.#peek();
    if (next.afterNewline || next.kind !== "name" || next.text !== "function") {
      return this.#parseExpressionStatement();
    }
    this.#lexer.advance();
    this.#lexer.advance();
    this.#parseFunctionKeyword(true, this.#scope);
  }

  #parseParenthesized(): void {
    this.#expect("(");
    this.#parseExpression(false);
    this.#expect(")");
  }

  /** `let` and `using` are names, too, and `await` begins `await using`. */
  #declarationAhead(): boolean {
    const word = this.#token.text;
    if (word === "var" || word === "const") return true;
    const here = this.#token;
    const next = this.#peek();
    const isName = next.kind === "name" && !["in", "instanceof", "of"].includes(next.text);
    if (word === "let") return isName || next.text === "[" || next.text === "{";
    if (word === "using") return isName && !next.afterNewline;
    if (next.kind !== "name" || next.text !== "using" || next.afterNewline) return false;
    this.#lexer.advance();
    const found = this.#declarationAhead();
    this.#lexer.rewind(here);
    return found;
  }

  #parseDeclaration(noIn: boolean): void {
    this.#takeName("await");
    const into = this.#lexer.advance().text === "var" ? this.#scope.hoist : this.#scope;
    do this.#parseBinding(into, noIn); while (this.#take(","));
  }

  #parseFor(): void {
    this.#lexer.advance();
    this.#takeName("await");
    this.#expect("(");
    if (!this.#at(";")) {
      if (this.#token.kind === "name" && this.#declarationWord() && this.#declarationAhead()) {
        this.#parseDeclaration(true);
      } else {
        this.#parseExpression(true);
      }
    }
    if (this.#takeName("of") || this.#takeName("in")) {
      this.#parseExpression(false);
    } else {
      this.#expect(";");
      if (!this.#at(";")) this.#parseExpression(false);
      this.#expect(";");
      if (!this.#at(")")) this.#parseExpression(false);
    }
    this.#expect(")");
    this.#parseStatement();
  }

  #declarationWord(): boolean {
    return ["var", "let", "const", "using", "await"].includes(this.#token.text);
  }

  #parseSwitch(): void {
    this.#lexer.advance();
    this.#parseParenthesized();
    this.#inBlock(() => {
      this.#expect("{");
      while (!this.#take("}")) {
        if (this.#takeName("case")) this.#parseExpression(false);
        else if (!this.#takeName("default")) this.#fail();
        this.#expect(":");
        while (!this.#at("}") && !this.#atName("case") && !this.#atName("default")) {
          this.#parseStatement();
        }
      }
    });
  }

  #parseTry(): void {
    this.#lexer.advance();
    this.#inBlock(() => this.#parseBlock());
    if (this.#takeName("catch")) {
      this.#inBlock(() => {
        if (this.#take("(")) {
          this.#parseTarget(this.#scope);
          this.#expect(")");
        }
        this.#inBlock(() => this.#parseBlock());
      });
    }
    if (this.#takeName("finally")) this.#inBlock(() => this.#parseBlock());
  }

  // ── expressions ──

  #parseExpression(noIn: boolean): void {
    do this.#parseAssignment(noIn); while (this.#take(","));
  }

  /** Operands and what stands between them. Nothing can follow an arrow function or a `yield`. */
  #parseAssignment(noIn: boolean): void {
    while (true) {
      if (this.#parseOperand(noIn) === "closed") return;
      if (this.#take("?")) {
        this.#parseAssignment(false);
        this.#expect(":");
        return this.#parseAssignment(noIn);
      }
      if (!this.#takeOperator(noIn)) return;
    }
  }

  #takeOperator(noIn: boolean): boolean {
    const { kind, text } = this.#token;
    const found = kind === "punctuator"
      ? OPERATORS.has(text)
      : kind === "name" && (text === "instanceof" || text === "in" && !noIn);
    if (found) this.#lexer.advance();
    return found;
  }

  #parseOperand(noIn: boolean): "open" | "closed" {
    while (this.#parsePrefix());
    const { kind, text } = this.#token;
    if (kind === "name" && text === "yield" && this.#form.isGenerator) {
      this.#parseYield(noIn);
      return "closed";
    }
    if ((kind === "name" || text === "(") && this.#arrowAhead()) {
      this.#parseArrow();
      return "closed";
    }
    this.#parsePrimary();
    this.#parseSuffixes();
    return "open";
  }

  #parsePrefix(): boolean {
    const { kind, text } = this.#token;
    if (kind === "punctuator" && PREFIXES.has(text)) {
      this.#lexer.advance();
      return true;
    }
    if (kind !== "name") return false;
    if (text === "typeof") {
      this.#lexer.advance();
      this.#skipTypeofName();
      return true;
    }
    if (text === "new" && this.#peek().text === ".") return false;
    if (!WORD_PREFIXES.has(text) && !(text === "await" && this.#form.isAsync)) return false;
    this.#lexer.advance();
    return true;
  }

  /** `typeof name` asks whether there is such a variable, and is no use of it. */
  #skipTypeofName(): void {
    if (this.#token.kind !== "name" || !isReference(this.#token.text)) return;
    const next = this.#peek();
    if (next.kind === "template" || [".", "?.", "(", "[", "=>"].includes(next.text)) return;
    this.#typeofName = this.#token.start;
  }

  #parseYield(noIn: boolean): void {
    this.#lexer.advance();
    const { kind, text, afterNewline } = this.#token;
    if (afterNewline || kind === "end") return;
    if (kind === "punctuator" && [")", "]", "}", ",", ";", ":"].includes(text)) return;
    if (kind === "name" && (text === "in" || text === "of")) return;
    this.#take("*");
    this.#parseAssignment(noIn);
  }

  #parsePrimary(): void {
    if (this.#at("/") || this.#at("/=")) this.#lexer.rescanRegExp();
    const token = this.#lexer.advance();
    switch (token.kind) {
      case "number":
      case "string":
      case "regexp":
      case "private":
        return;
      case "template":
        return this.#parseTemplate(token);
      case "name":
        return this.#parseNamed(token);
      case "punctuator":
        if (token.text === "(") {
          this.#parseExpression(false);
          return this.#expect(")");
        }
        if (token.text === "[") return this.#parseList("]");
        if (token.text === "{") return this.#parseObject();
    }
    this.#lexer.rewind(token);
    this.#fail();
  }

  #parseNamed(token: Token): void {
    const { text } = token;
    switch (text) {
      case "function":
        return this.#parseFunctionKeyword(false, null);
      case "class":
        return this.#parseClass(null);
      case "import":
        return this.#parseImport();
      case "new":
        this.#expect(".");
        this.#lexer.advance();
        return this.#refer("new.target");
      case "async":
        if (this.#atName("function") && !this.#token.afterNewline) {
          this.#lexer.advance();
          return this.#parseFunctionKeyword(true, null);
        }
    }
    if (token.start === this.#typeofName || LITERALS.has(text)) return;
    this.#refer(text);
  }

  /** `import.meta` is the module's; a relative specifier of `import()` starts from the module, too. */
  #parseImport(): void {
    if (this.#take(".")) {
      if (this.#lexer.advance().text === "meta") this.#refer("import.meta");
      return;
    }
    this.#expect("(");
    if (this.#token.kind === "string" && /^.(?:\.{0,2}\/)/.test(this.#token.text)) {
      this.#refer(`import(${this.#token.text})`);
    }
    this.#parseList(")");
  }

  #parseTemplate(first: Token): void {
    let part = first;
    while (part.text.endsWith("${")) {
      this.#parseExpression(false);
      if (!this.#at("}")) this.#fail();
      this.#lexer.rescanTemplate();
      part = this.#lexer.advance();
    }
  }

  /** What stands between brackets: expressions, spread or left out. */
  #parseList(close: ")" | "]"): void {
    while (!this.#take(close)) {
      if (this.#take(",")) continue;
      this.#take("...");
      this.#parseAssignment(false);
      if (!this.#at(close)) this.#expect(",");
    }
  }

  #parseObject(): void {
    while (!this.#take("}")) {
      if (this.#take("...")) {
        this.#parseAssignment(false);
      } else {
        const name = this.#parseMethodOrName(this.#scope, [...OWN_THIS, "super"]);
        if (this.#take(":")) this.#parseAssignment(false);
        else if (name !== null) {
          this.#refer(name.text);
          if (this.#take("=")) this.#parseAssignment(false);
        }
      }
      if (!this.#at("}")) this.#expect(",");
    }
  }

  #parseSuffixes(): void {
    while (true) {
      if (this.#token.kind === "template") {
        this.#parseTemplate(this.#lexer.advance());
      } else if (this.#take(".")) {
        this.#lexer.advance();
      } else if (this.#take("?.")) {
        if (this.#token.kind === "name" || this.#token.kind === "private") this.#lexer.advance();
      } else if (this.#take("(")) {
        this.#parseList(")");
      } else if (this.#take("[")) {
        this.#parseExpression(false);
        this.#expect("]");
      } else {
        const isPostfix = this.#at("++") || this.#at("--");
        if (!isPostfix || this.#token.afterNewline) return;
        this.#lexer.advance();
      }
    }
  }
}

function isReference(name: string): boolean {
  return !["function", "class", "async", "new", "import", "typeof", "void", "delete", "await"]
    .includes(name);
}
