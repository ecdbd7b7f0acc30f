/** Programs that are asked from outside what runs in them, and those that ask, as processes of their own. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { test } from "../../_support/harness.ts";

const MODULE = new URL("../../../mod.ts", import.meta.url).href;

/** Long enough to be asked; who is done with the program ends it. */
const FOREVER = 600;

/** A place in which programs have their sockets. */
class Household {
  readonly folder: string = Deno.makeTempDirSync();
  readonly variables: Record<string, string>;

  /** @param variable What names the folder to the programs. */
  constructor(variable: "XDG_RUNTIME_DIR" | "TMPDIR" = "XDG_RUNTIME_DIR") {
    this.variables = { XDG_RUNTIME_DIR: "", TMPDIR: "", NO_COLOR: "1", [variable]: this.folder };
  }

  /** The names of the sockets. */
  sockets(): string[] {
    return [...Deno.readDirSync(`${this.folder}/asyncio`)].map(({ name }) => name).sort();
  }

  /** Starts a program. */
  async start(body: string, flags: readonly string[] = ["-A"]): Promise<Program> {
    const path = `${this.folder}/${Math.random()}.ts`;
    await Deno.writeTextFile(
      path,
      `import { createTask, fromPromise, gather, getRunningLoop, ps, pstree, Queue, run, Runner, sleep, TaskGroup } from "${MODULE}";
      const say = (text: string) => console.log(text);
      ${body}`,
    );
    return new Program(this.#command([...flags, path], "piped").spawn());
  }

  /** Asks, by the command line. */
  async ask(args: readonly string[], flags: readonly string[] = ["-A"]): Promise<Asked> {
    const output = await this.#command([...flags, new URL(MODULE).pathname, ...args]).output();
    const decoder = new TextDecoder();
    return {
      code: output.code,
      stdout: decoder.decode(output.stdout),
      stderr: decoder.decode(output.stderr),
    };
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }

  #command(args: readonly string[], stdin: "piped" | "null" = "null"): Deno.Command {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--quiet", "--no-prompt", ...args],
      env: this.variables,
      stdin,
      stdout: "piped",
      stderr: "piped",
    });
  }
}

interface Asked {
  code: number;
  stdout: string;
  stderr: string;
}

