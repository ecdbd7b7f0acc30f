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

  protected override parseBlock(): void {
    this.expect("{");
    while (!this.take("}")) this.#parseStatement();
  }

  #parseStatement(): void {
    if (this.at("{")) return this.inBlock(() => this.parseBlock());
    if (this.take(";")) return;
    if (this.at("@")) {
      while (this.take("@")) this.parseOperand(false);
      return this.#parseStatement();
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
      case "if":
      case "while":
      case "with":
        this.lexer.advance();
        this.#parseParenthesized();
        this.#parseStatement();
        if (this.takeName("else")) this.#parseStatement();
        return;
      case "do":
        this.lexer.advance();
        this.#parseStatement();
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
        return this.#parseStatement();
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

  #parseParenthesized(): void {
    this.expect("(");
    this.parseExpression(false);
    this.expect(")");
  }

  /** `let` and `using` are names, too, and `await` begins `await using`. */
  #declarationAhead(): boolean {
    const word = this.token.text;
    if (word === "var" || word === "const") return true;
    const here = this.token;
    const next = this.peek();
    const isName = next.kind === "name" && !["in", "instanceof", "of"].includes(next.text);
    if (word === "let") return isName || next.text === "[" || next.text === "{";
    if (word === "using") return isName && !next.afterNewline;
    if (next.kind !== "name" || next.text !== "using" || next.afterNewline) return false;
    this.lexer.advance();
    const found = this.#declarationAhead();
    this.lexer.rewind(here);
    return found;
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
      if (this.token.kind === "name" && this.#declarationWord() && this.#declarationAhead()) {
        this.#parseDeclaration(true);
      } else {
        this.parseExpression(true);
      }
    }
    if (this.takeName("of") || this.takeName("in")) {
      this.parseExpression(false);
    } else {
      this.expect(";");
      if (!this.at(";")) this.parseExpression(false);
      this.expect(";");
      if (!this.at(")")) this.parseExpression(false);
    }
    this.expect(")");
    this.#parseStatement();
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
        while (!this.at("}") && !this.atName("case") && !this.atName("default")) {
          this.#parseStatement();
        }
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
