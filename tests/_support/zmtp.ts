/**
 * As much of ZeroMQ's wire protocol, ZMTP 3.0, as it takes to talk to a Jupyter kernel: a DEALER and a SUB
 * socket over TCP, without authentication.
 *
 * The npm package `zeromq` is native code on libuv's polling, which Deno does not have: it loads, connects
 * and sends there, and never receives.
 *
 * @see https://rfc.zeromq.org/spec/23/
 *
 * @module
 */

const MORE = 1;
const LONG = 2;
const COMMAND = 4;

/** One connection. */
export class ZmtpSocket {
  readonly #connection: Deno.TcpConn;
  readonly #bytes: Bytes;

  /**
   * Connects to a port of this machine.
   *
   * @param port The port.
   * @param type What this end is.
   */
  static async connect(port: number, type: "DEALER" | "SUB"): Promise<ZmtpSocket> {
    const socket = new ZmtpSocket(await Deno.connect({ hostname: "127.0.0.1", port }));
    await socket.#greet(type);
    // Every message there is.
    if (type === "SUB") await socket.send([new Uint8Array([1])]);
    return socket;
  }

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    this.#bytes = new Bytes(connection);
  }

  /** Sends a message of several frames. */
  async send(frames: readonly Uint8Array[]): Promise<void> {
    for (const [index, frame] of frames.entries()) {
      await this.#write(index + 1 < frames.length ? MORE : 0, frame);
    }
  }

  /** Receives a message. */
  async receive(): Promise<Uint8Array[]> {
    const frames: Uint8Array[] = [];
    for (;;) {
      const { flags, body } = await this.#read();
      if (flags & COMMAND) continue;
      frames.push(body);
      if (!(flags & MORE)) return frames;
    }
  }

  /** Ends the connection. */
  close(): void {
    this.#connection.close();
  }

  async #greet(type: string): Promise<void> {
    const greeting = new Uint8Array(64);
    greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0]);
    greeting.set(new TextEncoder().encode("NULL"), 12);
    await writeAll(this.#connection, greeting);
    await this.#bytes.take(64);
    await this.#write(COMMAND, joined(short("READY"), short("Socket-Type"), long(type)));
    await this.#read();
  }

  async #write(flags: number, body: Uint8Array): Promise<void> {
    const size = new DataView(new ArrayBuffer(9));
    size.setUint8(0, flags | LONG);
    size.setBigUint64(1, BigInt(body.length));
    await writeAll(this.#connection, joined(new Uint8Array(size.buffer), body));
  }

  async #read(): Promise<{ flags: number; body: Uint8Array }> {
    const [flags] = await this.#bytes.take(1) as unknown as [number];
    const size = await this.#bytes.take(flags & LONG ? 8 : 1);
    const length = flags & LONG ? Number(new DataView(size.buffer).getBigUint64(0)) : size[0]!;
    return { flags, body: await this.#bytes.take(length) };
  }
}

/** What comes in, in pieces of whatever size is asked for. */
class Bytes {
  readonly #connection: Deno.TcpConn;
  #rest = new Uint8Array();

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#rest.length < length) {
      const chunk = new Uint8Array(16_384);
      const count = await this.#connection.read(chunk);
      if (count === null) throw new Error("the other end has closed the connection");
      this.#rest = joined(this.#rest, chunk.subarray(0, count));
    }
    const taken = this.#rest.slice(0, length);
    this.#rest = this.#rest.slice(length);
    return taken;
  }
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

/** A text behind its length in one byte. */
function short(text: string): Uint8Array {
  return joined(new Uint8Array([text.length]), new TextEncoder().encode(text));
}

/** A text behind its length in four bytes. */
function long(text: string): Uint8Array {
  return joined(new Uint8Array([0, 0, 0, text.length]), new TextEncoder().encode(text));
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  return all;
}