class Program {
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Waits until it says a line; gives that. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const { done, value } = await this.#output.read();
      if (done) throw new Error(`it ended: ${await new Response(this.#child.stderr).text()}`);
      this.#text += value;
    }
  }

  /** Writes to its standard input. */
  async type(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    writer.releaseLock();
  }

  /** Waits for its end; gives what it wrote to standard error. */
  async end(): Promise<{ code: number; stderr: string }> {
    const stderr = await new Response(this.#child.stderr).text();
    while (!(await this.#output.read()).done);
    await this.#child.stdin.close().catch(() => {});
    return { code: (await this.#child.status).code, stderr };
  }

  /** Ends it by a signal. */
  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    this.#child.kill(signal);
    await this.end();
  }
}

const WAITS = `
  await run(async () => {
    getRunningLoop().callSoon(say, "ready");
    await sleep(${FOREVER});
  }, { inspect: true });
`;

test("ps PID and pstree PID print what ps() and pstree() do in the program", async () => {
  using household = new Household();
  const program = await household.start(`
    function* fetchOne(queue) {
      return yield* queue.get();
    }
    await run(async () => {
      const queue = new Queue();
      createTask(async () => {
        await gather([createTask(fetchOne(queue), { name: "one" }), () => sleep(${FOREVER})]);
      }, { name: "crawl" });
      createTask(TaskGroup.run(function* (group) {
        group.createTask(fetchOne(queue), { name: "two" });
      }), { name: "group" });
      // By iterations: how long it takes until all have come to rest is another matter.
      (function tell(turns) {
        if (turns > 0) getRunningLoop().callSoon(tell, turns - 1);
        else say(JSON.stringify([ps({ file: null }), pstree({ file: null })]));
      })(20);
      await sleep(${FOREVER});
    }, { inspect: true });
  `);
  const [table, tree] = JSON.parse(await program.line());
  const pid = String(program.pid);
  assertEquals(await household.ask(["ps", pid]), { code: 0, stdout: `${table}\n`, stderr: "" });
  assertEquals(await household.ask(["pstree", pid]), { code: 0, stdout: `${tree}\n`, stderr: "" });
  assertMatch(tree, /\(T\) crawl\n[^]*\(T\) one\n[^]*fetchOne[^]*waiting for Queue\.get of <Queue/);
  assertMatch(table, /^1 .* two .* group +0x\w+$/m);
  await program.kill();
});

test("the socket and its folder are their owner's alone, and the socket is gone with the run", async () => {
  for (const variable of ["XDG_RUNTIME_DIR", "TMPDIR"] as const) {
    using household = new Household(variable);
    const program = await household.start(`
      await run(async () => {
        say("ready");
        await fromPromise(Deno.stdin.read(new Uint8Array(1)));
      }, { inspect: true });
      say("after");
      setTimeout(() => {}, ${FOREVER * 1000});
    `);
    await program.line();
    const folder = variable === "TMPDIR" ? `asyncio-${Deno.uid()}` : "asyncio";
    const path = `${household.folder}/${folder}`;
    const socket = `${path}/${program.pid}.sock`;
    assertEquals(
      [path, socket].map((each) => (Deno.lstatSync(each).mode! & 0o777).toString(8)),
      ["700", "600"],
    );
    assertEquals((await household.ask(["ps", String(program.pid)])).code, 0);
    await program.type("\n");
    await program.line();
    assertEquals([...Deno.readDirSync(path)], []);
    await program.kill();
  }
});

test("a program does not answer unless it was told to", async () => {
  using household = new Household();
  const program = await household.start(WAITS.replace("inspect: true", "debug: false"));
  await program.line();
  const names = [...Deno.readDirSync(household.folder)].map(({ name }) => name);
  assertEquals(names.filter((name) => !name.endsWith(".ts")), []);
  const { code, stdout, stderr } = await household.ask(["ps", String(program.pid)]);
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    `ps: process ${program.pid} cannot be asked: nobody answers at ` +
      `${household.folder}/asyncio/${program.pid}.sock or /tmp/asyncio-${Deno.uid()}/${program.pid}.sock. ` +
      "A program of yours answers while it is in run(main, { inspect: true })\n",
  );
  await program.kill();
});

test("each of two programs answers for itself, and one that has ended no more", async () => {
  using household = new Household();
  const bodies = ["first", "second"].map((name) =>
    WAITS.replace(
      "await sleep",
      `createTask(() => sleep(${FOREVER}), { name: "${name}" }); await sleep`,
    )
  );
  const [first, second] = await Promise.all(bodies.map((body) => household.start(body)));
  assert(first && second);
  await Promise.all([first.line(), second.line()]);
  assertEquals(household.sockets().length, 2);
  assertMatch((await household.ask(["pstree", String(first.pid)])).stdout, /\(T\) first\n/);
  assertMatch((await household.ask(["pstree", String(second.pid)])).stdout, /\(T\) second\n/);
  await first.kill("SIGINT");
  const { code, stderr } = await household.ask(["pstree", String(first.pid)]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, `pstree: process ${first.pid} cannot be asked: nobody answers at `);
  assertStringIncludes(stderr, "run(main, { inspect: true })");
  assertEquals(household.sockets(), [`${second.pid}.sock`]);
  await second.kill();
});

test("the socket of a program that was killed is removed by who finds it", async () => {
  using household = new Household();
  const killed = await household.start(WAITS);
  await killed.line();
  await killed.kill();
  const name = `${killed.pid}.sock`;
  const path = `${household.folder}/asyncio/${name}`;
  assertEquals(household.sockets(), [name]);
  const past = new Date(Date.now() - 60_000);
  Deno.utimeSync(path, past, past);
  assertEquals((await household.ask(["ps", String(killed.pid)])).code, 1);
  assertEquals(household.sockets(), []);

  const other = await household.start(WAITS);
  await other.line();
  await other.kill();
  Deno.utimeSync(`${household.folder}/asyncio/${other.pid}.sock`, past, past);
  const next = await household.start(WAITS);
  await next.line();
  // It is removed beside the run; whoever is answered knows that the program has had its turns.
  assertEquals((await household.ask(["ps", String(next.pid)])).code, 0);
  assertEquals(household.sockets(), [`${next.pid}.sock`]);
  await next.kill();
});

test("a program that leaves by itself, by Deno.exit() or by an error leaves no socket", async () => {
  using household = new Household();
  const open = `const runner = new Runner({ inspect: true }); runner.getLoop();`;
  const ends: [string, number][] = [["", 0], ["Deno.exit(3);", 3], ["throw new Error('no');", 1]];
  for (const [end, code] of ends) {
    const program = await household.start(
      `${open} say(JSON.stringify([...Deno.readDirSync("${household.folder}/asyncio")].length)); ${end}`,
    );
    assertEquals(await program.line(), "1");
    assertEquals((await program.end()).code, code, end);
    assertEquals(household.sockets(), [], end);
  }
});

test("a program whose loop is busy answers, and one whose loop is blocked is given up", async () => {
  using household = new Household();
  const busy = await household.start(`
    function* spin() {
      for (;;) yield* sleep(0);
    }
    await run(async () => {
      const tasks = Array.from({ length: 1000 }, (_, n) => createTask(spin(), { name: "spin " + n }));
      getRunningLoop().callSoon(say, "ready");
      await gather(tasks);
    }, { inspect: true });
  `);
  await busy.line();
  const { code, stdout } = await household.ask(["ps", String(busy.pid)]);
  assertEquals([code, stdout.match(/ spin \d+ /g)?.length], [0, 1000]);
  await busy.kill();

  const blocked = await household.start(`
    await run(async () => {
      say("ready");
      for (;;);
    }, { inspect: true });
  `);
  await blocked.line();
  assertEquals(await household.ask(["ps", String(blocked.pid), "--timeout", "0.2"]), {
    code: 1,
    stdout: "",
    stderr:
      `ps: process ${blocked.pid} did not answer within 0.2 seconds: it is stopped, or something ` +
      "blocks its event loop\n",
  });
  await blocked.kill();
});

test("threads with copies of the module of their own answer with the program", async () => {
  using household = new Household();
  const inWorker = `
    import { createTask, run, sleep } from "${MODULE}";
    await run(async () => {
      createTask(() => sleep(${FOREVER}), { name: "in the worker" });
      postMessage("ready");
      await sleep(${FOREVER});
    }, { inspect: true });
  `;
  const program = await household.start(`
    await run(async () => {
      const url = "data:text/javascript," + encodeURIComponent(${JSON.stringify(inWorker)});
      const worker = new Worker(url, { type: "module" });
      worker.onmessage = ({ data }) => say(data);
      createTask(() => sleep(${FOREVER}), { name: "in main" });
      await sleep(${FOREVER});
    }, { inspect: true });
  `);
  await program.line();
  assertEquals(household.sockets(), [`${program.pid}-2.sock`, `${program.pid}.sock`]);
  const { stdout } = await household.ask(["ps", String(program.pid)]);
  assertMatch(stdout, / in main .*[^]* in the worker /);
  const numbers = [...stdout.matchAll(/^(\d+) +(0x\w+)/gm)].map(([, loop, id]) => [loop, id]);
  assertEquals(new Set(numbers.map(([loop]) => loop)).size, 2);
  assertEquals(new Set(numbers.map(([, id]) => id)).size, 4);
  await program.kill();
});

test("who lacks a permission is told which, on either side", async () => {
  using household = new Household();
  const socket = `${household.folder}/asyncio`;
  const variables = "--allow-env=XDG_RUNTIME_DIR,TMPDIR";
  const files = [`--allow-read=${household.folder}`, `--allow-write=${socket}`];
  const steps: [given: string[], missing: string][] = [
    [[], `finding the folder of its socket is not permitted: run with ${variables}`],
    [
      [variables],
      `its socket is not permitted: run with --allow-net --allow-read=${socket} ` +
      `--allow-write=${socket}`,
    ],
    [[variables, ...files], "its socket is not permitted: run with --allow-net"],
  ];
  for (const [given, missing] of steps) {
    const program = await household.start(WAITS, given);
    const { code, stderr } = await program.end();
    assertEquals(code, 1);
    assertStringIncludes(stderr, `NotSupportedError: the inspector cannot be had: ${missing}\n`);
    const asked = await household.ask(["ps", "4711"], given);
    assertEquals([asked.code, asked.stderr], [1, `ps: process 4711 cannot be asked: ${missing}\n`]);
  }
  const flags = [variables, ...files, "--allow-net"];
  const program = await household.start(WAITS, flags);
  await program.line();
  assertEquals((await household.ask(["ps", String(program.pid)], flags)).code, 0);
  await program.kill();

  using temporary = new Household("TMPDIR");
  const asked = await temporary.ask(["ps", "4711"], [variables]);
  assertEquals(
    asked.stderr,
    "ps: process 4711 cannot be asked: finding the folder of its socket, XDG_RUNTIME_DIR not being set, is " +
      "not permitted: run with --allow-sys=uid\n",
  );
});

test("a folder that others may enter is not used", async () => {
  using household = new Household();
  const folder = `${household.folder}/asyncio`;
  Deno.mkdirSync(folder);
  Deno.chmodSync(folder, 0o755);
  const { code, stderr } = await (await household.start(WAITS)).end();
  assertEquals(code, 1);
  assertStringIncludes(
    stderr,
    `RuntimeError: the inspector cannot be had: ${folder} must be a folder that is this user's, and that ` +
      "nobody else may enter\n",
  );
  assertEquals(await household.ask(["ps", "4711"]), {
    code: 1,
    stdout: "",
    stderr:
      `ps: process 4711 cannot be asked: ${folder} must be a folder that is this user's, and that ` +
      "nobody else may enter\n",
  });
});
