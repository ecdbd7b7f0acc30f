// kinds: generator, async
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  createSubprocessShell,
  type Future,
  getRunningLoop,
  LoopMethods,
  newEventLoop,
  NotSupportedError,
  PIPE,
  run,
  SubprocessProtocol,
  ValueError,
  VirtualClock,
} from "../../mod.ts";
import { needs, test } from "../_support/harness.ts";

test({
  name:
    "EventLoop.subprocessExec() starts nothing where the factory throws, or there is no program",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const loop = getRunningLoop();
      const factory = () => {
        throw new RangeError("no protocol");
      };
      yield* fails(loop.subprocessExec(factory, ["sleep", "60"]), RangeError);
      yield* fails(
        loop.subprocessExec(() => new SubprocessProtocol(), ["no-such-program"]),
        Deno.errors.NotFound,
      );
    });
  },
});

test("EventLoop.subprocessExec() and subprocessShell() refuse at the call what is none of its kind", () => {
  LoopMethods.bring();
  const loop = newEventLoop();
  const exec = loop.subprocessExec.bind(loop) as (...args: unknown[]) => unknown;
  const shell = loop.subprocessShell.bind(loop) as (...args: unknown[]) => unknown;
  const factory = () => new SubprocessProtocol();
  assertThrows(
    () => exec(3, ["ls"]),
    TypeError,
    "subprocessExec() expects a function that makes a protocol as protocolFactory, got 3",
  );
  assertThrows(() => exec(factory, []), TypeError, "program must be a string, got undefined");
  assertThrows(() => exec(factory, "ls"), TypeError, "args must be an iterable of strings");
  assertThrows(() => exec(factory, ["ls", 3]), TypeError, "an argument must be a string, got 3");
  assertThrows(
    () => exec(factory, ["ls"], { shell: true }),
    TypeError,
    "subprocessExec() got an unexpected keyword argument 'shell': expected stdin, stdout, stderr",
  );
  assertThrows(
    () => shell(factory, ["ls"]),
    ValueError,
    "cmd must be a string, got ['ls']",
  );
  assertThrows(
    () => shell(factory, "ls", { stdout: -2 }),
    ValueError,
    "STDOUT can only be used for stderr",
  );
  loop.close();
});

test({
  name: "EventLoop.subprocessExec() in a browser says what there is instead",
  ...needs("browser"),
  async fn() {
    LoopMethods.bring();
    await assertRejects(
      () => run(() => getRunningLoop().subprocessExec(() => new SubprocessProtocol(), ["ls"])),
      NotSupportedError,
      "subprocessExec() needs processes, and a browser has none",
    );
  },
});

test({
  name: "createSubprocessShell() on a virtual clock is waited for where nothing else is",
  ...needs("processes"),
  async fn() {
    await run(function* () {
      const process = yield* createSubprocessShell("cat; exit 3", { stdin: PIPE, stdout: PIPE });
      const [output] = yield* process.communicate(new Uint8Array(3));
      assertEquals([output!.length, process.returncode, getRunningLoop().time()], [3, 3, 0]);
    }, { loopFactory: () => newEventLoop({ clock: new VirtualClock() }) });
  },
});

function* fails(awaitable: PromiseLike<unknown> & Iterable<unknown>, errorClass: unknown) {
  let error: unknown = null;
  try {
    yield* awaitable as Future<unknown>;
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof (errorClass as new () => Error), `${error}`);
}
