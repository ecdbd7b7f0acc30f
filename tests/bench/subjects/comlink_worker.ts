/**
 * The worker of `comlink.ts`.
 *
 * @module
 */

import { expose } from "comlink";

expose((a: number, b: number) => a + b);
