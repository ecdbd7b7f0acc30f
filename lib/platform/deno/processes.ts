/**
 * Child processes of Deno as workers: messages are frames on standard input and output, four bytes of
 * length and then the structured clone.
 *
 * What the jobs print goes to standard error, for standard output is the line home.
 *
 * @module
 */
import type {
  Processes,
  WorkerHandle,
  WorkerPermissions,
  WorkerPort,
  WorkerStart,
} from "../workers.ts";
import { denoGlobal, type V8 } from "./namespace.ts";
import { denoGlobals, EMPTIED } from "./workers.ts";

/** Of these, a serializer makes empty objects, too. */
const EMPTIED_IN_FRAMES: readonly string[] =
  /* @__PURE__ */ (() => [...EMPTIED, "Blob", "CryptoKey", "MessagePort"])();

/** The hosts from which Deno lets modules be imported where nothing is said. */
const USUAL_HOSTS: readonly string[] =
  /* @__PURE__ */ (() =>
    ("deno.land:443 jsr.io:443 esm.sh:443 raw.esm.sh:443 cdn.jsdelivr.net:443 " +
      "raw.githubusercontent.com:443 gist.githubusercontent.com:443").split(" "))();

/** Makes Deno's child processes. */
export function denoProcesses(): Processes {
  return {
    parallelism: navigator.hardwareConcurrency,
    globals: denoGlobals(),
    emptied: EMPTIED_IN_FRAMES,
    memoryRefusal: null,
    permissionsRefusal: null,
    // They stand in its program, so it may import them, and with them what they import, without reading.
    hasFixedModules: true,
    start: startProcess,
    // A child has its own permissions: importing its modules is among them.
    importRefusal: () => null,
    refusal() {
      const { permissions, execPath, build } = denoGlobal.Deno;
      if (build.standalone) {
        return "a compiled program has no deno to start children with: use ThreadPoolExecutor";
      }
      const { state } = permissions.querySync({ name: "run", command: execPath() });
      return state === "granted"
        ? null
        : "starting processes is not permitted: run with --allow-run";
    },
  };
}

function startProcess(options: WorkerStart): WorkerHandle {
  const { Deno } = denoGlobal;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...childFlags(options), childModule(options)],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  const frames = makeFrames(denoGlobal.process.getBuiltinModule("node:v8"));
  const incoming = frames.reader(options.onMessage);
  let terminating = false;
  let held = true;
  let reading: Promise<void> | null = null;

  // Reading keeps this process alive, so nothing is read while no answer is awaited.
  async function read(): Promise<void> {
    while (held && !terminating) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!terminating) incoming.push(value);
    }
    reading = null;
  }

  async function watch(): Promise<void> {
    const { code, signal } = await child.status;
    if (terminating) return;
    // The last words may still be on their way: they say why.
    held = true;
    await (reading ?? read());
    await Promise.allSettled([reader.cancel(), writer.abort()]);
    const reason = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
    options.onDeath({ reason, error: undefined });
  }

  reading = read();
  watch();
  queueMicrotask(() => {
    if (!terminating) options.onReady();
  });
  return {
    post(message, transfer = []) {
      // A child that is gone refuses what is written; its status tells all the same.
      writer.write(frames.frame(message)).catch(() => {});
      // What moves to a thread is copied to a process; here it is gone in both cases.
      if (transfer.length > 0) structuredClone(null, { transfer });
    },
    ref() {
      held = true;
      child.ref();
      reading ??= read();
    },
    unref() {
      held = false;
      child.unref();
    },
    async terminate() {
      terminating = true;
      // Who waits for the end must live to see it.
      child.ref();
      try {
        child.kill("SIGKILL");
      } catch {
        // It is gone already.
      }
      await child.status;
      await Promise.allSettled([reader.cancel(), writer.abort()]);
    },
  };
}

/** The program of a child. Of the modules that it names, Deno reads what they import with them. */
function childModule({ script, modules = [] }: WorkerStart): string {
  const { pid } = denoGlobal.Deno;
  const imports = modules.map((url) => `()=>import(${JSON.stringify(url)})`).join(",");
  const source = `[${imports}];(${inChild})(${script},${makeFrames},` +
    `${JSON.stringify(EMPTIED_IN_FRAMES)},${JSON.stringify(String(watchParent))},${pid})`;
  return `data:text/javascript;charset=utf-8,${encodeURIComponent(source)}`;
}

