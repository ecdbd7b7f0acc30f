/**
 * What the row `import` compares with.
 *
 * @module
 */
export {};
