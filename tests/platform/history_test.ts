/** The console's lines of earlier runs. */
import { assertEquals } from "@std/assert";
import { History } from "../../lib/platform/deno/history.ts";
import { needs, test } from "../_support/harness.ts";

/** Calls back with the variable that names the file set. */
async function withHistory(text: string | null, body: (file: string) => void): Promise<void> {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/history`;
  if (text !== null) await Deno.writeTextFile(file, text);
  const before = Deno.env.get("ASYNCIO_HISTORY");
  Deno.env.set("ASYNCIO_HISTORY", file);
  try {
    body(file);
  } finally {
    if (before === undefined) Deno.env.delete("ASYNCIO_HISTORY");
    else Deno.env.set("ASYNCIO_HISTORY", before);
    await Deno.remove(folder, { recursive: true });
  }
}

test({
  name: "History.add() keeps lines for the next run, for their owner alone",
  ...needs("files"),
  fn: () =>
    withHistory(null, (file) => {
      const history = History.open();
      assertEquals(history.newestFirst, []);
      for (const line of ["one", "two", "two", " ", "three"]) history.add(line);
      assertEquals(History.open().newestFirst, ["three", "two", "one"]);
      if (Deno.build.os !== "windows") assertEquals(Deno.statSync(file).mode! & 0o777, 0o600);
    }),
});

test({
  name: "History.open() keeps the newest lines, and cuts a file that has grown",
  ...needs("files"),
  fn: () =>
    withHistory(Array.from({ length: 2500 }, (_, n) => `line ${n}\n`).join(""), (file) => {
      const { newestFirst } = History.open();
      assertEquals([newestFirst.length, newestFirst[0]], [History.LONGEST, "line 2499"]);
      assertEquals(Deno.readTextFileSync(file).split("\n").length, History.LONGEST + 1);
    }),
});

test({
  name: "History.open() does without a file that is named empty or cannot be written",
  ...needs("files"),
  fn: () =>
    withHistory(null, (file) => {
      Deno.env.set("ASYNCIO_HISTORY", "");
      History.open().add("lost");
      Deno.env.set("ASYNCIO_HISTORY", `${file}/below/nothing`);
      const history = History.open();
      history.add("kept for now");
      assertEquals(history.newestFirst, ["kept for now"]);
      assertEquals(History.open().newestFirst, []);
    }),
});
