/**
 * Addresses in the one form that makes two links to a page the same.
 *
 * @module
 */

/**
 * Reads a reference as it stands in a page.
 *
 * @param reference The reference, relative or absolute.
 * @param base The address that it is relative to.
 * @returns The absolute address without its fragment, or `null` if the reference is no URL.
 */
export function addressOf(reference: string, base?: string): string | null {
  const url = URL.parse(reference.trim(), base);
  if (url === null) return null;
  url.hash = "";
  return url.href;
}

/** Tells whether an address is one that can be fetched: of a page, and not of a mailbox, say. */
export function isFetchable(address: string): boolean {
  return /^https?:/.test(address);
}
