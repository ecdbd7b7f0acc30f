/**
 * Encryption of what is there already, by Node's module in Deno: it takes any pair of streams, at either end, so that
 * unix sockets, and connections that are encrypted midway, need nothing of their own. `Deno.startTls()` takes away a
 * socket that is being read from, and what was being read is lost.
 *
 * @module
 */
import type { EncryptOptions, HostSocket, TlsOptions } from "../network.ts";
import { isNumeric } from "./names.ts";
import { denoGlobal, type NodeDuplex, type NodeTlsSocket } from "./namespace.ts";

/** How much is read at once, in bytes: as much as a record may hold. */
const ROOM = 16_640;

/** How many turns of the host's what has come takes at most from stream to stream. */
const TURNS = 4;

/** Encrypts a connection; done when both ends agree. */
export function encrypt(socket: HostSocket, options: EncryptOptions): Promise<HostSocket> {
  const { tls, isServer, hostname } = options;
  const { TLSSocket, connect } = denoGlobal.process.getBuiltinModule("node:tls");
  const common = {
    cert: tls.cert,
    key: tls.key,
    // The list is copied, for it may be one that nobody may change.
    ALPNProtocols: tls.alpnProtocols && [...tls.alpnProtocols],
    ca: tls.caCerts && [...tls.caCerts],
  };
  const raw = streamOf(socket);
  let stream: NodeTlsSocket;
  try {
    if (isServer) {
      const requestCert = tls.requestCert ?? false;
      const more = { isServer, requestCert, rejectUnauthorized: requestCert };
      stream = new TLSSocket(raw, { ...common, ...more });
    } else {
      stream = connect({
        ...common,
        socket: raw,
        host: hostname,
        servername: isNumeric(hostname) ? "" : hostname,
      });
    }
  } catch (error) {
    // A certificate or a key that is none, say.
    socket.close();
    return Promise.reject(error);
  }
  return new Promise((resolve, reject) => {
    let failure: unknown = null;
    let isDone = false;
    stream.on("error", (error) => failure = error);
    stream.on("close", () => reject(failure ?? raw.errored ?? closedEarly()));
    // The end is told of only where somebody reads.
    stream.on("readable", () => isDone || stream.read(0));
    stream.on("end", () => isDone || stream.destroy());
    stream.on(isServer ? "secure" : "secureConnect", () => {
      isDone = true;
      resolve(socketOf(stream, { raw, socket, tls }));
    });
  });
}

function closedEarly(): Error {
  const error = new Error("Connection lost");
  error.name = "ConnectionReset";
  return error;
}

/** The bytes that go over the wire. */
function streamOf(socket: HostSocket): NodeDuplex {
  const { Duplex } = denoGlobal.process.getBuiltinModule("node:stream");
  return new Duplex({
    read() {
      const room = new Uint8Array(ROOM);
      socket.read(room).then(
        (count) => this.push(count === null ? null : room.subarray(0, count)),
        (error) => this.destroy(error),
      );
    },
    write(chunk, _encoding, done) {
      writeAll(socket, chunk).then(() => done(), done);
    },
    final(done) {
      socket.end().then(() => done(), () => done());
    },
    destroy(error, done) {
      socket.close();
      done(error);
    },
  });
}

async function writeAll(socket: HostSocket, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await socket.write(rest));
}

/** What an encrypted connection is made of. */
interface Parts {
  /** The bytes that go over the wire. */
  readonly raw: NodeDuplex;
  /** The connection below. */
  readonly socket: HostSocket;
  /** By what it is encrypted. */
  readonly tls: TlsOptions;
}

/** The bytes that go through it. */
function socketOf(stream: NodeTlsSocket, { raw, socket, tls }: Parts): HostSocket {
  const { setImmediate } = denoGlobal.process.getBuiltinModule("node:timers");
  let rest: Uint8Array | null = null;
  let isOver = false;
  let failure: unknown = null;
  let isCut = false;
  let turns = 0;
  let look = () => {};
  let reading: Promise<unknown> = Promise.resolve();
  const over = () => {
    isOver = true;
    look();
  };
  stream.on("readable", () => look());
  stream.on("end", over);
  stream.on("error", (error) => failure ??= error);
  // Deno's stream forgets to end where the one below ends while it writes: with nothing more in it, it is over.
  const lookAgain = () => {
    if (turns > 0) return;
    turns = TURNS;
    const turn = () => {
      if (--turns > 0) setImmediate(turn);
      else if ((rest ??= stream.read()) === null) over();
      else look();
    };
    setImmediate(turn);
  };
  raw.on("end", () => {
    isCut = true;
    look();
  });
  const closed = new Promise<void>((resolve) =>
    stream.on("close", () => {
      over();
      resolve();
    })
  );
  const read = (into: Uint8Array) => {
    const promise = new Promise<number | null>((resolve, reject) => {
      look = () => {
        rest ??= stream.read();
        if (rest === null && !isOver) return isCut ? lookAgain() : undefined;
        look = () => {};
        if (rest === null) return failure === null ? resolve(null) : reject(failure);
        const count = Math.min(rest.length, into.length);
        into.set(rest.subarray(0, count));
        rest = count < rest.length ? rest.subarray(count) : null;
        resolve(count);
      };
      look();
    });
    reading = promise.catch(() => {});
    return promise;
  };
  // Of a stream that is destroyed nobody who writes is told.
  const untilClosed = <T>(promise: Promise<T>) =>
    Promise.race([
      promise,
      closed.then(() => {
        throw failure ?? closedEarly();
      }),
    ]);
  return {
    native: socket.native,
    localAddress: socket.localAddress,
    remoteAddress: socket.remoteAddress,
    security: {
      sslcontext: tls,
      peercert: stream.getPeerCertificate(),
      cipher: stream.getCipher(),
      alpnProtocol: stream.alpnProtocol || null,
    },
    read,
    write: (bytes) =>
      untilClosed(
        new Promise((resolve, reject) =>
          stream.write(bytes, (error) => error ? reject(error) : resolve(bytes.length))
        ),
      ),
    async end() {
      // Deno says no goodbye where something comes at the same time; the end of the socket's is one, too.
      const ended = untilClosed(new Promise<void>((resolve) => stream.end(resolve)))
        .then(() => socket.end());
      // What the other side still sends is read: the stream ends no sooner, and a socket that is closed before would have the
      // other side forget what it has.
      const drain = async () => {
        await reading;
        const room = new Uint8Array(ROOM);
        while (await read(room) !== null);
      };
      await Promise.all([ended, drain()]);
    },
    close: () => stream.destroy(),
  };
}
