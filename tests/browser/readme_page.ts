/** The pages in README.md, as a user writes them beside `dist/`. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import type { PageTest } from "../_support/page_tests.ts";
import { ROOT } from "../_support/test_files.ts";

const readme = Deno.readTextFileSync(join(ROOT, "README.md"));
const pages = [...readme.matchAll(/^```html\n(.*?)^```/gms)].map(([, page = ""]) => page);
assert(pages.length === 2, "README.md has a page with a script tag and one with a module");

const tests: PageTest[] = pages.map((body, index) => ({
  name: `README.md page ${index + 1} greets in its title`,
  async run({ page, origin }) {
    const url = `${origin}/readme.html`;
    await page.route(url, (route) => route.fulfill({ contentType: "text/html", body }));
    await page.goto(url);
    const isThere = `new Promise((resolve) => setInterval(() => {
      if (document.title !== "Hello") resolve(document.title);
    }, 10))`;
    assertEquals(await page.evaluate(isThere), "hello, Ann and Bob");
  },
}));

export const plainOnly = true;
export default tests;
