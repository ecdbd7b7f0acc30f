/**
 * The assertions of the tests and of the documentation's examples. `@std/assert` is had from npm,
 * which ships it without types; where JSR can be reached, mapping `@std/assert` to
 * `jsr:@std/assert@1` in `deno.json` replaces this file.
 *
 * @module
 */

// @ts-types="./assert.d.ts"
export * from "deno-std/assert";
