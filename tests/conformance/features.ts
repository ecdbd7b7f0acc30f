/**
 * What programs may use of this module.
 *
 * @module
 */
import type { Feature } from "./generator.ts";

/** All that is there. */
export const FEATURES: ReadonlySet<Feature> = new Set<Feature>([]);
