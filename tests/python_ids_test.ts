/** The lists of CPython's tests and of what stands for them here. */
import { assert, assertEquals } from "@std/assert";
import { needs, test } from "./_support/harness.ts";
import { PYTHON_TESTS } from "./python_ids/all.ts";

// The compiler is there under Deno alone: a page must not even load the import.
const titles = () => import("./_support/test_titles.ts");

test({
  name: "every title that stands for a test of CPython's is one of a test",
  ...needs("files"),
  async fn() {
    const isTitle = await (await titles()).readTitles();
    // Put together here, for this is one of the files that are read.
    assert(!isTitle(["a title", "no test has"].join(" that ")));
    const missing: string[] = [];
    for (const [file, tests] of Object.entries(PYTHON_TESTS)) {
      for (const [id, counterpart] of Object.entries(tests)) {
        if ("skipped" in counterpart) continue;
        for (const title of counterpart) {
          if (!isTitle(title)) missing.push(`${file} ${id}: ${title}`);
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
