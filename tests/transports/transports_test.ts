import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  BaseTransport,
  type Bytes,
  DatagramTransport,
  NotSupportedError,
  ReadTransport,
  SubprocessTransport,
  Transport,
  WriteTransport,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("BaseTransport.getExtraInfo() tells what it was made with, and of nothing else", () => {
  const transport = new BaseTransport({ peername: ["a", 1], nothing: undefined });
  assertEquals(transport.getExtraInfo("peername"), ["a", 1]);
  assertEquals(transport.getExtraInfo("nothing", 5), undefined);
  assertEquals([transport.getExtraInfo("x"), transport.getExtraInfo("x", 5)], [null, 5]);
  assertEquals(transport.getExtraInfo("toString"), null);
  assertEquals(new BaseTransport().getExtraInfo("x"), null);
  assertEquals(`${transport}`, "<BaseTransport>");
});

test("transports that are asyncio's abstract classes do nothing by themselves, and say so", () => {
  const bytes = new Uint8Array(1);
  const methods: [BaseTransport, Record<string, unknown[]>][] = [
    [new BaseTransport(), { isClosing: [], close: [], setProtocol: [{}], getProtocol: [] }],
    [new ReadTransport(), { isReading: [], pauseReading: [], resumeReading: [] }],
    [new WriteTransport(), {
      setWriteBufferLimits: [],
      getWriteBufferSize: [],
      getWriteBufferLimits: [],
      write: [bytes],
      writeEof: [],
      canWriteEof: [],
      abort: [],
    }],
    [new Transport(), { isReading: [], pauseReading: [], resumeReading: [], abort: [] }],
    [new DatagramTransport(), { sendto: [bytes], abort: [] }],
    [new SubprocessTransport(), {
      getPid: [],
      getReturncode: [],
      getPipeTransport: [1],
      sendSignal: ["SIGINT"],
      terminate: [],
      kill: [],
    }],
  ];
  for (const [transport, calls] of methods) {
    for (const [method, args] of Object.entries(calls)) {
      const object = transport as unknown as Record<string, (...args: unknown[]) => unknown>;
      assertThrows(
        () => object[method]!(...args),
        NotSupportedError,
        `${transport.constructor.name}.${method}() is not implemented`,
      );
    }
  }
});

test("WriteTransport.writelines() writes all pieces at once, of whatever kind of bytes", () => {
  const written: Bytes[] = [];
  class Own extends Transport {
    override write(data: Bytes) {
      written.push(data);
    }
  }
  const transport = new Own();
  assert(transport instanceof WriteTransport && !(transport instanceof ReadTransport));
  const whole = Uint8Array.of(1, 2, 3, 4);
  transport.writelines([whole.subarray(1, 3), whole.buffer, new DataView(whole.buffer, 3)]);
  transport.writelines(new Set([whole]));
  transport.writelines([]);
  assertEquals(written, [Uint8Array.of(2, 3, 1, 2, 3, 4, 4), whole, new Uint8Array()]);
  const refused = [["text"], [5], [null], "text", new Uint8Array(1), 5, null];
  for (const pieces of refused) {
    assertThrows(() => transport.writelines(pieces as never), TypeError, "bytes");
  }
  assertEquals(written.length, 3);
});
