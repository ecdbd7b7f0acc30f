/**
 * The work of the rows that go through a connection, to a server of the same loop.
 *
 * @module
 */

import {
  openConnection,
  run,
  startServer,
  type StreamReader,
  type StreamWriter,
} from "@asyncio/asyncio";
import type { Works } from "../row.ts";
import { LINE, PIECE } from "../rows.ts";

const line = new Uint8Array(LINE).fill(97);
line[LINE - 1] = 10;
const piece = new Uint8Array(PIECE);

function* answer(reader: StreamReader, writer: StreamWriter) {
  for (let got; (got = yield* reader.readline()).length > 0;) {
    writer.write(got);
    yield* writer.drain();
  }
  writer.close();
}

async function answerAsync(reader: StreamReader, writer: StreamWriter) {
  for (let got; (got = await reader.readline()).length > 0;) {
    writer.write(got);
    await writer.drain();
  }
  writer.close();
}

function* echo(n: number) {
  const server = yield* startServer(answer, "127.0.0.1", 0);
  const [host, port] = server.sockets[0]!.getsockname();
  const [reader, writer] = yield* openConnection(host, port);
  let done = 0;
  for (let i = 0; i < n; i++) {
    writer.write(line);
    yield* writer.drain();
    done += (yield* reader.readline()).length / LINE;
  }
  writer.close();
  server.close();
  yield* server.waitClosed();
  return done;
}

async function echoAsync(n: number) {
  const server = await startServer(answerAsync, "127.0.0.1", 0);
  const [host, port] = server.sockets[0]!.getsockname();
  const [reader, writer] = await openConnection(host, port);
  let done = 0;
  for (let i = 0; i < n; i++) {
    writer.write(line);
    await writer.drain();
    done += (await reader.readline()).length / LINE;
  }
  writer.close();
  server.close();
  await server.waitClosed();
  return done;
}

function* pour(n: number) {
  const server = yield* startServer(
    function* (_reader, writer) {
      for (let i = 0; i < n; i++) {
        writer.write(piece);
        yield* writer.drain();
      }
      writer.close();
    },
    "127.0.0.1",
    0,
  );
  const [host, port] = server.sockets[0]!.getsockname();
  const [reader, writer] = yield* openConnection(host, port);
  let size = 0;
  for (let got; (got = yield* reader.read(PIECE)).length > 0;) size += got.length;
  writer.close();
  server.close();
  yield* server.waitClosed();
  return size / PIECE;
}

async function pourAsync(n: number) {
  const server = await startServer(
    async (_reader, writer) => {
      for (let i = 0; i < n; i++) {
        writer.write(piece);
        await writer.drain();
      }
      writer.close();
    },
    "127.0.0.1",
    0,
  );
  const [host, port] = server.sockets[0]!.getsockname();
  const [reader, writer] = await openConnection(host, port);
  let size = 0;
  for (let got; (got = await reader.read(PIECE)).length > 0;) size += got.length;
  writer.close();
  server.close();
  await server.waitClosed();
  return size / PIECE;
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array) {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await connection.write(rest));
}

/** Reads as much as `room` holds, and gives how much came before the end. */
async function readAll(connection: Deno.Conn, room: Uint8Array) {
  let count = 0;
  while (count < room.length) {
    const more = await connection.read(room.subarray(count));
    if (more === null) break;
    count += more;
  }
  return count;
}

/** Has a server's side of a connection work, and the client's beside it. */
async function connected<T>(
  serve: (connection: Deno.Conn) => Promise<void>,
  use: (connection: Deno.Conn) => Promise<T>,
): Promise<T> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = listener.accept().then(async (connection) => {
    using own = connection;
    own.setNoDelay();
    await serve(own);
  });
  const { hostname, port } = listener.addr as Deno.NetAddr;
  const connection = await Deno.connect({ hostname, port });
  connection.setNoDelay();
  const result = await use(connection);
  connection.close();
  await serving;
  return result;
}

function echoBare(n: number) {
  return connected(async (connection) => {
    const room = new Uint8Array(LINE);
    while (await readAll(connection, room) === LINE) await writeAll(connection, room);
  }, async (connection) => {
    const room = new Uint8Array(LINE);
    let done = 0;
    for (let i = 0; i < n; i++) {
      await writeAll(connection, line);
      done += await readAll(connection, room) / LINE;
    }
    return done;
  });
}

function pourBare(n: number) {
  return connected(async (connection) => {
    for (let i = 0; i < n; i++) await writeAll(connection, piece);
  }, async (connection) => {
    const room = new Uint8Array(PIECE);
    let size = 0;
    for (let got; (got = await connection.read(room)) !== null;) size += got;
    return size / PIECE;
  });
}

/** By streams, in generator coroutines. */
export const works: Works = { "echo": (n) => run(echo(n)), "pour": (n) => run(pour(n)) };

/** By streams, in async functions. */
export const asyncWorks: Works = {
  "echo": (n) => run(() => echoAsync(n)),
  "pour": (n) => run(() => pourAsync(n)),
};

/** By Deno's own connections. */
export const bareWorks: Works = { "echo": echoBare, "pour": pourBare };
