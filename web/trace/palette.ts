/**
 * What is drawn in which colour, in light and in dark.
 *
 * @module
 */

/** The colours of one appearance of the page. */
export interface Palette {
  /** Behind everything. */
  readonly paper: string;
  /** Behind the names of lanes, and every other lane. */
  readonly panel: string;
  /** Text. */
  readonly ink: string;
  /** Text of less weight. */
  readonly faint: string;
  /** Lines. */
  readonly rule: string;
  /** What is looked at. */
  readonly accent: string;
  /** A span's colour by its category; of a task's, by its state. */
  readonly spans: Readonly<Record<string, string>>;
  /** An arrow's colour by its kind. */
  readonly flows: Readonly<Record<string, string>>;
  /** Text on a span. */
  readonly onSpan: string;
}

const LIGHT: Palette = {
  paper: "#ffffff",
  panel: "#f5f6f8",
  ink: "#1b1e24",
  faint: "#687082",
  rule: "#dfe2e8",
  accent: "#2458d3",
  spans: {
    task: "#c9d8f6",
    finished: "#c9d8f6",
    pending: "#dcdfe6",
    cancelled: "#f3d3b8",
    failed: "#f4c3c6",
    step: "#2f6fdd",
    wait: "#edf0f5",
    ready: "#f2c94c",
    callback: "#3f9e8f",
    timer: "#8a63c9",
    job: "#d9822b",
    turn: "#d3e8e3",
    idle: "#f1f3f6",
    host: "#e9dfd3",
  },
  flows: {
    created: "#2e8b57",
    woken: "#2458d3",
    cancelled: "#c9302c",
    timer: "#7a4fc0",
    called: "#3f9e8f",
    job: "#c26a12",
  },
  onSpan: "#14213a",
};

const DARK: Palette = {
  paper: "#16181d",
  panel: "#1e2128",
  ink: "#e6e8ee",
  faint: "#9aa3b5",
  rule: "#31353f",
  accent: "#7aa5ff",
  spans: {
    task: "#2b3b60",
    finished: "#2b3b60",
    pending: "#3a3e49",
    cancelled: "#5c4129",
    failed: "#62303a",
    step: "#5b93f5",
    wait: "#23272f",
    ready: "#b8922a",
    callback: "#3f9e8f",
    timer: "#9a76d8",
    job: "#d9822b",
    turn: "#24443f",
    idle: "#1d2027",
    host: "#453828",
  },
  flows: {
    created: "#55c98a",
    woken: "#7aa5ff",
    cancelled: "#ff7a75",
    timer: "#b497ee",
    called: "#5cc4b3",
    job: "#f0a55a",
  },
  onSpan: "#e9eefb",
};

/** The categories that the legend explains, in its order. */
export const LEGEND: readonly (readonly [string, string])[] = [
  ["step", "step"],
  ["wait", "waits"],
  ["ready", "ready, not run yet"],
  ["callback", "callback"],
  ["timer", "timer"],
  ["job", "job"],
  ["cancelled", "cancelled"],
  ["failed", "failed"],
];

/** The colours for what the user prefers. */
export function currentPalette(): Palette {
  return matchMedia("(prefers-color-scheme: dark)").matches ? DARK : LIGHT;
}
