/** `web/docs/parity.md` and `mod.ts`, held against the asyncio of CPython 3.14. */
import { assert, assertEquals } from "@std/assert";
import * as asyncio from "../mod.ts";
import type { AsyncioNames } from "./_support/asyncio_names.ts";
import { needs, test } from "./_support/harness.ts";
import {
  matches,
  type ParityRow,
  type ParityTable,
  parseParityTable,
  type Standing,
  toCamelCase,
} from "./_support/parity_table.ts";

const PAGE = new URL("../web/docs/parity.md", import.meta.url);

/** The heading of the names that this CPython, which is of no system, does not have. */
const OF_SOME_SYSTEMS = "Names that CPython has on some systems alone";

/** The heading of the names of other modules. */
const FROM_ELSEWHERE = "From elsewhere in Python";

/** What a part of the language is called here. */
const PROTOCOLS: Record<string, PropertyKey> = {
  __aenter__: "enter",
  __aexit__: "exit",
  __enter__: Symbol.dispose,
  __exit__: Symbol.dispose,
  __await__: asyncio.awaitable,
  __iter__: Symbol.iterator,
  __aiter__: Symbol.asyncIterator,
  __repr__: "toString",
  __str__: "toString",
};

/** Whose `with` is an `await using`: leaving waits. */
const LEFT_BY_WAITING = new Set(["Runner"]);

/** Objects of the classes that have fields. */
const OBJECTS: Record<string, () => object> = {
  IncompleteReadError: () => new asyncio.IncompleteReadError(new Uint8Array(), 1),
  LimitOverrunError: () => new asyncio.LimitOverrunError("", 1),
  EventLoop: () => {
    const loop = asyncio.newEventLoop();
    loop.close();
    return loop;
  },
};

const exports: ReadonlyMap<string, unknown> = new Map(Object.entries(asyncio));

interface Everything {
  python: AsyncioNames;
  table: ParityTable;
}

let everything: Promise<Everything> | null = null;

/** CPython's names and the page, read once. */
function read(): Promise<Everything> {
  // CPython runs under Deno alone: a page must not even load the import.
  everything ??= import("./_support/asyncio_names.ts").then(async ({ readAsyncioNames }) => ({
    python: await readAsyncioNames(),
    table: parseParityTable(await Deno.readTextFile(PAGE)),
  }));
  return everything;
}

function rowsOfNames({ table }: Everything): ParityRow[] {
  return table.rows.filter((row) => row.section !== FROM_ELSEWHERE && !row.python.includes("."));
}

function rowsOfMembers({ table }: Everything): ParityRow[] {
  return table.rows.filter((row) => row.section !== FROM_ELSEWHERE && row.python.includes("."));
}

/** A class's members in Python, each with its row or what it is called here by the rule. */
interface Member {
  name: string;
  row: ParityRow | undefined;
  isHere: boolean;
}

/** The members of all classes that are here. Several classes of Python may be one here. */
function membersOf(all: Everything): Member[] {
  const members = new Map<string, Member>();
  for (const row of rowsOfNames(all)) {
    const owner = row.here === null ? undefined : exports.get(row.here);
    for (const name of all.python.names[row.python] ?? []) {
      if (typeof owner !== "function" || row.here === null) continue;
      const full = `${row.here}.${name}`;
      members.set(full, {
        name: full,
        row: rowsOfMembers(all).find(({ python }) => matches(python, full)),
        isHere: hasMember(row.here, name),
      });
    }
  }
  return [...members.values()];
}

function hasMember(className: string, member: string): boolean {
  const owner = exports.get(className);
  if (typeof owner !== "function") return false;
  const object: object = OBJECTS[className]?.() ?? owner.prototype;
  const name = PROTOCOLS[member] ?? toCamelCase(member);
  if (name === Symbol.dispose && LEFT_BY_WAITING.has(className)) {
    return Symbol.asyncDispose in object;
  }
  if (name === "toString") return object.toString !== Object.prototype.toString;
  if (name === asyncio.awaitable) return name in object || object instanceof asyncio.Awaitable;
  return name in object || name in owner;
}

function testWithPython(name: string, check: (all: Everything) => void): void {
  test({ name, ...needs("files"), fn: async () => check(await read()) });
}

testWithPython("CPython is of the version that asyncio is taken from", ({ python }) => {
  assert(python.version.startsWith("3.14."), python.version);
});

