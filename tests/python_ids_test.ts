/** The lists of CPython's tests and of what stands for them here. */
import { assert, assertEquals } from "@std/assert";
import { needs, test } from "./_support/harness.ts";
import { PYTHON_TESTS } from "./python_ids/all.ts";

/** The titles of all tests. */
async function readTitles(): Promise<Set<string>> {
  const script = new URL("./_support/list_titles.ts", import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script.href],
    stderr: "inherit",
  }).output();
  const titles: string[] = JSON.parse(new TextDecoder().decode(stdout));
  return new Set(titles);
}

test({
  name: "every title that stands for a test of CPython's is one of a test",
  ...needs("deno"),
  async fn() {
    const titles = await readTitles();
    const missing: string[] = [];
    for (const [file, tests] of Object.entries(PYTHON_TESTS)) {
      for (const [id, counterpart] of Object.entries(tests)) {
        if ("skipped" in counterpart) continue;
        for (const title of counterpart) {
          if (!titles.has(title)) missing.push(`${file} ${id}: ${title}`);
        }
      }
    }
    assertEquals(missing, []);
  },
});

test("every test of CPython's has a title here, or a reason", () => {
  for (const [file, tests] of Object.entries(PYTHON_TESTS)) {
    for (const [id, counterpart] of Object.entries(tests)) {
      assert(/^\w+\.\w+$/.test(id), `${file}: ${id} is no Class.method`);
      const says = "skipped" in counterpart ? counterpart.skipped : counterpart.join("");
      assert(says !== "", `${file} ${id}`);
    }
  }
});
