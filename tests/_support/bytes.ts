/**
 * Bytes in tests, which are text.
 *
 * @module
 */

/** The bytes of a text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The text of bytes. */
export function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}
