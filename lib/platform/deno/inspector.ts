/**
 * Answering on a unix socket, one for each program that was told to: `asyncio/PID.sock` in the user's
 * `XDG_RUNTIME_DIR`, or `asyncio-UID/PID.sock` in the folder for temporary files.
 *
 * Whoever reaches the socket learns what the program does, so folder and socket are their owner's alone. In
 * the folder for temporary files anybody may have made a folder of that name before: it is used only if it is
 * this user's. Several copies of this module in a process, as in its workers, have sockets of their own,
 * `PID-2.sock` and so on.
 *
 * A socket whose program was killed stays. Nobody listens to it, so that connecting is refused; whoever
 * comes across it removes it, those that begin to answer as well as those that ask.
 *
 * @module
 */
import type { HostInspector, Inquiry, InspectorAnswer, InspectorService } from "../inspector.ts";

/** A connection, as far as this needs it. */
interface Connection {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  ref(): void;
  unref(): void;
  close(): void;
}

interface Listener {
  accept(): Promise<Connection>;
  ref(): void;
  unref(): void;
  close(): void;
}

interface FileInfo {
  readonly isDirectory: boolean;
  readonly mode: number | null;
  readonly uid: number | null;
  readonly mtime: Date | null;
}

type ErrorConstructor = new (message: string) => Error;

type Permission =
  | { readonly name: "env"; readonly variable: string }
  | { readonly name: "sys"; readonly kind: "uid" }
  | { readonly name: "read" | "write"; readonly path: string }
  | { readonly name: "net"; readonly host: string };

/** The slice of Deno that this needs; see `namespace.ts`. */
interface InspectorGlobal {
  readonly Deno: {
    readonly build: { readonly os: string };
    readonly env: { get(name: string): string | undefined };
    readonly errors: Readonly<
      Record<"AddrInUse" | "AlreadyExists" | "ConnectionRefused" | "NotFound", ErrorConstructor>
    >;
    readonly permissions: {
      querySync(permission: Permission): { readonly state: string };
    };
    readonly pid: number;
    uid(): number | null;
    chmodSync(path: string, mode: number): void;
    lstatSync(path: string): FileInfo;
    mkdirSync(path: string, options: { mode: number }): void;
    readDirSync(path: string): Iterable<{ readonly name: string }>;
    removeSync(path: string): void;
    listen(options: { transport: "unix"; path: string }): Listener;
    connect(options: { transport: "unix"; path: string }): Promise<Connection>;
  };
}

const here: InspectorGlobal = globalThis as unknown as InspectorGlobal;

/** What is asked for; whoever connects for another reason is told nothing. */
const QUESTION = "tasks\n";

/** How old a socket must be to be given up, in milliseconds: a new one may not be listened to yet. */
const YOUTH = 1000;

/** Where sockets are: its folder, and whose that must be, if it stands where others may make folders. */
interface Place {
  readonly folder: string;
  readonly owner: number | null;
}

/** Makes Deno's. */
export function denoInspector(): HostInspector {
  return {
    refusal: (pid) => hostRefusal() ?? permissionRefusal(pid ?? here.Deno.pid),
    serve: (answer) => new SocketService(answer),
    ask: (pid, milliseconds) => ask(pid ?? here.Deno.pid, milliseconds),
  };
}

function hostRefusal(): string | null {
  return here.Deno.build.os === "windows"
    ? "it needs unix sockets, which Deno does not have on Windows"
    : null;
}

function permissionRefusal(pid: number): string | null {
  const missing = VARIABLES.filter((variable) => !has({ name: "env", variable }));
  const [flags, what] = missing.length > 0
    ? [[`--allow-env=${missing.join(",")}`], "finding the folder of its socket"]
    : !isRuntimeFolderKnown() && !has({ name: "sys", kind: "uid" })
    ? [["--allow-sys=uid"], "finding the folder of its socket, XDG_RUNTIME_DIR not being set,"]
    : [missingFlags(places(pid)[0], pid), "its socket"];
  return flags.length === 0 ? null : `${what} is not permitted: run with ${flags.join(" ")}`;
}

