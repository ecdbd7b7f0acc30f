/**
 * What every test file imports. Each of a page's scripts imports it, so that all share it as one:
 * esbuild makes a script for each set of files by which something is imported, which came to forty for a
 * page, and a browser takes longer to fetch these than to run what is in them.
 *
 * Nothing that imports `@std/assert`, which has a `run` of its own: in one script with it, the module's
 * would be renamed, and tests look at the names of its exports.
 *
 * @module
 */
import "../../mod.ts";
import "./harness.ts";
