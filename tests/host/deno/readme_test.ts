/** The programs in README.md compile, and print what their `// =>` comments say. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { startServer } from "../../../web/serve.ts";
import { test } from "../../_support/harness.ts";
import { ROOT } from "../../_support/test_files.ts";

/** What stands in README.md for a place that serves the repository. */
const PLACEHOLDER = "https://asyncio.example";

/** Inside the repository, so that its `deno.json` counts. */
const FOLDER = join(ROOT, "tests", ".cache", "readme");

/** What a program may do, by what it uses; all others need nothing. */
const PERMISSIONS: readonly (readonly [used: string, permission: string])[] = [
  ["startServer", "--allow-net=127.0.0.1"],
  ["createSubprocessExec", "--allow-run=sort"],
];

const programs = [
  ...Deno.readTextFileSync(join(ROOT, "README.md")).matchAll(/^```ts\n(.*?)^```/gms),
]
  .map(([, text = ""], index) => ({ name: `program_${index + 1}.ts`, text }));

function expectedLines(text: string): string[] {
  return [...text.matchAll(/\/\/ => (.*)$/gm)].map(([, line = ""]) => line);
}

/** Writes the programs as files, with the server in the placeholder's stead. */
async function writePrograms(origin: string): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const { name, text } of programs) {
    await Deno.writeTextFile(join(FOLDER, name), text.replaceAll(PLACEHOLDER, origin));
  }
}

async function deno(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: FOLDER,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Serves the repository while a test needs it. */
async function whileServed(body: (origin: string) => Promise<void>): Promise<void> {
  const server = startServer(ROOT);
  try {
    await writePrograms(server.origin);
    await body(server.origin);
  } finally {
    await server.close();
  }
}

test("README.md has programs, and each prints something", () => {
  assert(programs.length >= 5);
  for (const { name, text } of programs) assert(expectedLines(text).length > 0, name);
});

for (const { name, text } of programs) {
  test(`README.md ${name} prints what it says`, () =>
    whileServed(async (origin) => {
      const { code, stdout, stderr } = await deno(
        "run",
        "--quiet",
        "--no-check",
        "--no-lock",
        "--no-prompt",
        `--allow-import=${new URL(origin).host}`,
        ...PERMISSIONS.filter(([used]) => text.includes(used)).map(([, permission]) => permission),
        name,
      );
      assertEquals(stdout.split("\n").slice(0, -1), expectedLines(text), stderr);
      assertEquals([stderr, code], ["", 0]);
    }));
}

test("README.md's programs have no error of types", () =>
  whileServed(async (origin) => {
    const names = programs.map(({ name }) => name);
    const host = `--allow-import=${new URL(origin).host}`;
    // Not `deno check`, which passes over what git ignores, and says nothing.
    const { code, stderr } = await deno("cache", "--check", "--quiet", "--no-lock", host, ...names);
    assertEquals([stderr, code], ["", 0]);
  }));
