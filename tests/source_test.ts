/** The house's rules, checked in the sources themselves (CONTRIBUTING.md). */
import { assert, assertEquals } from "@std/assert";
import { needs, test } from "./_support/harness.ts";

/** What belongs to the host, and to `lib/platform/`, alone. */
const HOST_NAMES = new Set([
  "BroadcastChannel",
  "clearInterval",
  "clearTimeout",
  "console",
  "Deno",
  "document",
  "fetch",
  "localStorage",
  "location",
  "MessageChannel",
  "navigator",
  "performance",
  "process",
  "requestAnimationFrame",
  "setImmediate",
  "setInterval",
  "setTimeout",
  "SharedWorker",
  "window",
  "Worker",
]);

const LONGEST_FILE = 500;

// The compiler and the files are there under Deno alone: a page must not even load the import.
const tree = () => import("./_support/source_tree.ts");

test({
  name: "lib/ imports from its own floor and from those below",
  ...needs("files"),
  async fn() {
    const { readFloors, readSources } = await tree();
    const floors = await readFloors();
    const wrong: string[] = [];
    for (const file of await readSources("lib")) {
      const allowed = floors.get(file.floor);
      assert(allowed, `CONTRIBUTING.md has no floor of ${file.path}`);
      for (const { target } of file.imports()) {
        if (target === null) continue;
        const floor = /^lib\/([^/]+)\//.exec(target)?.[1] ?? target;
        if (floor !== file.floor && !allowed.has(floor)) wrong.push(`${file.path} -> ${target}`);
      }
    }
    assertEquals(wrong, []);
  },
});

test({
  name: "CONTRIBUTING.md's floors stand one on another",
  ...needs("files"),
  async fn() {
    const { readFloors } = await tree();
    const floors = await readFloors();
    const above = new Set<string>();
    assert(floors.size > 5, "the table of floors is not found");
    for (const [floor, allowed] of floors) {
      for (const below of allowed) {
        assert(
          above.has(below),
          `${floor} may import ${below}, which stands further down the table`,
        );
      }
      above.add(floor);
    }
  },
});

test({
  name: "lib/ has no import cycle, but for types",
  ...needs("files"),
  async fn() {
    const { findCycles, readSources } = await tree();
    assertEquals(findCycles(await readSources("lib")), []);
  },
});

test({
  name: "lib/ imports nothing by a bare name",
  ...needs("files"),
  async fn() {
    const { readSources } = await tree();
    const bare = (await readSources("lib")).flatMap((file) =>
      file.imports().filter(({ target }) => target === null)
        .map(({ specifier }) => `${file.path}: ${specifier}`)
    );
    assertEquals(bare, []);
  },
});

test({
  name: "lib/ names the host in lib/platform/ alone",
  ...needs("files"),
  async fn() {
    const { readSources } = await tree();
    const mentions = (await readSources("lib"))
      .filter(({ floor }) => floor !== "platform")
      .flatMap((file) => [...file.mentionsOf(HOST_NAMES), ...file.stringsWith("node:")]);
    assertEquals(mentions, []);
  },
});

test({
  name: `lib/ has no file over ${LONGEST_FILE} lines that does not say why it is one`,
  ...needs("files"),
  async fn() {
    const { readSources } = await tree();
    const long = (await readSources("lib"))
      .filter((file) => file.lineCount > LONGEST_FILE && !file.saysWhyItIsLong)
      .map(({ path, lineCount }) => `${path}: ${lineCount} lines`);
    assertEquals(long, []);
  },
});

test({
  name: "lib/ has a test file for each file of code",
  ...needs("files"),
  async fn() {
    const { readSources } = await tree();
    const tested = new Set((await readSources("tests")).map(({ name }) => name));
    const untested = (await readSources("lib"))
      .filter((file) => !file.isOfTypesAlone && !tested.has(`${file.name}_test`))
      .map(({ path }) => path);
    assertEquals(untested, []);
  },
});

test({
  name: "mod.ts lists every name, once, and does nothing else but start the console",
  ...needs("files"),
  async fn() {
    const { readSources } = await tree();
    const [mod] = await readSources("mod.ts");
    assert(mod);
    const [start, ...others] = mod.ownStatements();
    assert(start?.includes("import.meta"), `mod.ts has another statement: ${start}`);
    assertEquals(others, []);
    const names = mod.reexports().map(([name]) => name);
    assertEquals(names.filter((name, index) => name === "*" || names.indexOf(name) !== index), []);
    assert(names.length > 0);
  },
});

test({
  name: "the sources use no way around the compiler and the linter",
  ...needs("files"),
  async fn() {
    const { readSources } = await tree();
    const roots = await Promise.all(["mod.ts", "lib", "tests", "web"].map(readSources));
    const loose = roots.flat().flatMap((file) => [
      ...file.anys(),
      ...file.commentsWith(/@ts-ignore|@ts-nocheck|lint-ignore|\bTODO\b|\bFIXME\b/),
    ]);
    assertEquals(loose, []);
  },
});
