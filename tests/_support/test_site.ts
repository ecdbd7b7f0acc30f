/**
 * The two servers of the browsers' tests: one whose pages are cross-origin isolated, one whose pages
 * are not. Both serve `web/` at their root, as a user's server would, and the bundled tests under
 * `/_tests/`.
 *
 * @module
 */

import { join } from "node:path";
import { fileResponse, type Server, startServer } from "../../web/serve.ts";
import { BUNDLE_FOLDER, bundleModule, PAGE_SCRIPT } from "./bundle.ts";
import { BLANK_PATH, PAGE_PATH, type PageMessage, SITE, SOCKET_PATH } from "./page_messages.ts";
import { ROOT } from "./test_files.ts";

/** Takes what one page says. */
export interface PageListener {
  /** Called for each message. */
  onMessage(message: PageMessage): void;
  /** Called when the page is gone, whether it was done or not. */
  onClose(): void;
}

const BLANK = `<!doctype html>
<meta charset="utf-8">
<title>Tests</title>
<link rel="icon" href="data:,">
`;

const PAGE = `${BLANK}<script type="module" src="${SITE}/${
  PAGE_SCRIPT.replace(/\.ts$/, ".js")
}"></script>\n`;

/** The servers, and the pages that are expected to report. */
export class TestSite {
  readonly #isolated: Server;
  readonly #plain: Server;
  readonly #listeners = new Map<string, PageListener>();
  readonly #modules = new Map<string, Promise<string>>();
  #nextId = 0;

  constructor() {
    const route = (request: Request, url: URL) => this.#route(request, url);
    this.#isolated = startServer(join(ROOT, "web"), { isolated: true, route });
    this.#plain = startServer(join(ROOT, "web"), { isolated: false, route });
  }

  /** The origin of one of the servers. */
  origin(isolated: boolean): string {
    return (isolated ? this.#isolated : this.#plain).origin;
  }

  /** Expects a page; its address must have the id that this gives. */
  expectPage(listener: PageListener): string {
    const id = String(this.#nextId++);
    this.#listeners.set(id, listener);
    return id;
  }

  /** Ends both servers. */
  async close(): Promise<void> {
    await Promise.all([this.#isolated.close(), this.#plain.close()]);
  }

  async #route(request: Request, url: URL): Promise<Response | null> {
    const page = { [PAGE_PATH]: PAGE, [BLANK_PATH]: BLANK }[url.pathname];
    if (page !== undefined) {
      return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    }
    if (url.pathname === SOCKET_PATH) return this.#connect(request, url);
    if (!url.pathname.startsWith(`${SITE}/`)) return null;
    const path = url.pathname.slice(SITE.length);
    if (path.endsWith(".ts")) return await this.#moduleResponse(path);
    return await fileResponse(BUNDLE_FOLDER, path);
  }

  /** A module that a test names by its address, say for a worker to import. */
  async #moduleResponse(path: string): Promise<Response> {
    const file = join(ROOT, path);
    const exists = await Deno.stat(file).then(() => true, () => false);
    if (!exists) return new Response(`Not found: ${path}\n`, { status: 404 });
    const headers = { "content-type": "text/javascript; charset=utf-8" };
    const script = this.#modules.get(file) ?? bundleModule(file);
    this.#modules.set(file, script);
    return new Response(await script, { headers });
  }

  #connect(request: Request, url: URL): Response {
    const id = url.searchParams.get("id") ?? "";
    const listener = this.#listeners.get(id);
    if (listener === undefined) return new Response("No such page\n", { status: 404 });
    this.#listeners.delete(id);
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.addEventListener("message", ({ data }) => listener.onMessage(JSON.parse(data)));
    socket.addEventListener("close", () => listener.onClose());
    return response;
  }
}
