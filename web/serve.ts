/**
 * Serves `web/` on the loopback interface, with or without cross-origin isolation.
 *
 * @example `deno task dev` builds, serves and rebuilds on every change
 * ```sh
 * deno run -A web/serve.ts --watch --port 8000 --plain
 * ```
 *
 * @module
 */

import { extname, join, normalize, sep } from "node:path";
import { parseArgs } from "node:util";
import { buildForBrowsers } from "./build.ts";

const WEB = import.meta.dirname ?? ".";

/** What a server is started with. */
export interface ServerOptions {
  /**
   * Whether pages are cross-origin isolated, and so have `SharedArrayBuffer`.
   *
   * @default true
   */
  isolated?: boolean;
  /**
   * The port; 0 for any that is free.
   *
   * @default 0
   */
  port?: number;
  /** Answers requests before the folder does; `null` leaves a request to the folder. */
  route?: (request: Request, url: URL) => Promise<Response | null> | Response | null;
}

/** A server that runs. */
export interface Server {
  /** Its origin, `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Ends it. */
  close(): Promise<void>;
}

const ISOLATION_HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

// Pages of every origin may load the scripts, isolated ones too.
const SHARING_HEADERS = {
  "access-control-allow-origin": "*",
  "cross-origin-resource-policy": "cross-origin",
  "cache-control": "no-cache",
};

const TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  // So that a type declaration is shown, and not offered for download as a video.
  ".ts": "text/plain; charset=utf-8",
};

/**
 * Serves a folder on the loopback interface.
 *
 * @param folder The folder whose files are served; `index.html` stands for a folder of it.
 * @param options The headers and the port.
 * @returns The server, once it listens.
 */
export function startServer(folder: string, options: ServerOptions = {}): Server {
  const { isolated = true, port = 0, route = () => null } = options;
  const handle = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const response = await route(request, url) ?? await fileResponse(folder, url.pathname);
    // The answer to an upgrade takes no more headers.
    if (response.status === 101) return response;
    const headers = { ...SHARING_HEADERS, ...(isolated ? ISOLATION_HEADERS : {}) };
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    return response;
  };
  const closing = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, signal: closing.signal, onListen: () => {} },
    handle,
  );
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    close() {
      // Not `shutdown`, which waits for every connection that a browser keeps.
      closing.abort();
      return server.finished;
    },
  };
}

/**
 * Answers with a file of a folder.
 *
 * @param folder The folder.
 * @param pathname The path of the request; what leads out of the folder is not found.
 * @returns The file, or a response of status 404.
 */
export async function fileResponse(folder: string, pathname: string): Promise<Response> {
  try {
    let path = normalize(join(folder, decodeURIComponent(pathname)));
    if (pathname.endsWith("/")) path = join(path, "index.html");
    if (!path.startsWith(normalize(folder) + sep)) throw new Deno.errors.NotFound();
    const content = await Deno.readFile(path);
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    return new Response(content, { headers: { "content-type": type } });
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.IsADirectory || error instanceof URIError;
    if (!isMissing) throw error;
    return new Response(`Not found: ${pathname}\n`, { status: 404 });
  }
}

async function develop(): Promise<void> {
  const { values } = parseArgs({
    options: {
      watch: { type: "boolean", default: false },
      plain: { type: "boolean", default: false },
      port: { type: "string", default: "8000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log("Usage: deno task dev [--plain] [--port PORT]");
    return;
  }
  const rebuild = async (): Promise<void> => {
    try {
      await buildForBrowsers();
      console.log("Built web/dist");
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
    }
  };
  await rebuild();
  const { origin } = startServer(WEB, { isolated: !values.plain, port: Number(values.port) });
  console.log(`Serving web/ at ${origin}/${values.plain ? "" : " (cross-origin isolated)"}`);
  if (!values.watch) return;
  // An editor saves in several steps: one build is made for all that comes within a moment.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const sources = [
    join(WEB, "../mod.ts"),
    ...["../lib", "console", "shared", "trace"].map((path) => join(WEB, path)),
  ];
  for await (const { kind } of Deno.watchFs(sources)) {
    if (kind === "access") continue;
    clearTimeout(timer);
    timer = setTimeout(rebuild, 100);
  }
}

if (import.meta.main) await develop();