/** The flags that are missing for a socket. Deno wants the net for a unix socket, too. */
function missingFlags({ folder }: Place, pid: number): string[] {
  const host = `unix:${folder}/${pid}.sock`;
  return [
    ...has({ name: "net", host }) ? [] : ["--allow-net"],
    ...has({ name: "read", path: folder }) ? [] : [`--allow-read=${folder}`],
    ...has({ name: "write", path: folder }) ? [] : [`--allow-write=${folder}`],
  ];
}

const RUNTIME_FOLDER = "XDG_RUNTIME_DIR";
const TEMPORARY_FOLDER = "TMPDIR";
const VARIABLES = [RUNTIME_FOLDER, TEMPORARY_FOLDER] as const;

function has(permission: Permission): boolean {
  return here.Deno.permissions.querySync(permission).state === "granted";
}

function isRuntimeFolderKnown(): boolean {
  return (here.Deno.env.get(RUNTIME_FOLDER) ?? "") !== "";
}

/**
 * Where a program of this user's may have its socket, and in the first of them this one has. One that was
 * started by another way than the one that asks may lack the variable.
 */
function places(pid: number): [Place, ...Place[]] {
  const owner = has({ name: "sys", kind: "uid" }) ? here.Deno.uid() : null;
  const runtime = { folder: `${here.Deno.env.get(RUNTIME_FOLDER)}/asyncio`, owner: null };
  if (owner === null) return [runtime];
  const given = here.Deno.env.get(TEMPORARY_FOLDER)?.replace(/\/+$/, "") ?? "";
  const temporary = { folder: `${given === "" ? "/tmp" : given}/asyncio-${owner}`, owner };
  if (!isRuntimeFolderKnown()) return [temporary];
  const isUsable = missingFlags(temporary, pid).length === 0 && isTrusted(temporary);
  return isUsable ? [runtime, temporary] : [runtime];
}

/** Why a folder is not to be trusted, or `null` when it is; an error where there is none. */
function distrust({ folder, owner }: Place): string | null {
  const { isDirectory, mode, uid } = here.Deno.lstatSync(folder);
  const isOwn = isDirectory && ((mode ?? 0) & 0o077) === 0 && (owner === null || uid === owner);
  return isOwn
    ? null
    : `${folder} must be a folder that is this user's, and that nobody else may enter`;
}

/** Whether a folder may be looked into: one that is not there may. */
function isTrusted(place: Place): boolean {
  try {
    return distrust(place) === null;
  } catch (error) {
    return error instanceof here.Deno.errors.NotFound;
  }
}

class SocketService implements InspectorService {
  readonly #answer: () => string;
  readonly #listener: Listener;
  readonly #path: string;
  readonly #connections = new Set<Connection>();
  // All that is under way, so that nothing is when this is closed.
  readonly #work = new Set<Promise<void>>();

