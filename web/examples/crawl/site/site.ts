/**
 * A site to crawl, served by the program itself: the repository's files, and troubles of every kind.
 *
 * @module
 */
import { asyncContextManager, fromPromise } from "@asyncio/asyncio";
import { htmlPage, type SitePage } from "./html_page.ts";
import { isFolder, listRepository, repositoryPage } from "./repository.ts";
import { respond, Troubles } from "./troubles.ts";

/**
 * Serves the site on a free port of the loopback interface while a body runs:
 * `asyncWith(serveSite(), (url) => …)`.
 *
 * @returns The context manager; entering gives the address of the front page.
 */
export const serveSite = asyncContextManager(function* () {
  const paths = yield* fromPromise(listRepository());
  const closing = new AbortController();
  const troubles = new Troubles(closing.signal);
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    signal: closing.signal,
    onListen() {},
    // What the closing of the site has ended has no answer any more, and nobody to send it to.
    onError: () => new Response(null, { status: 500 }),
  }, (request) => answer(request, paths, troubles));
  try {
    yield new URL(`http://127.0.0.1:${server.addr.port}/`);
  } finally {
    // Not `shutdown`, which would wait for the page that never answers.
    closing.abort();
    yield* fromPromise(server.finished);
  }
});

async function answer(
  request: Request,
  paths: ReadonlySet<string>,
  troubles: Troubles,
): Promise<Response> {
  const path = decodeURIComponent(new URL(request.url).pathname).slice(1);
  if (path === "") return respond(frontPage());
  const [, folder, rest = ""] = /^(trouble|files)\/(.*)/.exec(path) ?? [];
  let response: Response | null = null;
  if (folder === "trouble") {
    response = await troubles.answer(rest);
  } else if (folder === "files") {
    const page = await repositoryPage(rest, paths);
    if (page !== null) response = respond(page);
    else if (isFolder(rest, paths)) response = Response.redirect(`${request.url}/`, 301);
  }
  return response ?? new Response("Not found\n", { status: 404 });
}

function frontPage(): SitePage {
  return htmlPage(
    "asyncio for TypeScript",
    `<ul>
<li><a href="files/">The files of the repository</a></li>
<li><a href="trouble/">Troubles of every kind</a></li>
</ul>`,
  );
}
