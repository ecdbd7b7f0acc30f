/** Threads and processes as a program of its own has them: permissions, addresses, and the end. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { needs, test } from "../../_support/harness.ts";

const ROOT = new URL("../../../", import.meta.url);
const MODULE = new URL("mod.ts", ROOT).href;

interface Ending {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program from a folder of its own, without configuration and import map. */
async function runProgram(
  source: string,
  permissions: readonly string[],
  { command = "run", env = {} }: { command?: string; env?: Record<string, string> } = {},
): Promise<Ending> {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "program.ts");
    await Deno.writeTextFile(file, source);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [command, "--no-config", "--no-lock", "--quiet", ...permissions, file],
      cwd: folder,
      env: { NO_COLOR: "1", ...env },
    }).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Serves the sources as any web server would. */
function serveSources(): { origin: string; close(): Promise<void> } {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async ({ url }) => {
      const { pathname } = new URL(url);
      const file = fileURLToPath(new URL(`.${pathname}`, ROOT));
      const body = await Deno.readTextFile(file).catch(() => null);
      const headers = { "content-type": "application/typescript" };
      return body === null ? new Response(null, { status: 404 }) : new Response(body, { headers });
    },
  );
  return { origin: `http://127.0.0.1:${server.addr.port}`, close: () => server.shutdown() };
}

test("an executor that is kept for several tests leaves nothing that Deno's sanitizers complain of", async () => {
  const ending = await runProgram(
    `
    import { ThreadPoolExecutor } from "${MODULE}";
    const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
    for (const title of ["the test that starts a thread", "one more"]) {
      Deno.test(title, async () => {
        for (let job = 0; job < 5; job++) {
          const answer = await pool.submit((given: unknown) => given, [{ job }, null, "text"][job % 3]);
          if (job % 3 === 2 && answer !== "text") throw new Error(String(answer));
        }
      });
    }
    `,
    ["-A", "--no-check"],
    { command: "test" },
  );
  assertEquals([ending.code, ending.stderr], [0, ""], ending.stdout);
  assert(ending.stdout.includes("2 passed"), ending.stdout);
});

test("a program that imports mod.ts over http runs jobs, coroutines and loops in workers", async () => {
  const { origin, close } = serveSources();
  const { host } = new URL(origin);
  const ending = await runProgram(
    `
    import {
      ProcessPoolExecutor, runCoroutineThreadsafe, ThreadLoop, ThreadPoolExecutor, workerFunction,
    } from "${origin}/mod.ts";
    const pool = new ThreadPoolExecutor();
    console.log(await pool.submit((a: number, b: number) => a + b, 20, 22));
    const spin = workerFunction<(ms: number) => { begin: number; end: number }>(
      "${origin}/tests/threads/jobs.ts", "spin");
    const { begin, end } = await pool.submit(spin, 1);
    console.log(end > begin);
    console.log(await pool.submit(function* () { yield* asyncio.sleep(0.001); return "slept"; }));
    await pool.shutdown();
    await using loop = new ThreadLoop();
    loop.runForever();
    const nap = workerFunction(async () => { await asyncio.sleep(0); return "napped"; });
    console.log(await runCoroutineThreadsafe(nap(), loop));
    await using processes = new ProcessPoolExecutor({ maxWorkers: 1 });
    console.log(await processes.submit(spin, 1).then(() => "spun"));
    `,
    [`--allow-import=${host}`, `--reload=${origin}`, "--allow-run"],
  );
  await close();
  assertEquals(ending.stderr, "");
  assertEquals(ending.stdout, "42\ntrue\nslept\nnapped\nspun\n");
  assertEquals(ending.code, 0);
});

test("a function that closes over nothing runs in a thread without any permission", async () => {
  const { code, stdout, stderr } = await runProgram(
    `
    import { ThreadPoolExecutor } from "${MODULE}";
    const pool = new ThreadPoolExecutor();
    console.log(await pool.submit((n: number) => n + 1, 1));
    `,
    [],
  );
  assertEquals([code, stdout, stderr], [0, "2\n", ""]);
});

test("a program that is permitted nothing asks for nothing, with a loop or with threads", async () => {
  const log = await Deno.makeTempFile();
  try {
    const { stdout } = await runProgram(
      `
      import { run, sleep, toThread } from "${MODULE}";
      await run(async () => {
        await sleep(0.001);
        console.log(await toThread((n: number) => 2 * n, 21));
      });
      `,
      ["--no-prompt"],
      { env: { DENO_AUDIT_PERMISSIONS: log } },
    );
    assertEquals([stdout, await Deno.readTextFile(log)], ["42\n", ""]);
  } finally {
    await Deno.remove(log);
  }
});

