/**
 * Claim 20. Or give IPython a loop runner of your own, with the environment's loop, and set it with the
 * magic `%autoawait`.
 *
 * `deno run -A mod.ts` is a console that runs what is typed as coroutines, on a loop of its own that runs
 * on between lines. `%autoawait` tells who runs them, switches that on and off, and sets a runner of
 * yours. This program types into it what stands below.
 *
 * Starting it takes permissions: `deno run -A web/examples/claims/20_repl_runner.ts`.
 *
 * ```python
 * %autoawait loop_runner
 * ```
 */
const session = `
await sleep(0.001, "awaited at top level")
const task = createTask(sleep(0.001, "a task, made in one line and awaited in another"))
yield* task
%autoawait

%autoawait off
try { createTask(sleep(0)) } catch (error) { console.log(error.message.split(":")[0]) }
const later = loop.createTask(sleep(0.001, "a task made by loop.createTask"))
%autoawait on
await later

const myLoop = newEventLoop()
function loopRunner(coroutine) { return myLoop.runUntilComplete(coroutine) }
%autoawait loopRunner
%autoawait
yield* createTask(sleep(0.001, getRunningLoop() === myLoop))
`;

const terminal = new Deno.Command(Deno.execPath(), {
  args: ["run", "--quiet", "-A", import.meta.resolve("@asyncio/asyncio")],
  stdin: "piped",
}).spawn();
const keyboard = terminal.stdin.getWriter();
await keyboard.write(new TextEncoder().encode(session));
await keyboard.close();
await terminal.status;

/* Output:
"awaited at top level"
"a task, made in one line and awaited in another"
autoawait is `on`, and set to use `asyncio`
no running event loop
"a task made by loop.createTask"
autoawait is `on`, and set to use `loopRunner`
true
*/
