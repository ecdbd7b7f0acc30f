/** The commands `ps` and `pstree`; what they print of programs stands in `tests/host/deno/inspector_test.ts`. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { needs, test } from "../_support/harness.ts";
import { runPiped } from "./terminal_session.ts";

test({
  name: "ps and pstree tell what is wrong with their arguments",
  ...needs("processes"),
  async fn() {
    const cases: [args: string[], message: string][] = [
      [["ps"], "ps: the PID of a process is missing\n"],
      [["pstree", "me"], "pstree: the PID must be a number from 1 on, got me\n"],
      [["ps", "0"], "ps: the PID must be a number from 1 on, got 0\n"],
      [["ps", "1", "--fast"], "ps: there is no option --fast\n"],
      [
        ["ps", "1", "--timeout"],
        "ps: --timeout must be a number of seconds above 0, at most 86400, got nothing\n",
      ],
      [
        ["ps", "1", "--timeout", "-1"],
        "ps: --timeout must be a number of seconds above 0, at most 86400, got -1\n",
      ],
      [["ps", "1", "--timeout", "1", "2"], "ps: there is no option 2\n"],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await runPiped("", ...args);
      assertEquals({ code, stdout }, { code: 2, stdout: "" });
      assertEquals(stderr.split("\n\n")[0], message.trimEnd());
      assertStringIncludes(stderr, `Usage: deno run -A mod.ts ${args[0]} PID [--timeout SECONDS]`);
    }
  },
});
