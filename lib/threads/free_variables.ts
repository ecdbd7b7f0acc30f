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
import { ExpressionReader } from "./expression_reader.ts";
import { SourceError } from "./javascript_lexer.ts";
import { OWN_THIS, PLAIN, Scope } from "./scope_reader.ts";
import { type Facts, NO_FACTS } from "./typeof_guards.ts";

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
  return new FunctionReader(source).analyze();
}

class FunctionReader extends ExpressionReader {
  analyze(): FunctionAnalysis {
    if (this.atName("class")) throw new SourceError("a class, which cannot be called");
    const expression = this.#isFunctionExpression() ? this.#expressionText() : this.#methodText();
    if (this.token.kind !== "end") this.fail();
    return { free: [...this.top.references], expression };
  }

  #isFunctionExpression(): boolean {
    if (this.atName("function")) return true;
    if (this.atName("async")) {
      const next = this.peek();
      if (!next.afterNewline && next.kind === "name" && next.text === "function") return true;
    }
    return this.arrowAhead();
  }

  #expressionText(): string {
    this.parseOperand(false);
    return this.source;
  }

  /** A method's source begins with its name: what follows is a function's parameters and body. */
  #methodText(): string {
    let form = PLAIN;
    if (this.atModifier("async")) form = { ...form, isAsync: true };
    else if (!this.atModifier("get")) this.atModifier("set");
    if (this.take("*")) form = { ...form, isGenerator: true };
    this.parsePropertyName(new Scope(null, true));
    const { start } = this.token;
    if (!this.at("(")) this.fail();
    // `super` is left out: it stands for the object that the method was taken from.
    this.parseFunction(form, OWN_THIS);
    const head = `${form.isAsync ? "async " : ""}function${form.isGenerator ? "*" : ""}`;
    return `${head} ${this.source.slice(start)}`;
  }

  /** Tells whether nothing runs after it. */
  protected override parseBlock(): boolean {
    const outer = this.guards;
    let leaves = false;
    this.expect("{");
    while (!this.take("}")) leaves = this.#parseStatement() || leaves;
    this.guards = outer;
    return leaves;
  }

  /** Tells whether what follows it is not run: it returns, throws or jumps. */
  #parseStatement(): boolean {
    if (this.at("{")) return this.#parseInBlock();
    if (this.atName("if")) return this.#parseIf();
    const leaves = this.token.kind === "name" &&
      ["return", "throw", "break", "continue"].includes(this.token.text);
    this.#parseOther();
    return leaves;
  }

  #parseInBlock(): boolean {
    let leaves = false;
    this.inBlock(() => leaves = this.parseBlock());
    return leaves;
  }

  /** A statement that may not be run, or not after what stands before it: what it makes sure of, it does for itself. */
  #parseGuarded(names: ReadonlySet<string>): boolean {
    return this.inGuard(names, () => this.#parseStatement());
  }

  /** Where one branch is left for good, the other's condition holds for what follows. */
  #parseIf(): boolean {
    this.lexer.advance();
    const { whenTrue, whenFalse } = this.#parseParenthesized();
    const leaves = this.#parseGuarded(whenTrue);
    const elseLeaves = this.takeName("else") && this.#parseGuarded(whenFalse);
    if (leaves) this.guard(whenFalse);
    if (elseLeaves) this.guard(whenTrue);
    return leaves && elseLeaves;
  }

  #parseOther(): void {
    if (this.take(";")) return;
    if (this.at("@")) {
      while (this.take("@")) this.parseOperand(false);
      return this.#parseOther();
    }
    if (this.token.kind !== "name") return this.#parseExpressionStatement();
    switch (this.token.text) {
      case "var":
      case "let":
      case "const":
      case "using":
      case "await":
        if (this.#declarationAhead()) {
          this.#parseDeclaration(false);
          this.take(";");
          return;
        }
        return this.#parseExpressionStatement();
      case "async":
        return this.#parseAsyncStatement();
      case "function":
        this.lexer.advance();
        return this.parseFunctionKeyword(false, this.scope);
      case "class":
        this.lexer.advance();
        return this.parseClass(this.scope);
      case "for":
        return this.inBlock(() => this.#parseFor());
      case "switch":
        return this.#parseSwitch();
      case "try":
        return this.#parseTry();
      case "while":
      case "with":
        this.lexer.advance();
        this.#parseGuarded(this.#parseParenthesized().whenTrue);
        return;
      case "do":
        this.lexer.advance();
        this.#parseGuarded(NO_FACTS.whenTrue);
        if (!this.takeName("while")) this.fail();
        this.#parseParenthesized();
        this.take(";");
        return;
      case "return":
      case "throw":
        this.lexer.advance();
        if (!this.#statementEnds()) this.parseExpression(false);
        this.take(";");
        return;
      case "break":
      case "continue":
        this.lexer.advance();
        if (this.token.kind === "name" && !this.token.afterNewline) this.lexer.advance();
        this.take(";");
        return;
      case "debugger":
        this.lexer.advance();
        return;
      default:
        return this.#parseExpressionStatement();
    }
  }

  #statementEnds(): boolean {
    return this.token.afterNewline || this.token.kind === "end" || this.at(";") || this.at("}");
  }

  #parseExpressionStatement(): void {
    if (this.token.kind === "name") {
      const next = this.peek();
      if (next.kind === "punctuator" && next.text === ":") {
        this.lexer.advance();
        this.lexer.advance();
        this.#parseGuarded(NO_FACTS.whenTrue);
        return;
      }
    }
    this.parseExpression(false);
    this.take(";");
  }

  #parseAsyncStatement(): void {
    const next = this.peek();
    if (next.afterNewline || next.kind !== "name" || next.text !== "function") {
      return this.#parseExpressionStatement();
    }
    this.lexer.advance();
    this.lexer.advance();
    this.parseFunctionKeyword(true, this.scope);
  }

  #parseParenthesized(): Facts {
    this.expect("(");
    const facts = this.parseExpression(false);
    this.expect(")");
    return facts;
  }

  /** `let` and `using` are names, too, and `await` begins `await using`. */
  #declarationAhead(isHead = false): boolean {
    const word = this.token.text;
    if (word === "var" || word === "const") return true;
    const here = this.token;
    const next = this.peek();
    const isName = next.kind === "name" && !["in", "instanceof"].includes(next.text);
    if (word === "let") return isName || next.text === "[" || next.text === "{";
    if (word === "using") {
      // `for (using of list)` has a variable of that name take the items.
      return isName && !next.afterNewline && !(isHead && next.text === "of" && !this.#bindsOf());
    }
    if (next.kind !== "name" || next.text !== "using" || next.afterNewline) return false;
    this.lexer.advance();
    const found = this.#declarationAhead(isHead);
    this.lexer.rewind(here);
    return found;
  }

  /** Tells whether the `of` after the word at hand is given a value. */
  #bindsOf(): boolean {
    const here = this.token;
    this.lexer.advance();
    const next = this.peek();
    this.lexer.rewind(here);
    return next.kind === "punctuator" && next.text === "=";
  }

  #parseDeclaration(noIn: boolean): void {
    this.takeName("await");
    const into = this.lexer.advance().text === "var" ? this.scope.hoist : this.scope;
    do this.parseBinding(into, noIn); while (this.take(","));
  }

  #parseFor(): void {
    this.lexer.advance();
    this.takeName("await");
    this.expect("(");
    if (!this.at(";")) {
      if (this.token.kind === "name" && this.#declarationWord() && this.#declarationAhead(true)) {
        this.#parseDeclaration(true);
      } else {
        this.parseExpression(true);
      }
    }
    if (this.takeName("of") || this.takeName("in")) {
      this.parseExpression(false);
      this.expect(")");
      this.#parseGuarded(NO_FACTS.whenTrue);
      return;
    }
    this.expect(";");
    const { whenTrue } = this.at(";") ? NO_FACTS : this.parseExpression(false);
    this.expect(";");
    if (!this.at(")")) this.inGuard(whenTrue, () => this.parseExpression(false));
    this.expect(")");
    this.#parseGuarded(whenTrue);
  }

  #declarationWord(): boolean {
    return ["var", "let", "const", "using", "await"].includes(this.token.text);
  }

  #parseSwitch(): void {
    this.lexer.advance();
    this.#parseParenthesized();
    this.inBlock(() => {
      this.expect("{");
      while (!this.take("}")) {
        if (this.takeName("case")) this.parseExpression(false);
        else if (!this.takeName("default")) this.fail();
        this.expect(":");
        // From one case to the next there are two ways.
        this.inGuard(NO_FACTS.whenTrue, () => {
          while (!this.at("}") && !this.atName("case") && !this.atName("default")) {
            this.#parseStatement();
          }
        });
      }
    });
  }

  #parseTry(): void {
    this.lexer.advance();
    this.inBlock(() => this.parseBlock());
    if (this.takeName("catch")) {
      this.inBlock(() => {
        if (this.take("(")) {
          this.parseTarget(this.scope);
          this.expect(")");
        }
        this.inBlock(() => this.parseBlock());
      });
    }
    if (this.takeName("finally")) this.inBlock(() => this.parseBlock());
  }
}
