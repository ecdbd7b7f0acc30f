/**
 * Prints the titles of all tests as JSON: loads the test files and runs none. A process of its own, for
 * tests cannot be declared while one runs.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, typeScriptFiles } from "./test_files.ts";

const titles: string[] = [];

function declare(nameOrDefinition: string | { name: string }): void {
  titles.push(typeof nameOrDefinition === "string" ? nameOrDefinition : nameOrDefinition.name);
}

// What the harness takes for `test`, and all that it asks of it.
Object.defineProperty(Deno, "test", { value: Object.assign(declare, { afterEach() {} }) });

for (const path of await typeScriptFiles(join(ROOT, "tests"))) {
  if (path.endsWith("_test.ts")) await import(pathToFileURL(path).href);
}
console.log(JSON.stringify(titles));
