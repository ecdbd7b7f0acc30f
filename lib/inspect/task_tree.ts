/**
 * The tree of all tasks, as `python -m asyncio pstree` prints it: under each task the coroutines that are
 * suspended in it, from the outermost in, and under the innermost the tasks that it waits for.
 *
 * A task that several wait for is shown under the first; under the others it is named. CPython shows it in
 * full under each. Where tasks wait for each other in a circle CPython prints no tree but the circles; here
 * both. Trees that grow too deep to be read are cut, and the cut part stands on the left again: so the text
 * grows with the number of tasks alone.
 *
 * @module
 */
import { findCycles } from "../kernel/deadlock.ts";
import type { TaskSnapshot } from "./snapshot.ts";

/** How deep a tree may grow, in lines from the root. */
const DEEPEST = 100;

/** Writes the trees, and the circles if there are any. */
export function formatTree(tasks: readonly TaskSnapshot[]): string {
  return new TreeWriter(tasks).write().join("\n");
}

/** Something to be printed: a task, or the tasks and words under its coroutines. */
interface Branch {
  readonly prefix: string;
  readonly isLast: boolean;
  readonly depth: number;
  readonly content: TaskSnapshot | string;
  /** What is left of the coroutines under a task, the outermost last, and what stands under them. */
  readonly below: readonly (TaskSnapshot | string)[];
  readonly stack: readonly string[];
}

class TreeWriter {
  readonly #tasks: readonly TaskSnapshot[];
  // Whom each task waits for.
  readonly #children = new Map<number, TaskSnapshot[]>();
  readonly #shown = new Set<number>();
  readonly #lines: string[] = [];
  #cut: TaskSnapshot[] = [];

  constructor(tasks: readonly TaskSnapshot[]) {
    this.#tasks = tasks;
    for (const task of tasks) {
      for (const waiter of task.awaitedBy) {
        const children = this.#children.get(waiter);
        if (children === undefined) this.#children.set(waiter, [task]);
        else children.push(task);
      }
    }
  }

  write(): string[] {
    const ids = new Set(this.#tasks.map(({ id }) => id));
    const isRoot = (task: TaskSnapshot) => !task.awaitedBy.some((id) => ids.has(id));
    // Behind the roots, whatever waits in a circle and so has none.
    for (const root of [...this.#tasks.filter(isRoot), ...this.#tasks]) {
      if (this.#shown.has(root.id)) continue;
      this.#writeTree(root);
      for (let next = this.#cut.shift(); next !== undefined; next = this.#cut.shift()) {
        this.#writeTree(next);
      }
    }
    return [...this.#lines, ...this.#cycles()];
  }

  #writeTree(root: TaskSnapshot): void {
    this.#shown.add(root.id);
    const open: Branch[] = [this.#taskBranch(root, { prefix: "", isLast: true, depth: 0 })];
    for (let branch = open.pop(); branch !== undefined; branch = open.pop()) {
      open.push(...this.#writeBranch(branch).reverse());
    }
  }

  /** Writes a line, and gives what stands under it. */
  #writeBranch({ prefix, isLast, depth, content, below, stack }: Branch): Branch[] {
    const text = typeof content === "string" ? content : `(T) ${content.name}`;
    this.#lines.push(`${prefix}${isLast ? "└── " : "├── "}${text}`);
    const inner = { prefix: prefix + (isLast ? "    " : "│   "), depth: depth + 1 };
    const frame = stack.at(-1);
    if (frame !== undefined) {
      return [{ ...inner, isLast: true, content: frame, below, stack: stack.slice(0, -1) }];
    }
    return below.map((each, index) => {
      const at = { ...inner, isLast: index === below.length - 1 };
      return typeof each === "string" ? { ...at, ...leaf(each) } : this.#enter(each, at);
    });
  }

  /** What is to be printed of a task that stands under another. */
  #enter(task: TaskSnapshot, at: Pick<Branch, "prefix" | "isLast" | "depth">): Branch {
    if (this.#shown.has(task.id)) return { ...at, ...leaf(`(T) ${task.name}, see above`) };
    this.#shown.add(task.id);
    if (at.depth > DEEPEST) {
      this.#cut.push(task);
      return { ...at, ...leaf(`(T) ${task.name}, see below`) };
    }
    return this.#taskBranch(task, at);
  }

  #taskBranch(task: TaskSnapshot, at: Pick<Branch, "prefix" | "isLast" | "depth">): Branch {
    const words = task.waitingFor === null ? [] : [`waiting for ${task.waitingFor}`];
    const below = [...words, ...this.#children.get(task.id) ?? []];
    return { ...at, content: task, below, stack: task.stack };
  }

  #cycles(): string[] {
    const names = new Map(this.#tasks.map(({ id, name }) => [id, name]));
    const graph = new Map(
      [...this.#children].map(([id, children]) => [id, new Set(children.map((child) => child.id))]),
    );
    return findCycles(graph).map((cycle) =>
      `cycle: ${cycle.map((id) => names.get(id) ?? "Unknown").join(" → ")}`
    );
  }
}

function leaf(content: string): Pick<Branch, "content" | "below" | "stack"> {
  return { content, below: [], stack: [] };
}
