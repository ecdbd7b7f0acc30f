/**
 * The worker of `workerpool.ts`.
 *
 * @module
 */

import { worker } from "workerpool";

worker({ add: (a: number, b: number) => a + b });
