import { assert, assertEquals } from "@std/assert";
import {
  BaseProtocol,
  BaseTransport,
  BufferedProtocol,
  DatagramProtocol,
  DatagramTransport,
  Protocol,
  SubprocessProtocol,
  SubprocessTransport,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("protocols do nothing until a class overrides it, as asyncio's", () => {
  const bytes = new Uint8Array(1);
  const base = {
    connectionMade: [new BaseTransport()],
    connectionLost: [null],
    pauseWriting: [],
    resumeWriting: [],
  };
  const protocols: [BaseProtocol, Record<string, unknown[]>][] = [
    [new BaseProtocol(), base],
    [new Protocol(), { ...base, dataReceived: [bytes], eofReceived: [] }],
    [new BufferedProtocol(), { ...base, bufferUpdated: [1], eofReceived: [] }],
    [new DatagramProtocol(), {
      ...base,
      connectionMade: [new DatagramTransport()],
      datagramReceived: [bytes, ["a", 1]],
      errorReceived: [new Error()],
    }],
    [new SubprocessProtocol(), {
      ...base,
      connectionMade: [new SubprocessTransport()],
      pipeDataReceived: [1, bytes],
      pipeConnectionLost: [1, null],
      processExited: [],
    }],
  ];
  for (const [protocol, calls] of protocols) {
    assert(protocol instanceof BaseProtocol);
    for (const [method, args] of Object.entries(calls)) {
      const object = protocol as unknown as Record<string, (...args: unknown[]) => unknown>;
      assertEquals(object[method]!(...args), undefined, `${protocol.constructor.name}.${method}`);
    }
  }
  // It must be overridden: an empty place is an error of the connection's.
  assertEquals(new BufferedProtocol().getBuffer(-1).length, 0);
});
