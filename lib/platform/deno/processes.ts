/**
 * Child processes of Deno as workers: messages are frames on standard input and output: a byte for the
 * kind, four of length, and the message as a structured clone, or as JSON where that says the same.
 *
 * A serializer costs 15 microseconds to make, however small the message is, and JSON one; so what is
 * small and plain goes as JSON. What is large goes faster as a clone.
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
const EMPTIED_IN_FRAMES: readonly string[] = /* @__PURE__ */ (() => [
  ...EMPTIED,
  ...["Blob", "CryptoKey", "MessagePort", "SharedArrayBuffer", "DOMException"],
])();

/** The hosts from which Deno lets modules be imported where nothing is said. */
const USUAL_HOSTS: readonly string[] =
  /* @__PURE__ */ (() =>
    ("deno.land:443 jsr.io:443 esm.sh:443 raw.esm.sh:443 cdn.jsdelivr.net:443 " +
      "raw.githubusercontent.com:443 gist.githubusercontent.com:443").split(" "))();

/** How much is read at once, in bytes. */
const ROOM = 65_536;

/** Makes Deno's child processes. */
export function denoProcesses(): Processes {
  return {
    parallelism: navigator.hardwareConcurrency,
    globals: denoGlobals(),
    emptied: EMPTIED_IN_FRAMES,
    evaluates: true,
    memoryRefusal: null,
    permissionsRefusal: null,
    // They stand in its program, so it may import them, and with them what they import, without reading.
    hasFixedModules: true,
    startPause: 0,
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
  const reader = child.stdout.getReader({ mode: "byob" });
  const frames = makeFrames(denoGlobal.process.getBuiltinModule("node:v8"));
  const incoming = frames.reader(options.onMessage);
  let terminating = false;
  let held = true;
  let reading: Promise<void> | null = null;
  let room = new ArrayBuffer(ROOM);

  // Reading keeps this process alive, so nothing is read while no answer is awaited.
  async function read(): Promise<void> {
    while (held && !terminating) {
      const { done, value } = await reader.read(new Uint8Array(room));
      room = value?.buffer ?? new ArrayBuffer(ROOM);
      if (done) break;
      if (!terminating) take(value);
    }
    reading = null;
  }

  function take(bytes: Uint8Array): void {
    try {
      incoming.push(bytes);
    } catch {
      terminating = true;
      child.kill("SIGKILL");
      options.onDeath({
        reason: "sent what cannot be read here: its standard output is the line home, " +
          "which no program that a job runs may inherit",
        error: undefined,
      });
    }
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
    ...permissions,
    import: permissions.import ?? [...new Set([...USUAL_HOSTS, ...hosts])],
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
  /** Puts frames together from the pieces in which they arrive. Of a piece nothing is kept. */
  reader(onMessage: (message: unknown) => void): { push(piece: Uint8Array): void };
}

/** Runs in the child, too, as text: it must use nothing from around it. */
function makeFrames({ Serializer, Deserializer }: V8): Frames {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const HEAD = 5;

  const frames = {
    /** Whether JSON says all that there is; `seen` is what was looked at of it. */
    isText(value: unknown, seen: unknown[]): boolean {
      if (seen.length > 64) return false;
      if (typeof value === "string") return seen.push(null) > 0 && value.length < 1024;
      if (typeof value === "number") {
        return seen.push(null) > 0 && Number.isFinite(value) && !Object.is(value, -0);
      }
      if (typeof value === "boolean" || value === null) return seen.push(null) > 0;
      if (!Array.isArray(value) || seen.includes(value) || value.length > 64) return false;
      seen.push(value);
      // It may have holes, or properties beside its items.
      return Object.keys(value).length === value.length &&
        value.every((item) => frames.isText(item, seen));
    },

    clone(message: unknown): Uint8Array {
      const serializer = new Serializer();
      serializer.writeHeader();
      serializer.writeValue(message);
      return serializer.releaseBuffer();
    },

    read(isText: boolean, body: Uint8Array): unknown {
      if (isText) return JSON.parse(decoder.decode(body));
      const deserializer = new Deserializer(body.slice());
      deserializer.readHeader();
      return deserializer.readValue();
    },
  };

  return {
    frame(message) {
      const isText = frames.isText(message, []);
      const body = isText ? encoder.encode(JSON.stringify(message)) : frames.clone(message);
      const bytes = new Uint8Array(HEAD + body.length);
      bytes[0] = isText ? 1 : 0;
      new DataView(bytes.buffer).setUint32(1, body.length, true);
      bytes.set(body, HEAD);
      return bytes;
    },
    reader(onMessage) {
      let pieces: Uint8Array[] = [];
      let length = 0;
      let needed = HEAD;
      return {
        push(piece) {
          length += piece.length;
          // Joined only when a frame is there, so that a huge one costs one copy.
          if (length < needed) return void pieces.push(piece.slice());
          let all = piece;
          if (pieces.length > 0) {
            all = new Uint8Array(length);
            let end = 0;
            for (const part of [...pieces, piece]) {
              all.set(part, end);
              end += part.length;
            }
          }
          const view = new DataView(all.buffer, all.byteOffset);
          let start = 0;
          needed = HEAD;
          while (length - start >= HEAD) {
            // Text, most likely, of a program to which a job has left its standard output.
            if (all[start]! > 1) throw new RangeError("no frame begins so");
            needed = HEAD + view.getUint32(start + 1, true);
            if (length - start < needed) break;
            const body = all.subarray(start + HEAD, start + needed);
            const message = frames.read(all[start] === 1, body);
            start += needed;
            needed = HEAD;
            onMessage(message);
          }
          pieces = start < length ? [all.slice(start)] : [];
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
    idle() {},
    onExit(callback) {
      process.on("exit", callback);
      // Of Deno.exit() this alone is told.
      addEventListener("unload", callback);
    },
    post(message) {
      let bytes = frame(message);
      // Written before anything else runs, so that the last words of a dying child arrive, too.
      while (bytes.length > 0) bytes = bytes.subarray(stdout.writeSync(bytes));
    },
    async listen(callback) {
      const incoming = reader(callback as (message: unknown) => void);
      // By the plain call: a stream's wrappings cost more than all else here.
      const room = new Uint8Array(65_536);
      for (let count = await stdin.read(room); count !== null; count = await stdin.read(room)) {
        incoming.push(room.subarray(0, count));
      }
      // The parent is gone, or has no more use for this child.
      Deno.exit(0);
    },
    onFatal(callback) {
      addEventListener("error", (event) => {
        event.preventDefault();
        callback(event.error ?? event.message);
        Deno.exit(1);
      });
      // Node's event, for it leaves those out that a listener of the web's has dealt with.
      process.on("unhandledRejection", (error) => {
        callback(error);
        Deno.exit(1);
      });
    },
  });
}
