/**
 * The titles that the test files may give, found in their sources: a file cannot be loaded to ask it.
 *
 * @module
 */
import { join } from "node:path";
import ts from "typescript";
import { ROOT, typeScriptFiles } from "./test_files.ts";

/** The texts that a file's literals make. */
class Literals {
  readonly #text: string;
  readonly #plain = new Set<string>();
  readonly #templates: RegExp[] = [];

  constructor(path: string, text: string) {
    this.#text = text;
    this.#visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  }

  /** Whether one of the literals is this text, or a template that can become it. */
  make(title: string): boolean {
    return this.#plain.has(title) ||
      this.#templates.some((template) => {
        const filled = template.exec(title)?.slice(1);
        return filled?.every((part) => this.#canFillIn(part, title)) ?? false;
      });
  }

  /** What is filled in is written in the file, too: as a name, or by another literal. */
  #canFillIn(part: string, title: string): boolean {
    return this.#text.includes(part) || (part.length < title.length && this.make(part));
  }

  #visit(node: ts.Node): void {
    if (ts.isStringLiteralLike(node)) this.#plain.add(node.text);
    else if (ts.isTemplateExpression(node)) {
      const spans = node.templateSpans.map(({ literal }) => escape(literal.text));
      this.#templates.push(new RegExp(`^${[escape(node.head.text), ...spans].join("(.*)")}$`));
    }
    ts.forEachChild(node, (child) => this.#visit(child));
  }
}

function escape(text: string): string {
  return text.replaceAll(/[^\w\s]/g, "\\$&");
}

/** Says of a title whether some test file can have a test of it. */
export async function readTitles(): Promise<(title: string) => boolean> {
  const paths = (await typeScriptFiles(join(ROOT, "tests")))
    .filter((path) => path.endsWith("_test.ts"));
  const files = await Promise.all(
    paths.map(async (path) => new Literals(path, await Deno.readTextFile(path))),
  );
  return (title) => files.some((file) => file.make(title));
}
