/**
 * The two interpreters: the one in generator coroutines, and the async twin that is made of it.
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { makeTwin } from "../_support/twin.ts";
import { ROOT } from "../_support/test_files.ts";
import { Interpreter } from "./interpreter.ts";
import { type Form, runProgram } from "./run_program.ts";
import type { Program } from "./program.ts";
import type { Entry } from "./trace.ts";

const SOURCE = join(ROOT, "tests/conformance/interpreter.ts");
const TWIN = join(ROOT, "tests/.cache/conformance/interpreter.ts");

/** Runs a program in a form and gives its trace. */
export type RunForm = (program: Program, form: Form) => Promise<Entry[]>;

/** Makes the twin, and gives what runs programs in every form. */
export async function prepareForms(): Promise<RunForm> {
  const twin = await loadTwin();
  return (program, form) =>
    runProgram(program, form === "async" ? twin : Interpreter, form === "sync");
}

async function loadTwin(): Promise<typeof Interpreter> {
  const text = makeTwin(await Deno.readTextFile(SOURCE), {
    path: relative(ROOT, SOURCE),
    redirect: (specifier) => relative(dirname(TWIN), join(dirname(SOURCE), specifier)),
    hasTwin: () => false,
  });
  await Deno.mkdir(dirname(TWIN), { recursive: true });
  await Deno.writeTextFile(TWIN, text);
  const module: { Interpreter: typeof Interpreter } = await import(pathToFileURL(TWIN).href);
  return module.Interpreter;
}
