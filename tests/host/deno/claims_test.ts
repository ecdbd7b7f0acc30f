/** The programs of `web/examples/claims/` print what the comment at their ends says, and end. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { test } from "../../_support/harness.ts";
import { ROOT } from "../../_support/test_files.ts";

const FOLDER = join(ROOT, "web", "examples", "claims");

const programs = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
  .filter((name) => name.endsWith(".ts"))
  .sort();

/** The program's last comment. */
function expectedOutput(text: string): string | undefined {
  return /\/\* Output:\n(.*?)\*\/\n*$/s.exec(text)?.[1];
}

/** What the program's first comment says it may do, `deno run FLAGS web/…`; most say nothing. */
function flags(text: string): string[] {
  return /`deno run (.*?) ?web\//.exec(text)?.[1]?.split(" ") ?? [];
}

/** The one that says how long jobs in threads and processes take, which a busy machine may make wrong. */
const TIMED = "22_executor.ts";

for (const name of programs) {
  test(`web/examples/claims/${name} prints what it says`, async () => {
    const path = join(FOLDER, name);
    const text = await Deno.readTextFile(path);
    const expected = expectedOutput(text);
    assert(expected !== undefined, `${name} does not end in a comment /* Output: … */`);
    let printed: unknown[] = [];
    for (let tries = name === TIMED ? 3 : 1; tries > 0 && printed[0] !== expected; tries--) {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-check", "--no-prompt", ...flags(text), path],
        env: { NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const decoder = new TextDecoder();
      printed = [decoder.decode(stdout), decoder.decode(stderr), code];
    }
    assertEquals(printed, [expected, "", 0]);
  });
}

test("web/examples/claims/ has a program for each claim, and README.md lists it", async () => {
  const table = await Deno.readTextFile(join(FOLDER, "README.md"));
  const numbers = programs.map((name) => Number(name.split("_")[0]));
  assertEquals(numbers, Array.from({ length: 23 }, (_, index) => index + 1));
  for (const [index, name] of programs.entries()) {
    assert(table.includes(`| [${index + 1}](${name}) |`), `README.md has no row of ${name}`);
  }
});
