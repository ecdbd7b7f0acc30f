/**
 * The rows' work by p-limit.
 *
 * @module
 */

import pLimit from "p-limit";
import type { Works } from "../row.ts";
import { limitWorks } from "./limit_works.ts";

/** The work of each row. */
export const works: Works = limitWorks((atOnce) => pLimit(atOnce));