function childFlags({ permissions = {}, modules = [], memoryLimit }: WorkerStart): string[] {
  const hosts = modules.filter((url) => /^https?:/.test(url)).map((url) => new URL(url).host);
  const given: WorkerPermissions = {
    import: [...new Set([...USUAL_HOSTS, ...hosts])],
    ...permissions,
  };
  const flags = Object.entries(given).flatMap(([name, what]) => {
    if (what === true) return [`--allow-${name}`];
    return Array.isArray(what) && what.length > 0 ? [`--allow-${name}=${what.join(",")}`] : [];
  });
  if (memoryLimit === undefined) return flags;
  return [...flags, `--v8-flags=--max-old-space-size=${Math.round(memoryLimit / 2 ** 20)}`];
}

/** Messages to frames and back. */
interface Frames {
  /** A message as it stands on the line. Throws if it cannot be cloned. */
  frame(message: unknown): Uint8Array<ArrayBuffer>;
  /** Puts frames together from the pieces in which they arrive. */
  reader(onMessage: (message: unknown) => void): { push(piece: Uint8Array): void };
}

/** Runs in the child, too, as text: it must use nothing from around it. */
function makeFrames({ Serializer, Deserializer }: V8): Frames {
  return {
    frame(message) {
      const serializer = new Serializer();
      serializer.writeHeader();
      serializer.writeValue(message);
      const body = serializer.releaseBuffer();
      const bytes = new Uint8Array(4 + body.length);
      new DataView(bytes.buffer).setUint32(0, body.length, true);
      bytes.set(body, 4);
      return bytes;
    },
    reader(onMessage) {
      let pieces: Uint8Array[] = [];
      let length = 0;
      let needed = 4;
      return {
        push(piece) {
          pieces.push(piece);
          length += piece.length;
          // Joined only when a frame is there, so that a huge one costs one copy.
          if (length < needed) return;
          const all = new Uint8Array(length);
          let end = 0;
          for (const part of pieces) {
            all.set(part, end);
            end += part.length;
          }
          const view = new DataView(all.buffer);
          let start = 0;
          needed = 4;
          while (length - start >= 4) {
            needed = 4 + view.getUint32(start, true);
            if (length - start < needed) break;
            const deserializer = new Deserializer(all.slice(start + 4, start + needed));
            deserializer.readHeader();
            start += needed;
            needed = 4;
            onMessage(deserializer.readValue());
          }
          pieces = [all.subarray(start)];
          length -= start;
        },
      };
    },
  };
}

/**
 * Runs in a thread of the child, as text: it must use nothing from around it. A child learns by the end
 * of its standard input that its parent is gone; one that is at a job which never pauses does not.
 */
function watchParent(parent: number): void {
  const { Deno, process } = globalThis as unknown as typeof denoGlobal;
  setInterval(() => {
    if (Deno.ppid !== parent) process.kill(Deno.pid, "SIGKILL");
  }, 500);
}

/** Runs in the child, as text: it must use nothing from around it. */
function inChild(
  main: (port: WorkerPort) => void,
  makeFrames: (v8: V8) => Frames,
  emptied: readonly string[],
  watchParent: string,
  parent: number,
): void {
  const { Deno, process } = globalThis as unknown as typeof denoGlobal;
  const { frame, reader } = makeFrames(process.getBuiltinModule("node:v8"));
  const { stdin, stdout, stderr } = Deno;
  const { Console } = process.getBuiltinModule("node:console");
  Object.defineProperty(Deno, "stdout", { value: stderr });
  Object.defineProperty(process, "stdout", { value: process.stderr });
  globalThis.console = new Console(process.stderr, process.stderr);
  // Before any job: one that never pauses leaves no other chance.
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const resourceLimits = { maxOldGenerationSizeMb: 16 };
  new Worker(`(${watchParent})(${parent})`, { eval: true, name: "watch", resourceLimits }).unref();
  main({
    emptied,
    now: () => performance.now(),
    blockingRefusal: "a child process shares no memory with the one that started it",
    nextTurn: (callback) => callback(),
    onExit: (callback) => process.on("exit", callback),
    post(message) {
      let bytes = frame(message);
      // Written before anything else runs, so that the last words of a dying child arrive, too.
      while (bytes.length > 0) bytes = bytes.subarray(stdout.writeSync(bytes));
    },
    async listen(callback) {
      const incoming = reader(callback as (message: unknown) => void);
      for await (const piece of stdin.readable) incoming.push(piece);
      // The parent is gone, or has no more use for this child.
      Deno.exit(0);
    },
    onFatal(callback) {
      addEventListener("error", (event) => {
        event.preventDefault();
        callback(event.error ?? event.message);
        Deno.exit(1);
      });
      addEventListener("unhandledrejection", (event) => {
        event.preventDefault();
        callback(event.reason);
        Deno.exit(1);
      });
    },
  });
}
