/**
 * A transport that is connected to nothing, and keeps what it was told.
 *
 * @module
 */
import { type BaseProtocol, type Bytes, Transport } from "../../mod.ts";

/** Keeps what it was told to do; `lose` is what happens to real ones. */
export class FakeTransport extends Transport {
  /** What it was told, in order. */
  readonly told: string[] = [];
  #protocol: BaseProtocol | null = null;
  #isClosing = false;

  /** Whether it is closing. */
  override isClosing(): boolean {
    return this.#isClosing;
  }
  /** Keeps the protocol. */
  override setProtocol(protocol: BaseProtocol): void {
    this.#protocol = protocol;
  }
  /** The protocol. */
  override getProtocol(): BaseProtocol {
    return this.#protocol!;
  }
  /** Is told to pause. */
  override pauseReading(): void {
    this.told.push("pauseReading");
  }
  /** Is told to go on. */
  override resumeReading(): void {
    this.told.push("resumeReading");
  }
  /** Is told to write. */
  override write(data: Bytes): void {
    this.told.push(`write ${new TextDecoder().decode(data as Uint8Array)}`);
  }
  /** Is told that no more comes. */
  override writeEof(): void {
    this.told.push("writeEof");
  }
  /** It can. */
  override canWriteEof(): boolean {
    return true;
  }
  /** Is told to close. */
  override close(): void {
    this.told.push("close");
    this.#isClosing = true;
  }
  /** Is told to close at once. */
  override abort(): void {
    this.told.push("abort");
    this.#isClosing = true;
  }
}