test("threads share the program's environment", async () => {
  const { stdout } = await runProgram(
    `
    import { run, toThread } from "${MODULE}";
    Deno.env.set("SET_BEFORE", "before");
    const seen = await run(() => toThread(() => {
      process.env.SET_THERE = "there";
      return process.env.SET_BEFORE;
    }));
    console.log(seen, Deno.env.get("SET_THERE"));
    `,
    ["--allow-env"],
  );
  assertEquals(stdout, "before there\n");
});

test("a module's function that may not be read is refused with the permission's name", async () => {
  const { stdout } = await runProgram(
    `
    import { ThreadPoolExecutor, workerFunction } from "${MODULE}";
    const pool = new ThreadPoolExecutor();
    for (const url of ["file:///somewhere/jobs.ts", "https://example.org/jobs.ts"]) {
      try {
        pool.submit(workerFunction<() => void>(url, "work"));
      } catch (error) {
        console.log(String(error));
      }
    }
    `,
    [],
  );
  assertEquals(
    stdout,
    "RuntimeError: cannot import file:///somewhere/jobs.ts in a worker: " +
      "reading /somewhere/jobs.ts is not permitted: run with --allow-read\n" +
      "RuntimeError: cannot import https://example.org/jobs.ts in a worker: " +
      "not permitted: run with --allow-import=example.org\n",
  );
});

test("a coroutine and a loop in a thread are refused where this module may not be read", async () => {
  const { stdout } = await runProgram(
    `
    import { ThreadLoop, ThreadPoolExecutor } from "${MODULE}";
    const attempts = [
      () => new ThreadPoolExecutor().submit(function* () {}),
      () => new ThreadLoop().stop(),
      () => new ThreadLoop().runForever(),
    ];
    for (const attempt of attempts) {
      try {
        await attempt();
      } catch (error) {
        console.log(String(error));
      }
    }
    `,
    [],
  );
  const line = `RuntimeError: cannot import ${MODULE} in a worker: ` +
    `reading ${fileURLToPath(MODULE)} is not permitted: run with --allow-read\n`;
  assertEquals(stdout, line.repeat(3));
});

test("ProcessPoolExecutor says which permission it lacks", async () => {
  const { stdout } = await runProgram(
    `
    import { ProcessPoolExecutor } from "${MODULE}";
    try {
      new ProcessPoolExecutor();
    } catch (error) {
      console.log(String(error));
    }
    `,
    [],
  );
  assertEquals(
    stdout,
    "NotSupportedError: ProcessPoolExecutor cannot be had: " +
      "starting processes is not permitted: run with --allow-run\n",
  );
});

for (const kind of ["ThreadPoolExecutor", "ProcessPoolExecutor"]) {
  test(`a program with an idle ${kind} ends by itself`, async () => {
    const { code, stdout, stderr } = await runProgram(
      `
      import { ${kind} } from "${MODULE}";
      const pool = new ${kind}({ maxWorkers: 2 });
      console.log(await Promise.all([1, 2].map((n) => pool.submit((n: number) => n, n))));
      `,
      ["--allow-run"],
    );
    assertEquals([code, stdout, stderr], [0, "[ 1, 2 ]\n", ""]);
  });

  test(`a program does not end before the jobs of its ${kind}`, async () => {
    const { code, stdout, stderr } = await runProgram(
      `
      import { ${kind} } from "${MODULE}";
      const pool = new ${kind}({ maxWorkers: 1 });
      const late = (n: number) => new Promise((resolve) => setTimeout(() => resolve(n), 50));
      for (const n of [1, 2]) pool.submit(late, n).then(console.log);
      await pool.submit(() => 0);
      `,
      ["--allow-run"],
    );
    assertEquals([code, stdout, stderr], [0, "1\n2\n", ""]);
  });
}

test("a program with a ThreadLoop that does not run ends by itself", async () => {
  const { code, stdout, stderr } = await runProgram(
    `
    import { ThreadLoop } from "${MODULE}";
    const loop = new ThreadLoop();
    const stopped = loop.runForever();
    loop.stop();
    await stopped;
    console.log("stopped");
    `,
    ["--allow-read"],
  );
  assertEquals([code, stdout, stderr], [0, "stopped\n", ""]);
});

