/** The notebook among the examples, run cell by cell by Deno's Jupyter kernel. */
import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { needs, test } from "../../_support/harness.ts";
import { NotebookKernel } from "../../_support/notebook_kernel.ts";
import { ROOT } from "../../_support/test_files.ts";

interface Cell {
  readonly cell_type: string;
  readonly source: readonly string[];
  readonly outputs?: readonly CellOutput[];
}

interface CellOutput {
  readonly output_type: string;
  readonly text?: readonly string[];
  readonly data?: { readonly "text/plain": readonly string[] };
}

const FOLDER = join(ROOT, "web/examples");

/** What a notebook says that a cell prints and comes to. */
function expectedOf({ outputs = [] }: Cell): { text: string; value: string | null } {
  const stream = outputs.filter(({ output_type }) => output_type === "stream");
  const result = outputs.find(({ output_type }) => output_type === "execute_result");
  return {
    text: stream.map(({ text = [] }) => text.join("")).join(""),
    value: result?.data?.["text/plain"].join("") ?? null,
  };
}

test({
  name: "web/examples/notebook.ipynb comes, cell by cell, to what it shows",
  ...needs("processes"),
  async fn() {
    const { cells } = JSON.parse(await Deno.readTextFile(join(FOLDER, "notebook.ipynb"))) as {
      cells: readonly Cell[];
    };
    const kernel = await NotebookKernel.start(FOLDER);
    try {
      for (const cell of cells.filter(({ cell_type }) => cell_type === "code")) {
        const source = cell.source.join("");
        const { error, ...outcome } = await kernel.run(source);
        assertEquals({ error, ...outcome }, { error: null, ...expectedOf(cell) }, source);
      }
    } finally {
      await kernel.close();
    }
  },
});
