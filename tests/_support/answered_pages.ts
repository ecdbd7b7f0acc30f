import { type Inspection, inspectPages } from "../../mod.ts";

/**
 * What `inspectPages()` gives once a page answers. It asks again and waits longer: how long an answer takes is
 * up to how busy the machine is.
 */
export async function answeredPages(): Promise<Inspection[]> {
  for (let timeout = 0.05; timeout < 30; timeout *= 2) {
    const pages = await inspectPages({ timeout });
    if (pages.length > 0) return pages;
  }
  throw new Error("no page answers");
}