testWithPython("the table of parity has a row for every name of asyncio.__all__", (all) => {
  const listed = rowsOfNames(all).map(({ python }) => python);
  const missing = Object.keys(all.python.names).filter((name) => !listed.includes(name));
  assertEquals(missing, [], "names of asyncio without a row in web/docs/parity.md");
  assertEquals(listed.filter((name, index) => listed.indexOf(name) !== index), [], "listed twice");
});

testWithPython("the table of parity names nothing that asyncio has not", (all) => {
  const stale = rowsOfNames(all)
    .filter(({ section }) => section !== OF_SOME_SYSTEMS)
    .map(({ python }) => python)
    .filter((name) => !(name in all.python.names));
  assertEquals(stale, [], "rows for names that asyncio has not");
  const known = rowsOfNames(all).filter(({ section, python }) =>
    section === OF_SOME_SYSTEMS && python in all.python.names
  );
  assertEquals(known.map(({ python }) => python), [], "names that this CPython has, too");
});

testWithPython("what the table of parity says to be here is here, and the rest is not", (all) => {
  for (const { python, here, standing } of all.table.rows) {
    if (here !== null) {
      const [owner = "", member] = here.split(".");
      const isHere = member === undefined ? exports.has(owner) : hasMember(owner, member);
      assert(isHere, `${python}: ${here} is not here`);
    } else {
      const [owner = "", member] = python.split(".");
      const isHere = member === undefined
        ? exports.has(toCamelCase(owner))
        : hasMember(owner, member);
      assert(!isHere, `${python} is here, and the table says ${standing}`);
    }
  }
});

testWithPython("every member of a class of asyncio's is here, or has a row", (all) => {
  const missing = membersOf(all).filter(({ isHere, row }) => !isHere && row === undefined);
  assertEquals(missing.map(({ name }) => name), []);
});

testWithPython("every row of a member stands for one of asyncio's, and says something", (all) => {
  const members = membersOf(all).map(({ name }) => name);
  for (const { python, here, differs, why } of rowsOfMembers(all)) {
    assert(members.some((name) => matches(python, name)), `${python} is no member in asyncio`);
    const saysNothing = here === toCamelCase(python) && differs === "" && why === "";
    assert(!saysNothing, `${python}: the row says nothing that the rule does not`);
  }
});

testWithPython("the table of parity gives a reason for what is not here", (all) => {
  for (const { python, standing, differs, why } of all.table.rows) {
    if (standing !== "here") assert(why !== "", `${python}: ${standing}, and why?`);
    if (standing === "none") assert(differs !== "", `${python}: none, and what is the way round?`);
    if (standing === "here" && why !== "") assert(differs !== "", `${python}: what differs?`);
  }
});

testWithPython("the table of parity names what is there elsewhere in Python", (all) => {
  const names = all.table.rows.filter(({ section }) => section === FROM_ELSEWHERE)
    .map(({ python }) => python);
  const found = all.python.exists(names);
  assertEquals(names.filter((_, index) => !found[index]), []);
  assertEquals(all.python.exists(["asyncio.no_such_name", "no_such_module.name"]), [false, false]);
});

testWithPython("every export stands in the table of parity, once", (all) => {
  const ofPython = new Set(all.table.rows.map(({ here }) => here));
  const { onlyHere } = all.table;
  const unexplained = [...exports.keys()].filter((name) =>
    !ofPython.has(name) && !onlyHere.has(name)
  );
  assertEquals(unexplained, [], "exports that the table does not know");
  const stale = [...onlyHere.keys()].filter((name) => !exports.has(name) || ofPython.has(name));
  assertEquals(stale, [], "names that are not here, or stand for one of Python's");
  for (const [name, what] of onlyHere) assert(what !== "", `${name}: what for?`);
});

testWithPython("the table of parity states its own counts", (all) => {
  const count = (standings: Standing[]): [Standing, number][] =>
    (["here", "none"] as const).map((standing) => [
      standing,
      standings.filter((each) => each === standing).length,
    ]);
  const names = count(
    rowsOfNames(all).filter(({ section }) => section !== OF_SOME_SYSTEMS)
      .map(({ standing }) => standing),
  );
  const members = count(membersOf(all).map(({ row }) => row?.standing ?? "here"));
  const counted = names.map(([standing, ofNames], index): [string, [number, number]] => [
    standing,
    [ofNames, members[index]?.[1] ?? 0],
  ]);
  assertEquals([...all.table.counts], counted, "the counts at the top of the page");
});
