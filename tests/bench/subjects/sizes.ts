/**
 * How large the build is, for the rows of it.
 *
 * @module
 */

import * as esbuild from "esbuild";
import { buildForBrowsers } from "../../../web/build.ts";
import { bundleCore, gzippedSize, measureFloor, measureSizes } from "../../../web/sizes.ts";

async function core(): Promise<number> {
  const size = gzippedSize(await bundleCore());
  await esbuild.stop();
  return size;
}

async function script(): Promise<number> {
  await buildForBrowsers();
  const sizes = await measureSizes();
  await esbuild.stop();
  return sizes.find(({ name }) => name === "script")!.gzipped;
}

async function floor(name: "core" | "script"): Promise<number> {
  const size = await measureFloor(name);
  await esbuild.stop();
  return size;
}

/** Bytes, minified and with gzip. */
export const sizes = { core, script, floor } as const;
