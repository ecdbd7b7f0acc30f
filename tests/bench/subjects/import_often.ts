/**
 * The work of the row `import`.
 *
 * @module
 */

/**
 * Starts processes that import a module and end, one after another.
 *
 * @param module The module.
 * @param n How many processes.
 * @returns How many of them ended well.
 */
export async function importOften(module: URL, n: number): Promise<number> {
  let ended = 0;
  for (let i = 0; i < n; i++) {
    // As a main module it would start the console.
    const program = `import ${JSON.stringify(module.href)};`;
    const command = new Deno.Command(Deno.execPath(), { args: ["eval", "--no-check", program] });
    if ((await command.output()).success) ended++;
  }
  return ended;
}
