/**
 * How a connection comes to be encrypted.
 *
 * @module
 */
import type { Suspension } from "../coroutine/awaitable.ts";
import { copyContext } from "../coroutine/context_vars.ts";
import type { EventLoop } from "../kernel/event_loop.ts";
import { onLoopClose } from "../kernel/loop_closing.ts";
import { schedulerOf } from "../kernel/scheduler.ts";
import type { EncryptOptions, HostSocket } from "../platform/network.ts";
import { ConnectionAbortedError, connectionError } from "./connection_errors.ts";
import { network } from "./network.ts";
import { stir } from "./stir.ts";

/** How many seconds both sides have to agree. */
const TIMEOUT = 60;

/** What is to be encrypted, and how. */
export interface Plain {
  /** The connection. */
  readonly socket: HostSocket;
  /** How. */
  readonly options: EncryptOptions;
}

/** Who hears, on the loop, what comes of it. */
export interface EncryptedListener {
  /** It is encrypted. */
  done(socket: HostSocket): void;
  /** It is not, and closed. */
  failed(error: unknown): void;
}

/**
 * Encrypts a connection.
 *
 * @returns What gives it up, and closes the connection.
 */
export function encrypted(
  loop: EventLoop,
  { socket, options }: Plain,
  listener: EncryptedListener,
): () => void {
  const scheduler = schedulerOf(loop);
  const context = copyContext();
  let isOver = false;
  const end = () => {
    isOver = true;
    timer.cancel();
    forgetLoop();
  };
  const giveUp = () => {
    if (isOver) return;
    end();
    socket.close();
  };
  const timer = loop.callLater(TIMEOUT, () => {
    giveUp();
    listener.failed(
      new ConnectionAbortedError(
        `SSL handshake is taking longer than ${TIMEOUT} seconds: aborting the connection`,
      ),
    );
  });
  const forgetLoop = onLoopClose(loop, giveUp);
  const settled = (callback: () => void) => {
    scheduler.outside--;
    if (isOver || scheduler.isClosed) return void socket.close();
    stir(loop);
    loop.callSoonThreadsafe(context.bind(() => {
      if (isOver) return void socket.close();
      end();
      callback();
    }));
  };
  const stirring: HostSocket = {
    ...socket,
    async read(into) {
      const count = await socket.read(into);
      stir(loop);
      return count;
    },
  };
  scheduler.outside++;
  stir(loop);
  network().encrypt(stirring, options).then(
    (encrypted) => settled(() => listener.done(encrypted)),
    (error) => settled(() => listener.failed(connectionError(error))),
  );
  return giveUp;
}

/** Encrypts a connection, and waits for it. */
export function* encrypting(
  loop: EventLoop,
  plain: Plain,
): Generator<Suspension, HostSocket, unknown> {
  const waiter = loop.createFuture<HostSocket>();
  const giveUp = encrypted(loop, plain, {
    done: (socket) => waiter.done() ? socket.close() : waiter.setResult(socket),
    failed: (error) => waiter.done() || waiter.setException(error as Error),
  });
  try {
    return yield* waiter;
  } catch (error) {
    giveUp();
    if (waiter.done() && !waiter.cancelled() && waiter.exception() === null) {
      waiter.result().close();
    }
    throw error;
  }
}
