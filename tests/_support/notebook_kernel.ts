/**
 * Deno's Jupyter kernel, driven over ZeroMQ as a notebook drives it.
 *
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { ZmtpSocket } from "./zmtp.ts";

/** How long the kernel may take to listen, in milliseconds. */
const PATIENCE = 60_000;

/** What a cell came to. */
export interface CellOutcome {
  /** What it wrote to standard output and error. */
  readonly text: string;
  /** The value of its last expression as text, or `null`. */
  readonly value: string | null;
  /** The error that it threw, as its name and message, or `null`. */
  readonly error: string | null;
}

interface Message {
  readonly type: string;
  readonly parent: string;
  readonly content: Readonly<Record<string, unknown>>;
}

const DELIMITER = "<IDS|MSG>";

/** A kernel in a process of its own. */
export class NotebookKernel {
  readonly #process: Deno.ChildProcess;
  readonly #key = crypto.randomUUID();
  readonly #session = crypto.randomUUID();
  readonly #file: string;
  #shell!: ZmtpSocket;
  #output!: ZmtpSocket;

  /**
   * Starts a kernel, and waits until it answers.
   *
   * @param folder The folder that its relative imports start from.
   */
  static async start(folder: string): Promise<NotebookKernel> {
    const ports = freePorts(5);
    const file = await Deno.makeTempFile({ suffix: ".json" });
    const kernel = new NotebookKernel(file, folder, ports);
    const [shell, output] = ports;
    kernel.#shell = await kernel.#connect(shell!, "DEALER");
    kernel.#output = await kernel.#connect(output!, "SUB");
    await kernel.#request("kernel_info_request", {});
    return kernel;
  }

  private constructor(file: string, folder: string, ports: readonly number[]) {
    const [shell, iopub, stdin, control, hb] = ports;
    this.#file = file;
    Deno.writeTextFileSync(
      file,
      JSON.stringify({
        ip: "127.0.0.1",
        transport: "tcp",
        key: this.#key,
        signature_scheme: "hmac-sha256",
        kernel_name: "deno",
        shell_port: shell,
        iopub_port: iopub,
        stdin_port: stdin,
        control_port: control,
        hb_port: hb,
      }),
    );
    this.#process = new Deno.Command(Deno.execPath(), {
      args: ["jupyter", "--kernel", "--conn", file],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** Runs a cell. */
  async run(code: string): Promise<CellOutcome> {
    const cell = await this.#execute(code);
    // Deno hands what a cell prints to a thread of its own, which may publish it after the cell has gone
    // idle; what is printed later comes later still.
    const mark = `${crypto.randomUUID()}\n`;
    const last = await this.#execute(`console.log("${mark.trimEnd()}")`);
    let text = cell.text + last.text;
    while (!text.includes(mark)) {
      const { type, content } = read(await this.#output.receive());
      if (type === "stream") text += content["text"];
    }
    return { ...cell, text: text.slice(0, text.indexOf(mark)) };
  }

  /** Runs code until the kernel is idle; the text is what it has published by then. */
  async #execute(code: string): Promise<CellOutcome> {
    const request = { code, silent: false, store_history: true, allow_stdin: false };
    const id = await this.#request("execute_request", request);
    let text = "";
    let value: string | null = null;
    let error: string | null = null;
    for (;;) {
      const { type, parent, content } = read(await this.#output.receive());
      // Of whichever cell: late text bears the name of the cell that runs when it is published.
      if (type === "stream") text += content["text"];
      if (parent !== id) continue;
      if (type === "execute_result") {
        value = String(Reflect.get(Object(content["data"]), "text/plain"));
      }
      if (type === "error") error = `${content["ename"]}: ${content["evalue"]}`;
      if (type === "status" && content["execution_state"] === "idle") return { text, value, error };
    }
  }

  /** Ends the kernel. */
  async close(): Promise<void> {
    this.#shell.close();
    this.#output.close();
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await Deno.remove(this.#file);
  }

  /** Connects as soon as the kernel listens. */
  async #connect(port: number, type: "DEALER" | "SUB"): Promise<ZmtpSocket> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      try {
        return await ZmtpSocket.connect(port, type);
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** Sends a request and waits for its reply; gives the request's id. */
  async #request(type: string, content: object): Promise<string> {
    const id = crypto.randomUUID();
    const header = {
      msg_id: id,
      session: this.#session,
      username: "test",
      date: new Date().toISOString(),
      msg_type: type,
      version: "5.3",
    };
    const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
    const signature = createHmac("sha256", this.#key).update(parts.join("")).digest("hex");
    const encoder = new TextEncoder();
    const frames = [DELIMITER, signature, ...parts].map((text) => encoder.encode(text));
    await this.#shell.send(frames);
    while (read(await this.#shell.receive()).parent !== id);
    return id;
  }
}

function read(frames: readonly Uint8Array[]): Message {
  const decoder = new TextDecoder();
  const texts = frames.map((frame) => decoder.decode(frame));
  const start = texts.indexOf(DELIMITER) + 2;
  const [header, parent, , content] = texts.slice(start).map((text) => JSON.parse(text));
  return { type: header.msg_type, parent: parent.msg_id ?? "", content };
}

/** Ports that nobody listens on; all are held until the last is found. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ port: 0, hostname: "127.0.0.1" }),
  );
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}