  constructor(answer: () => string) {
    this.#answer = answer;
    const [place] = places(here.Deno.pid);
    makeFolder(place);
    [this.#listener, this.#path] = listenIn(place.folder);
    try {
      here.Deno.chmodSync(this.#path, 0o600);
    } catch (error) {
      this.#listener.close();
      throw error;
    }
    this.#listener.unref();
    // Whoever leaves by Deno.exit() closes nothing.
    addEventListener("unload", this.#onUnload);
    this.#do(this.#accept());
    for (const path of socketsIn(place.folder)) {
      if (path !== this.#path && isOld(path)) this.#do(removeIfDead(path));
    }
  }

  async close(): Promise<void> {
    removeEventListener("unload", this.#onUnload);
    // Their ends are waited for: the process must not end before.
    this.#listener.ref();
    for (const connection of this.#connections) connection.ref();
    this.#listener.close();
    // Deno removes the file of a listener that is closed; what it may leave is nobody's.
    remove(this.#path);
    for (const connection of this.#connections) connection.close();
    this.#connections.clear();
    await Promise.all(this.#work);
  }

  readonly #onUnload = (): void => remove(this.#path);

  #do(work: Promise<void>): void {
    const done = work.catch(() => {}).finally(() => this.#work.delete(done));
    this.#work.add(done);
  }

  async #accept(): Promise<void> {
    // Until it is closed: accepting throws then.
    for (;;) {
      const connection = await this.#listener.accept();
      connection.unref();
      this.#connections.add(connection);
      this.#do(this.#serve(connection));
    }
  }

  async #serve(connection: Connection): Promise<void> {
    try {
      const question = await readAll(connection, QUESTION.length);
      if (question === QUESTION) await writeAll(connection, this.#answer());
    } finally {
      if (this.#connections.delete(connection)) connection.close();
    }
  }
}

function makeFolder(place: Place): void {
  try {
    here.Deno.mkdirSync(place.folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof here.Deno.errors.AlreadyExists)) throw error;
  }
  const reason = distrust(place);
  if (reason !== null) throw new Error(reason);
}

/** Another copy of this module may have taken the first name, or a program that is gone had this number. */
function listenIn(folder: string): [Listener, string] {
  for (let copy = 1;; copy++) {
    const path = `${folder}/${here.Deno.pid}${copy === 1 ? "" : `-${copy}`}.sock`;
    try {
      return [here.Deno.listen({ transport: "unix", path }), path];
    } catch (error) {
      if (!(error instanceof here.Deno.errors.AddrInUse)) throw error;
    }
  }
}

function socketsIn(folder: string): string[] {
  return [...here.Deno.readDirSync(folder)]
    .filter(({ name }) => /^\d+(?:-\d+)?\.sock$/.test(name))
    .map(({ name }) => `${folder}/${name}`);
}

function isOld(path: string): boolean {
  try {
    const { mtime } = here.Deno.lstatSync(path);
    return mtime !== null && Date.now() - mtime.getTime() > YOUTH;
  } catch {
    return false;
  }
}

async function removeIfDead(path: string): Promise<void> {
  try {
    (await here.Deno.connect({ transport: "unix", path })).close();
  } catch (error) {
    if (error instanceof here.Deno.errors.ConnectionRefused) remove(path);
  }
}

function remove(path: string): void {
  try {
    here.Deno.removeSync(path);
  } catch {
    // It is gone, or its folder is.
  }
}

async function ask(pid: number, milliseconds: number): Promise<Inquiry> {
  const all = places(pid);
  const paths = all.flatMap((place) => socketsOf(place, pid));
  const texts = await Promise.all(paths.map((path) => askOne(path, milliseconds)));
  const answers = paths.flatMap((path, index): InspectorAnswer[] => {
    const text = texts[index];
    return typeof text === "string" ? [{ from: path, text }] : [];
  });
  const late = texts.filter((text) => text === LATE).length;
  return { answers, late, places: all.map(({ folder }) => `${folder}/${pid}.sock`) };
}

function socketsOf(place: Place, pid: number): string[] {
  try {
    const reason = distrust(place);
    if (reason !== null) throw new Error(reason);
  } catch (error) {
    if (error instanceof here.Deno.errors.NotFound) return [];
    throw error;
  }
  // The shorter first: the program's before those of its threads.
  return socketsIn(place.folder)
    .filter((path) => new RegExp(`/${pid}(?:-\\d+)?\\.sock$`).test(path))
    .sort((one, other) => one.length - other.length || (one < other ? -1 : 1));
}

const LATE = Symbol("late");

/** Gives the answer; `null` of a socket that nobody listens to any more. */
async function askOne(path: string, milliseconds: number): Promise<string | typeof LATE | null> {
  let connection: Connection;
  try {
    connection = await here.Deno.connect({ transport: "unix", path });
  } catch (error) {
    const isDead = error instanceof here.Deno.errors.ConnectionRefused;
    if (isDead && isOld(path)) remove(path);
    if (isDead || error instanceof here.Deno.errors.NotFound) return null;
    throw error;
  }
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    connection.close();
  }, milliseconds);
  try {
    await writeAll(connection, QUESTION);
    const text = await readAll(connection);
    return text === "" ? null : text;
  } catch (error) {
    if (isLate) return LATE;
    throw error;
  } finally {
    clearTimeout(timer);
    if (!isLate) connection.close();
  }
}

/** Reads to the end, or some bytes. */
async function readAll(connection: Connection, most = Infinity): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(2 ** 16);
  let text = "";
  for (let left = most; left > 0;) {
    const count = await connection.read(left < buffer.length ? buffer.subarray(0, left) : buffer);
    if (count === null) break;
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
    left -= count;
  }
  return text;
}

async function writeAll(connection: Connection, text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await connection.write(bytes));
}
