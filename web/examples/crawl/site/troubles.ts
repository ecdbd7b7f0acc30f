/**
 * Everything that makes a crawler's life hard, in pages under `/trouble/`.
 *
 * @module
 */
import { setTimeout as delay } from "node:timers/promises";
import { htmlPage, type SitePage } from "./html_page.ts";

/** What an answer is told. */
interface Circumstances {
  /** The how many-th request for this page it is, from 1. */
  readonly count: number;
  /** Aborted when the site is closed. */
  readonly closing: AbortSignal;
}

/** Answers a request. */
type Answer = (circumstances: Circumstances) => Promise<Response> | Response;

/** What the page that lists the troubles says of one. */
interface Trouble {
  readonly text: string;
  readonly answer: Answer;
}

const HUGE_SIZE = 200e6;

const TROUBLES: Readonly<Record<string, Trouble>> = {
  "slow-1": { text: "takes its time", answer: slow(0.3) },
  "slow-2": { text: "takes more time", answer: slow(0.6) },
  "slow-3": { text: "takes most of a second", answer: slow(0.9) },
  "never": { text: "never answers", answer: never },
  "stalls": { text: "begins to answer and then stalls", answer: stalls },
  "flaky": { text: "fails twice and then works", answer: flaky },
  "down": { text: "always fails", answer: () => new Response("", { status: 500 }) },
  "huge": { text: `is ${HUGE_SIZE / 1e6} MB of text`, answer: huge },
  "moved": { text: "has moved to the front page", answer: redirect("/") },
  "moved-away": { text: "has moved to a page that is missing", answer: redirect("missing") },
  "circle-1": { text: "redirects in a circle", answer: redirect("circle-2") },
  "circle-2": { text: "redirects in the same circle", answer: redirect("circle-3") },
  "circle-3": { text: "closes the circle", answer: redirect("circle-1") },
  "data": { text: "is JSON", answer: () => Response.json({ links: "/trouble/no-link" }) },
  "bytes": { text: "is no text at all", answer: bytes },
  "copy-1": { text: "has a copy", answer: () => respond(htmlPage("Copy", "<p>Copy</p>")) },
  "copy-2": { text: "is the copy", answer: () => respond(htmlPage("Copy", "<p>Copy</p>")) },
  "soup": { text: "is written with a light heart", answer: soup },
};

/** The troubles of one site, which remember how often they were asked for. */
export class Troubles {
  readonly #counts = new Map<string, number>();
  readonly #closing: AbortSignal;

  /** @param closing Ends what would go on for ever, when the site is closed. */
  constructor(closing: AbortSignal) {
    this.#closing = closing;
  }

  /**
   * Answers a request.
   *
   * @param name The last part of the address; empty for the list.
   * @returns The response, or `null` if there is no such page.
   */
  async answer(name: string): Promise<Response | null> {
    if (name === "") return respond(listPage());
    const trouble = TROUBLES[name];
    if (trouble === undefined) return null;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return await trouble.answer({ count, closing: this.#closing });
  }
}

/** Makes the response of a page. */
export function respond({ type, content }: SitePage): Response {
  return new Response(content, { headers: { "content-type": type } });
}

function listPage(): SitePage {
  const items = Object.entries(TROUBLES).map(([name, { text }]) =>
    `<li><a href="${name}">${name}</a> ${text}</li>`
  );
  return htmlPage(
    "Troubles",
    `<ul>${items.join("\n")}
<li><a href="missing">missing</a> is not there</li>
<li><a href="http://[never">This</a> is no address</li>
<li><a href="mailto:nobody@example.com">This</a> is an address, but not of a page</li>
<li><a href="https://docs.python.org/3/library/asyncio.html">This</a> is on another site</li>
</ul>`,
  );
}

function slow(seconds: number): Answer {
  return async ({ closing }) => {
    await delay(seconds * 1000, undefined, { signal: closing });
    return respond(htmlPage("Slow", `<p>This took ${seconds} s.</p>`));
  };
}

function never({ closing }: Circumstances): Promise<Response> {
  return new Promise((_, reject) => {
    closing.addEventListener("abort", () => reject(closing.reason), { once: true });
  });
}

function stalls(): Response {
  const content = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("<p>Once upon a")),
  });
  return respond({ type: "text/html", content });
}

function flaky({ count }: Circumstances): Response {
  // Every third time, so that another crawl finds the same.
  if (count % 3 !== 0) return new Response("", { status: 503 });
  return respond(htmlPage("Flaky", `<p>Answered at request ${count}.</p>`));
}

function huge(): Response {
  const paragraph = new TextEncoder().encode(`<p>${"All work and no play. ".repeat(2000)}</p>\n`);
  let left = HUGE_SIZE;
  const content = new ReadableStream({
    // Asked for one at a time, so that what nobody reads is never made.
    pull(controller) {
      controller.enqueue(paragraph);
      left -= paragraph.length;
      if (left <= 0) controller.close();
    },
  });
  return respond({ type: "text/html", content });
}

function redirect(location: string): Answer {
  return () => new Response(null, { status: 302, headers: { location } });
}

function bytes(): Response {
  const content = Uint8Array.from({ length: 4096 }, (_, index) => index * 97 % 256);
  return respond({ type: "application/octet-stream", content });
}

function soup(): Response {
  return respond({
    type: "text/html; charset=iso-8859-1",
    content: `<base href="/trouble/">
<!-- <a href="in-a-comment">no link</a> -->
<script>document.write('<a href="in-a-script">no link</a>')</script>
<p title="<a href='in-an-attribute'>">no link
<A HREF=slow-1?unquoted=1&amp;and=2>a link</A>
<a href="#here">here</a> <a>nowhere</a> <a href=" ./ ">up</a>
<img src=bytes alt=""><b><i>unclosed`,
  });
}
