/**
 * What the core's bytes are spent on: its size when one thing or another that it does is taken out of the
 * sources. What is left then does not run; it is weighed.
 *
 * @module
 */

import type { Loader, Plugin } from "esbuild";
import { join } from "node:path";
import ts from "typescript";

const LIB = join(import.meta.dirname!, "../lib");

/** Something that the core does beside running coroutines. */
export interface Part {
  /** What it is. */
  readonly name: string;
  /** The files that it names, under `lib/` and without `.ts`. */
  readonly files: readonly string[];
  /** Whether a node is a piece of it: what it is replaced by; else `null`. */
  replace(node: ts.Node, path: string): string | null;
}

/** What can be taken out, in the order in which it is. */
export const PARTS: readonly Part[] = [
  { name: "what errors and reports say", files: [], replace: withoutText },
  { name: "checks that throw", files: [], replace: withoutCheck },
  functionsOf("stacks, printed forms, reports, the view from outside", [
    ...["base/stack", "base/repr", "base/printing", "kernel/task_stack", "kernel/sources"],
    ...["kernel/exception_report", "kernel/deadlock", "kernel/await_places", "kernel/awaited_by"],
    ...["run/kept_layouts", "inspect/inspector", "inspect/snapshot", "inspect/ids"],
    "platform/browser/inspector",
  ]),
  functionsOf("debug mode", [
    ...["kernel/debug_mode", "kernel/slow_callbacks", "kernel/never_awaited"],
    "kernel/instruments",
  ]),
  functionsOf("async functions, promises and signals", [
    ...["coroutine/call_frame", "coroutine/call_stack", "coroutine/async_with"],
    ...["coroutine/async_generator", "kernel/async_hold", "kernel/async_call", "kernel/strand"],
    ...["kernel/promise_bridge", "kernel/from_promise", "kernel/patient_call", "kernel/abort"],
    ...["kernel/async_generators", "kernel/wrap_future", "sync/wait_call"],
    "kernel/task#enterStrand #stepStrand #resumeStrand #resume #call #returnFromElsewhere #enter",
  ]),
  functionsOf("context variables", ["coroutine/context_vars"]),
];

/**
 * Takes parts out of what is bundled.
 *
 * @param parts Which.
 * @returns The plugin, for one build.
 * @throws {Error} Within the build, if a file that a part names is not there.
 */
export function leaveOut(parts: readonly Part[]): Plugin {
  return {
    name: "leave-out",
    setup(build) {
      build.onStart(async () => {
        const files = parts.flatMap(({ files }) => files);
        await Promise.all(files.map((file) => Deno.stat(join(LIB, `${file}.ts`))));
      });
      build.onLoad({ filter: /\/lib\/.*\.ts$/ }, async ({ path }) => ({
        contents: stripped(await Deno.readTextFile(path), path, parts),
        loader: "ts" satisfies Loader,
      }));
    },
  };
}

function stripped(text: string, path: string, parts: readonly Part[]): string {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  let result = "";
  let end = 0;
  const visit = (node: ts.Node): void => {
    for (const part of parts) {
      const replacement = part.replace(node, path);
      if (replacement === null) continue;
      result += text.slice(end, node.getStart()) + replacement;
      end = node.end;
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return result + text.slice(end);
}

/**
 * Functions that do nothing.
 *
 * @param name What they do.
 * @param files The files whose functions they are, under `lib/` and without `.ts`; the members that are meant,
 * where not all are, stand behind.
 */
function functionsOf(name: string, files: readonly string[]): Part {
  const members = new Map(files.map((file) => {
    const [path = "", ...names] = file.split(/ |(?=#)/);
    return [path, names];
  }));
  return {
    name,
    files: [...members.keys()],
    replace(node, path) {
      const names = members.get(path.replace(/^.*\/lib\/|\.ts$/g, ""));
      if (names === undefined || !isBody(node)) return null;
      const own = ts.isMethodDeclaration(node.parent) ? node.parent.name.getText() : "";
      return names.length === 0 || names.includes(own) ? "{}" : null;
    },
  };
}

function isBody(node: ts.Node): boolean {
  return node.parent !== undefined && ts.isFunctionLike(node.parent) && "body" in node.parent &&
    node.parent.body === node;
}

/** Of `new RuntimeError("…")`, and of `message: "…"`. */
function withoutText(node: ts.Node): string | null {
  const { parent } = node;
  const isArgument = parent !== undefined && ts.isNewExpression(parent) &&
    /(?:Error|Exit)$/.test(parent.expression.getText()) && parent.arguments?.[0] === node;
  const isMessage = parent !== undefined && ts.isPropertyAssignment(parent) &&
    parent.name.getText() === "message" && parent.initializer === node;
  return (isArgument || isMessage) && isText(node) ? '""' : null;
}

function isText(node: ts.Node): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) ||
    ts.isBinaryExpression(node) || ts.isConditionalExpression(node);
}

/** `if (…) throw …;` */
function withoutCheck(node: ts.Node): string | null {
  if (!ts.isIfStatement(node) || node.elseStatement !== undefined) return null;
  const { thenStatement: then } = node;
  const only = ts.isBlock(then) && then.statements.length === 1 ? then.statements[0]! : then;
  return ts.isThrowStatement(only) ? ";" : null;
}
