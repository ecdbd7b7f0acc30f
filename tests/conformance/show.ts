/**
 * Prints programs as pseudo-Python, and traces side by side.
 *
 * @module
 */
import type { Json } from "./json.ts";
import type { Block, Program, Statement, Subject, Target } from "./program.ts";
import type { Entry } from "./trace.ts";

/** A program as pseudo-Python. */
export function showProgram(program: Program): string {
  const { main, next = [], ...settings } = program;
  const shown = Object.entries(settings).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== 0
  );
  const head = shown.map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  const others = next.flatMap((part) =>
    part === "forever"
      ? ["run_forever()"]
      : Array.isArray(part)
      ? ["async def next():", ...showBlock(part, 1)]
      : [`run(${showTarget(part)})`]
  );
  return [...head, "async def main():", ...showBlock(main, 1), ...others].join("\n");
}

function showBlock(block: Block, depth: number): string[] {
  const lines = block.flatMap((statement) => showStatement(statement, depth));
  return lines.length > 0 ? lines : [`${"    ".repeat(depth)}pass`];
}

function showStatement(statement: Statement, depth: number): string[] {
  const indent = "    ".repeat(depth);
  const within = (block: Block) => showBlock(block, depth + 1);
  switch (statement.do) {
    case "await":
      return awaited(`${indent}await `, statement.subject, depth);
    case "spawn": {
      const { task, subject, via, ...options } = statement;
      const rest = Object.entries(options).filter(([key]) => key !== "do")
        .map(([key, value]) => `, ${key}=${JSON.stringify(value)}`).join("");
      return awaited(`${indent}t${task} = ${via}(`, subject, depth, `${rest})`);
    }
    case "try":
      return [
        `${indent}try:`,
        ...within(statement.body),
        ...statement.catches.flatMap(({ match, body, rethrow }) => [
          `${indent}except ${match}:`,
          ...within(body),
          ...(rethrow ? [`${indent}    raise`] : []),
        ]),
        ...(statement.final === null ? [] : [`${indent}finally:`, ...within(statement.final)]),
      ];
    default: {
      if (!("body" in statement)) return [`${indent}${plain(statement)}`];
      const { body, ...head } = statement;
      return [`${indent}${plain(head)}:`, ...within(body)];
    }
  }
}

/** A subject on lines of its own where it holds coroutines. */
function awaited(before: string, subject: Subject, depth: number, after = ""): string[] {
  const bodies: Block[] = [];
  const text = before + showSubject(subject, bodies) + after;
  const indent = "    ".repeat(depth + 1);
  return [
    text,
    ...bodies.flatMap((body, index) => {
      const lines = showBlock(body, depth + 2);
      return [`${indent}# coroutine ${index + 1}:`, ...lines];
    }),
  ];
}

function showSubject(subject: Subject, bodies: Block[]): string {
  if ("coro" in subject) {
    bodies.push(subject.coro);
    return `coroutine_${bodies.length}${subject.asFunction ? "" : "()"}`;
  }
  if ("sleep" in subject) return `sleep(${subject.sleep}, ${subject.result})`;
  if ("gather" in subject) {
    const items = subject.gather.map((item) => showSubject(item, bodies));
    return `gather(${items.join(", ")}${
      subject.returnExceptions ? ", return_exceptions=True" : ""
    })`;
  }
  if ("wait" in subject) {
    const targets = subject.wait.map(showTarget).join(", ");
    return `wait([${targets}], ${subject.returnWhen}, timeout=${subject.timeout})`;
  }
  if ("waitFor" in subject) {
    return `wait_for(${showSubject(subject.waitFor, bodies)}, ${subject.timeout})`;
  }
  if ("begun" in subject) {
    return `closing(${showSubject(subject.begun, bodies)}, ${subject.delay})`;
  }
  if ("shield" in subject) return `shield(${showSubject(subject.shield, bodies)})`;
  if ("task" in subject || "future" in subject) return showTarget(subject);
  return plain(subject);
}

function showTarget(target: Target): string {
  if (target === "self") return "current_task()";
  return "task" in target ? `t${target.task}` : `f${target.future}`;
}

function plain(statement: object): string {
  const { do: name, ...rest } = statement as { do?: string };
  const parts = Object.entries(rest).map(([key, value]) =>
    key === "target" ? showTarget(value as Target) : `${key}=${JSON.stringify(value)}`
  );
  return name === undefined ? `<${parts.join(" ")}>` : `${name}(${parts.join(", ")})`;
}

/** Two traces, with a mark at the first line that differs. */
export function showTraces(theirs: readonly Entry[], ours: readonly Entry[], at: number): string {
  const lines: string[] = [];
  for (let index = 0; index < Math.min(at, theirs.length); index++) {
    lines.push(`    ${showEntry(theirs[index]!)}`);
  }
  const rest = (name: string, entries: readonly Entry[]) => {
    const shown = entries.slice(at, at + 12).map((entry) => `    ${showEntry(entry)}`);
    return [`  ${name}:`, ...(shown.length > 0 ? shown : ["    (nothing more)"])];
  };
  return [...lines, ...rest("CPython", theirs), ...rest("ours", ours)].join("\n");
}

function showEntry([time, task, event, value]: Entry): string {
  return `${String(time).padStart(5)} ${(task ?? "-").padEnd(8)} ${event} ${showValue(value)}`;
}

function showValue(value: Json): string {
  if (value === null) return "";
  if (Array.isArray(value)) return `[${value.map(showValue).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  if ("text" in value) return `${value.text}`;
  if ("task" in value) return `<${value.task}>`;
  if ("future" in value) return `<${value.future}>`;
  const cause = value.cause === undefined ? "" : ` from ${showValue(value.cause)}`;
  const errors = value.errors === undefined ? "" : ` of ${showValue(value.errors)}`;
  return `${value.error}(${JSON.stringify(value.message)})#${value.id}${errors}${cause}`;
}
