/**
 * The server of the search page: serves `web/`, and looks names up, slowly. A search whose request is
 * aborted is cancelled.
 *
 * @example After `deno task build`
 * ```sh
 * deno run -A web/examples/search/server.ts
 * ```
 *
 * @module
 */

import { join } from "node:path";
import { CancelledError, createTask, run, sleep } from "@asyncio/asyncio";
import { type Server, startServer } from "../../serve.ts";

const WEB = join(import.meta.dirname ?? ".", "../..");

/** How many names are looked at between two pauses. */
const SOME = 20;

/** A name of Python's asyncio, and what it is here. */
export interface Found {
  /** The name in Python. */
  python: string;
  /** The name here. */
  here: string;
}

/** What became of the searches so far. */
export interface Counts {
  /** How many requests came. */
  begun: number;
  /** How many were answered. */
  answered: number;
  /** How many were given up, because the browser had aborted the request. */
  aborted: number;
}

/** What the server is started with. */
export interface SearchServerOptions {
  /**
   * The port; 0 for any that is free.
   *
   * @default 0
   */
  port?: number;
  /** How long a search that begins now is to pause between some names and the next, in seconds. */
  pause?: () => number;
}

/** The server of the page, and its counts. */
export interface SearchServer extends Server {
  /** What became of the searches. */
  readonly counts: Readonly<Counts>;
}

async function search(names: readonly Found[], query: string, pause: number): Promise<Found[]> {
  const wanted = query.toLowerCase();
  const found: Found[] = [];
  for (const [index, name] of names.entries()) {
    if (index % SOME === 0) await sleep(pause);
    if (`${name.python} ${name.here}`.toLowerCase().includes(wanted)) found.push(name);
  }
  return found;
}

/**
 * Starts the server.
 *
 * @param options The port, and how slow it is.
 * @returns The server, once it listens.
 */
export async function startSearchServer(options: SearchServerOptions = {}): Promise<SearchServer> {
  const { port = 0, pause = () => 0.02 } = options;
  const names = await readNames();
  const counts: Counts = { begun: 0, answered: 0, aborted: 0 };

  async function answer(query: string, signal: AbortSignal): Promise<Response> {
    counts.begun++;
    try {
      const found = await run(() => createTask(() => search(names, query, pause()), { signal }));
      counts.answered++;
      return Response.json({ found, counts });
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      counts.aborted++;
      return new Response(null, { status: 499, statusText: "Client Closed Request" });
    }
  }

  const server = startServer(WEB, {
    port,
    route: ({ signal }, { pathname, searchParams }) =>
      pathname === "/search" ? answer(searchParams.get("q") ?? "", signal) : null,
  });
  return { ...server, counts };
}

/** The names in the table of parity, which stand in its first two columns. */
async function readNames(): Promise<Found[]> {
  const table = await Deno.readTextFile(join(WEB, "docs", "parity.md"));
  const rows = table.matchAll(/^\| `([\w.]+)` \| `([\w.]+)` \|/gm);
  return Array.from(rows, ([, python = "", here = ""]) => ({ python, here }));
}

if (import.meta.main) {
  const { origin } = await startSearchServer({ port: 8001 });
  console.log(`${origin}/examples/search/`);
}
