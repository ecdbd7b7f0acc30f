/** Pages of an origin that ask one another what runs in them. */
import { assertEquals, assertMatch } from "@std/assert";
import { BLANK_PATH } from "../_support/page_messages.ts";
import type { PageTest } from "../_support/page_tests.ts";

const PROGRAM = `asyncio.run(async () => {
  const queue = new asyncio.Queue();
  asyncio.createTask(() => queue.get(), { name: "reader" });
  await asyncio.sleep(3600);
}, { inspect: document.title === "answers" })`;

const tests: PageTest[] = [
  {
    name: "a page that was told to answers another of its origin, and none of other origins",
    async run({ page, origin, blank, otherOrigin }) {
      const open = async (url: string, title: string) => {
        const opened = await page.context().newPage();
        await opened.goto(`${url}${BLANK_PATH}?${title}`);
        await opened.addScriptTag({ url: `${url}/dist/asyncio.min.js` });
        await opened.evaluate(`document.title = "${title}"; void ${PROGRAM}`);
        return opened;
      };
      await open(origin, "silent");
      const answering = await open(origin, "answers");
      await open(otherOrigin, "answers");
      await page.goto(blank);
      await page.addScriptTag({ url: `${origin}/dist/asyncio.min.js` });
      const ask = (timeout: number) =>
        page.evaluate<[string, string, string][]>(
          `asyncio.inspectPages({ timeout: ${timeout} }).then((pages) =>
          pages.map((each) => [each.from, each.ps({ file: null }), each.pstree({ file: null })]))`,
        );
      let answers: [string, string, string][] = [];
      for (let timeout = 0.5; answers.length === 0 && timeout < 30; timeout *= 2) {
        answers = await ask(timeout);
      }
      assertEquals(answers.map(([from]) => from), [`${origin}${BLANK_PATH}?answers`]);
      const [[_, table, tree]] = answers as [[string, string, string]];
      assertMatch(table, /^\d+ +0x\w+ +reader /m);
      assertMatch(
        tree,
        /\(T\) reader\n[^]*waiting for Queue\.get of <\w+ maxsize=0 _getters\[1\]>/,
      );
      await answering.close();
      assertEquals(await ask(0.5), []);
    },
  },
];

export default tests;
