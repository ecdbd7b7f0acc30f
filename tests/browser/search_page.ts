/** The search page: each key cancels the search before it, and the server sees it. */
import { assertEquals } from "@std/assert";
import { startSearchServer } from "../../web/examples/search/server.ts";
import type { PageTest } from "../_support/page_tests.ts";
import { until } from "../_support/until.ts";

const tests: PageTest[] = [
  {
    name: "web/examples/search aborts the last request on the server with each key",
    async run({ page }) {
      const text = "shield";
      // All but the last would take minutes: if they end, they were aborted.
      const server = await startSearchServer({
        pause: () => server.counts.begun < text.length ? 60 : 0,
      });
      try {
        await page.goto(`${server.origin}/examples/search/`);
        const query = page.locator("#query");
        for (const [index, key] of [...text].entries()) {
          await query.press(key);
          // The browser may not even send a request that is aborted at once.
          await until(() => server.counts.begun === index + 1);
        }
        await page.getByText(/^1 found[.] Requests so far: 6, \d of them aborted on the/).waitFor();
        assertEquals(await page.locator("#results code").allTextContents(), ["shield", "shield"]);
        await until(() => server.counts.aborted === text.length - 1);
        assertEquals(server.counts, { begun: 6, answered: 1, aborted: 5 });
        await query.fill("");
        assertEquals(await page.locator("#results code").count(), 0);
      } finally {
        await server.close();
      }
    },
  },
];

export const plainOnly = true;
export default tests;