/** Waits until a process is gone. */
async function gone(pid: number): Promise<void> {
  assert(pid > 0);
  for (let patience = 0; patience < 500; patience++) {
    try {
      // Signal 0 asks whether the process is there.
      const { success } = await new Deno.Command("kill", { args: ["-0", `${pid}`], stderr: "null" })
        .output();
      if (!success) return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`process ${pid} is still there`);
}

test("a child of a ProcessPoolExecutor ends with its parent", async () => {
  const { stdout } = await runProgram(
    `
    import { ProcessPoolExecutor } from "${MODULE}";
    const pool = new ProcessPoolExecutor({ maxWorkers: 1 });
    console.log(await pool.submit(() => Deno.pid));
    Deno.exit();
    `,
    ["--allow-run"],
  );
  await gone(Number(stdout));
});

test("children that never pause end with their parent, too, when it is killed", async () => {
  const { stdout } = await runProgram(
    `
    import { ProcessPoolExecutor } from "${MODULE}";
    const pool = new ProcessPoolExecutor({ maxWorkers: 2 });
    const idle = await pool.submit(() => Deno.pid);
    pool.submit(() => { for (;;); });
    const busy = await pool.submit(() => Deno.pid);
    // Both have one: the first that was free is at the endless job.
    console.log([idle, busy].join());
    await new Promise((resolve) => setTimeout(resolve, 200));
    Deno.kill(Deno.pid, "SIGKILL");
    `,
    ["--allow-run"],
  );
  const pids = stdout.trim().split(",").map(Number);
  assertEquals(new Set(pids).size, 2, stdout);
  await Promise.all(pids.map(gone));
});

test("a thread that runs out of memory fails its job, and the program goes on", async () => {
  const { code, stdout } = await runProgram(
    `
    import { ThreadPoolExecutor } from "${MODULE}";
    await using pool = new ThreadPoolExecutor({ maxWorkers: 1, memoryLimit: 32 * 2 ** 20 });
    const eat = () => {
      const eaten = [];
      for (;;) eaten.push(new Array(1000).fill(Math.random()));
    };
    console.log(await pool.submit(eat).then(null, String));
    console.log(await pool.submit(() => "next"));
    `,
    [],
  );
  assertEquals(
    [code, stdout],
    [0, "BrokenExecutor: ThreadPoolExecutor-0_0 ran out of memory, while it ran eat()\nnext\n"],
  );
});

test("a process that runs out of memory fails its job, and the program goes on", async () => {
  const { code, stdout } = await runProgram(
    `
    import { ProcessPoolExecutor } from "${MODULE}";
    await using pool = new ProcessPoolExecutor({ maxWorkers: 1, memoryLimit: 32 * 2 ** 20 });
    const eat = () => {
      const eaten = [];
      for (;;) eaten.push(new Array(1000).fill(Math.random()));
    };
    console.log(await pool.submit(eat).then(null, String));
    console.log(await pool.submit(() => "next"));
    `,
    ["--allow-run"],
  );
  assertEquals(code, 0);
  assert(
    /^BrokenExecutor: ProcessPoolExecutor-0_0 was killed by SIG\w+, while it ran eat\(\)\nnext\n$/
      .test(stdout),
    stdout,
  );
});

test({
  name: "a compiled program runs its jobs in threads",
  ...needs("compiler"),
  async fn() {
    const folder = await Deno.makeTempDir();
    const file = join(folder, "program.ts");
    const program = join(folder, "program");
    await Deno.writeTextFile(
      file,
      `
      import { ProcessPoolExecutor, ThreadPoolExecutor, workerFunction } from "${MODULE}";
      import type * as jobs from "${ROOT}tests/threads/jobs.ts";
      await using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
      console.log(await pool.submit((n: number) => n + 1, 1));
      const add = workerFunction<typeof jobs.add>("${ROOT}tests/threads/jobs.ts", "add");
      console.log(await pool.submit(add, 20, 22));
      try { new ProcessPoolExecutor(); } catch (error) { console.log(String(error)); }
      `,
    );
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["compile", "-A", "--no-lock", "--output", program, file],
      env: { NO_COLOR: "1" },
    }).output();
    const { stdout } = await new Deno.Command(program).output();
    await Deno.remove(folder, { recursive: true });
    assertEquals(
      new TextDecoder().decode(stdout),
      "2\n42\nNotSupportedError: ProcessPoolExecutor cannot be had: a compiled program has no " +
        "deno to start children with: use ThreadPoolExecutor\n",
      new TextDecoder().decode(stderr),
    );
  },
});
