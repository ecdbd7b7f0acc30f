/** `deno task demo`, the crawler, as its users run it. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { test } from "../../_support/harness.ts";
import { ROOT } from "../../_support/test_files.ts";
import { checkTrace } from "../../_support/trace_check.ts";
import { until } from "../../_support/until.ts";

/** How a run of the program ended. */
interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Answers the requests for a path; the number counts them, from 1. */
type Route = (request: Request, count: number) => Promise<Response> | Response;

function startCrawl(...words: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(ROOT, "web/examples/crawl.ts"), ...words],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
}

async function crawl(...words: string[]): Promise<Ended> {
  const child = startCrawl(...words);
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  assertNoTrace(stderr);
  return { code, stdout, stderr };
}

function assertNoTrace(stderr: string): void {
  assert(!/^\s+at |Uncaught|Warning/m.test(stderr), stderr);
}

/** Serves a site while a test goes on. Paths that have no route are not found. */
async function withSite(
  routes: Record<string, Route>,
  body: (origin: string, counts: ReadonlyMap<string, number>) => Promise<void>,
): Promise<void> {
  const counts = new Map<string, number>();
  const closing = new AbortController();
  const { signal } = closing;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal, onListen() {} },
    (request) => {
      const path = new URL(request.url).pathname;
      const count = (counts.get(path) ?? 0) + 1;
      counts.set(path, count);
      return routes[path]?.(request, count) ?? new Response("Not found", { status: 404 });
    },
  );
  try {
    await body(`http://127.0.0.1:${server.addr.port}`, counts);
  } finally {
    // Not `shutdown`, which waits for the routes that never answer.
    closing.abort();
    await server.finished;
  }
}

function html(body: string): Response {
  return new Response(body, { headers: { "content-type": "text/html; charset=utf-8" } });
}

function links(...references: string[]): Route {
  return () => html(references.map((reference) => `<a href="${reference}">link</a>`).join("\n"));
}

function redirect(location: string): Route {
  return () => new Response(null, { status: 302, headers: { location } });
}

/** What stands under a heading of the report. */
function sectionOf(report: string, title: string): string {
  const section = report.split("\n\n").find((part) => part.startsWith(title));
  assert(section !== undefined, `no section "${title}" in:\n${report}`);
  return section.slice(section.indexOf("\n") + 1);
}

test("crawl.ts crawls the site that it serves itself", async () => {
  // A second more than it takes by itself, for the pages that are there take a busy machine longer.
  const { code, stdout, stderr } = await crawl("--all", "--timeout", "3");
  assertEquals(code, 0);

  const pages = sectionOf(stdout, "Pages of http://127.0.0.1:");
  const row = (path: string): string => {
    const line = pages.split("\n").find((text) => text.endsWith(` ${path}`));
    assert(line !== undefined, `no page ${path} in:\n${pages}`);
    return line.trim();
  };
  const hashOf = (path: string): string | undefined => / ([0-9a-f]{8}) /.exec(row(path))?.[1];
  assertMatch(row("/files/mod.ts"), /^text\/html +[\d.]+ kB +\d+ /);
  assertMatch(row("/files/deno.json"), /^application\/json /);
  assertMatch(row("/trouble/huge"), /^text\/html +> 8\.0 MB +\d{6,} /);
  assertMatch(row("/trouble/flaky"), / 3 {2}[0-9a-f]{8} /);
  assertMatch(row("/trouble/bytes"), /^application\/octet-stream +4\.1 kB +0 /);
  assertMatch(row("/trouble/moved to /"), /^302 /);
  assertEquals(hashOf("/trouble/copy-1"), hashOf("/trouble/copy-2"));
  assert(hashOf("/trouble/copy-1") !== hashOf("/trouble/soup"));
  row("/trouble/slow-1?unquoted=1&and=2");
  assert(!/in-a-(?:comment|script)|in-an-attribute/.test(stdout), "followed what is no link");

  const broken = sectionOf(stdout, "Broken links");
  assertStringIncludes(broken, "/trouble/down: 500 Internal Server Error\n    in /trouble/\n");
  assertStringIncludes(broken, "/trouble/missing: 404 Not Found\n");
  assertStringIncludes(broken, "    in /trouble/, by way of /trouble/moved-away\n");
  assertStringIncludes(broken, "/trouble/never: not there within 3 s\n");
  assertStringIncludes(broken, "/trouble/stalls: not there within 3 s\n");
  assertStringIncludes(broken, "http://[never: not a URL\n");
  assertEquals(broken.split("redirects in a circle").length - 1, 1);

  assertStringIncludes(sectionOf(stdout, "Slowest pages"), "/trouble/never");
  const summary = sectionOf(stdout, "In all");
  assertMatch(summary, /^ {2}\d+ pages in [\d.]+ s: \d+ read, [\d.]+ MB, [\d,]+ words, /);
  const [, fetches, hashes] = /at most: (\d+) fetche?s?, (\d+) hash/.exec(summary) ?? [];
  assert(Number(fetches) > 1 && Number(fetches) <= 8 && Number(hashes) > 0, summary);
  // Without a terminal, a line for each page.
  assertMatch(stderr, /^ +\d+\/\d+ {2}\d\.\d{3} s {2}http:\S+\/files\/mod\.ts {2}[\d.]+ kB$/m);
});

test("crawl.ts --help tells all", async () => {
  const { code, stdout, stderr } = await crawl("--help");
  assertEquals([code, stderr], [0, ""]);
  const options = [
    "--jobs",
    "--timeout",
    "--retries",
    "--max-size",
    "--limit",
    "--all",
    "--strict",
  ];
  for (const word of ["deno task demo [URL]", ...options, "Ctrl-C", "Exit codes"]) {
    assertStringIncludes(stdout, word);
  }
});

const MISUSES: Record<string, [words: string[], message: string]> = {
  "no URL": [["foo"], 'expected an http: or https: URL, got "foo"; did you mean http://foo?'],
  "a host and a port": [
    ["localhost:8000"],
    'expected an http: or https: URL, got "localhost:8000"; did you mean http://localhost:8000?',
  ],
  "a URL of another scheme": [["ftp://x/"], 'expected an http: or https: URL, got "ftp://x/"'],
  "two URLs": [["http://a/", "http://b/"], "expected one URL, got 2"],
  "no jobs": [["--jobs", "0"], '--jobs expects a whole number from 1 to 256, got "0"'],
  "a time that is none": [["--timeout", "soon"], '--timeout expects a number above 0, got "soon"'],
  "an unknown option": [["--fast"], "Unknown option '--fast'."],
  "an option without its value": [["--limit", "--all"], "Option '--limit' argument is ambiguous."],
};

for (const [what, [words, message]] of Object.entries(MISUSES)) {
  test(`crawl.ts refuses ${what}`, async () => {
    const { code, stdout, stderr } = await crawl(...words);
    assertEquals([code, stdout, stderr.split("\n").length], [2, "", 2]);
    assertStringIncludes(stderr, `error: ${message}`);
  });
}

test("crawl.ts says that a host is not to be reached", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/`;
  listener.close();
  const { code, stdout, stderr } = await crawl(url, "--retries", "1");
  assertEquals([code, stdout, stderr], [2, "", `error: ${url}: Connection refused\n`]);
});

test("crawl.ts says that the start page is not HTML", async () => {
  await withSite({ "/data": () => Response.json({}) }, async (origin) => {
    const { code, stdout, stderr } = await crawl(`${origin}/data`);
    const message = "expected an HTML page, whose links to follow, got application/json";
    assertEquals([code, stdout, stderr], [2, "", `error: ${origin}/data: ${message}\n`]);
  });
});

test("crawl.ts says that the start page is not there", async () => {
  await withSite({}, async (origin) => {
    const { code, stdout, stderr } = await crawl(origin);
    assertEquals([code, stdout, stderr], [2, "", `error: ${origin}/: 404 Not Found\n`]);
  });
});

test("crawl.ts says that the start page redirects in a circle", async () => {
  await withSite({ "/a": redirect("/b"), "/b": redirect("/a") }, async (origin) => {
    const { code, stdout, stderr } = await crawl(`${origin}/a`);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, `error: ${origin}/a: redirects in a circle\n`);
  });
});

test("crawl.ts crawls the site to which the start page redirects", async () => {
  await withSite({ "/": links("/page"), "/page": links() }, async (target, targetCounts) => {
    await withSite({ "/": redirect(`${target}/`) }, async (origin, counts) => {
      const { code, stdout } = await crawl(origin, "--strict");
      assertEquals(code, 0);
      assertStringIncludes(stdout, `Pages of ${target}\n`);
      assertEquals([counts.get("/"), targetCounts.get("/page")], [1, 1]);
    });
  });
});

test("crawl.ts stays on the site", async () => {
  await withSite({}, async (elsewhere, counts) => {
    await withSite({ "/": links(`${elsewhere}/page`, "mailto:a@b.c") }, async (origin) => {
      const { code, stdout } = await crawl(origin, "--strict");
      assertEquals([code, counts.size], [0, 0]);
      assertStringIncludes(stdout, "1 address on other sites, not checked");
    });
  });
});

test("crawl.ts --strict fails when links are broken", async () => {
  await withSite({ "/": links("/missing"), "/fine": links() }, async (origin) => {
    const [lenient, strict, fine] = [
      await crawl(origin),
      await crawl(origin, "--strict"),
      await crawl(`${origin}/fine`, "--strict"),
    ];
    assertEquals([lenient.code, strict.code, fine.code], [0, 1, 0]);
    assertStringIncludes(strict.stdout, "/missing: 404 Not Found\n    in /\n");
    assertEquals(sectionOf(fine.stdout, "Broken links"), "  none");
  });
});

test("crawl.ts visits each page once and names all that link to it", async () => {
  const routes = {
    "/": links("/a", "/b#top", "/b?", "/missing"),
    "/a": links("/", "b", "/missing#here"),
    "/b": links("/a", "missing"),
  };
  await withSite(routes, async (origin, counts) => {
    const { stdout } = await crawl(origin, "--jobs", "1");
    assertEquals(Object.fromEntries(counts), { "/": 1, "/a": 1, "/b": 2, "/missing": 1 });
    const broken = "  /missing: 404 Not Found\n    in /\n    in /a\n    in /b";
    assertStringIncludes(sectionOf(stdout, "Broken links"), broken);
  });
});

test("crawl.ts --limit bounds the pages", async () => {
  const routes = { "/": links("/1", "/2", "/3"), "/1": links("/4"), "/2": links(), "/3": links() };
  await withSite(routes, async (origin, counts) => {
    const { stdout } = await crawl(origin, "--limit", "2");
    assertEquals([...counts.keys()], ["/", "/1"]);
    assertStringIncludes(stdout, "the limit was reached: 3 known pages not visited");
  });
});

test("crawl.ts --jobs bounds the fetches at once", async () => {
  const paths = ["/1", "/2", "/3", "/4", "/5", "/6"];
  let open: (() => void)[] = [];
  let most = 0;
  // Nobody is answered before three have asked, so that three must be at it at once.
  const gate: Route = () =>
    new Promise<Response>((resolve) => {
      open.push(() => resolve(html("")));
      most = Math.max(most, open.length);
      if (open.length < 3) return;
      for (const answer of open) answer();
      open = [];
    });
  const routes = Object.fromEntries(paths.map((path) => [path, gate]));
  await withSite({ "/": links(...paths), ...routes }, async (origin) => {
    const { code, stdout } = await crawl(origin, "--jobs", "3", "--timeout", "600", "--strict");
    assertEquals([code, most], [0, 3]);
    assertStringIncludes(stdout, "at once, at most: 3 fetches");
  });
});

test("crawl.ts tries again after failures that may pass, and only then", async () => {
  const failing = (status: number, times: number): Route => (_request, count) =>
    count <= times ? new Response(null, { status }) : html("");
  const routes = {
    "/": links("/busy", "/down", "/gone"),
    "/busy": failing(503, 2),
    "/down": failing(500, 9),
    "/gone": failing(410, 1),
  };
  await withSite(routes, async (origin, counts) => {
    const { stdout } = await crawl(origin, "--retries", "2");
    assertEquals(Object.fromEntries(counts), { "/": 1, "/busy": 3, "/down": 3, "/gone": 1 });
    const broken = sectionOf(stdout, "Broken links");
    assertStringIncludes(broken, "/down: 500 Internal Server Error");
    assertStringIncludes(broken, "/gone: 410 Gone");
    assert(!broken.includes("/busy"));
  });
});

test("crawl.ts aborts a request whose time is up", async () => {
  const aborts: unknown[] = [];
  const never: Route = ({ signal }) => {
    signal.addEventListener("abort", () => aborts.push(signal.reason));
    return new Promise<Response>(() => {});
  };
  await withSite({ "/": links("/never"), "/never": never }, async (origin) => {
    const { stdout } = await crawl(origin, "--timeout", "1", "--retries", "1");
    assertStringIncludes(sectionOf(stdout, "Broken links"), "/never: not there within 1 s");
    // The server hears of it in its own time.
    await until(() => aborts.length >= 2);
    assertEquals(aborts.length, 2);
  });
});

test("crawl.ts reads no more of a page than --max-size", async () => {
  const stopped = Promise.withResolvers<void>();
  const link = (name: string): Uint8Array<ArrayBuffer> =>
    new TextEncoder().encode(`<a href="/${name}">${" ".repeat(1000)}</a>`);
  const endless: Route = () => {
    let count = 0;
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(link(count++ === 0 ? "early" : "late")),
      cancel: () => stopped.resolve(),
    });
    return new Response(body, { headers: { "content-type": "text/html" } });
  };
  await withSite({ "/": endless, "/early": links() }, async (origin, counts) => {
    const { stdout } = await crawl(origin, "--max-size", "0.001");
    await stopped.promise;
    assertMatch(sectionOf(stdout, "Pages of"), /text\/html +> 1\.0 kB .* \/\n/);
    assertEquals([...counts.keys()], ["/", "/early"]);
  });
});

test("crawl.ts stops at Ctrl-C, cleanly, and reports what it has", async () => {
  const names = Array.from({ length: 9 }, (_, index) => `/never-${index}`);
  const asked = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  let open = 0;
  const never: Route = ({ signal }) => {
    signal.addEventListener("abort", () => {
      if (--open === 0) aborted.resolve();
    });
    if (++open === 4) asked.resolve();
    return new Promise<Response>(() => {});
  };
  const routes: Record<string, Route> = {
    "/": links("/page", "/missing", ...names),
    "/page": links("/"),
    ...Object.fromEntries(names.map((name) => [name, never])),
  };
  await withSite(routes, async (origin) => {
    // Nothing but Ctrl-C ends this crawl.
    const child = startCrawl(origin, "--jobs", "4", "--timeout", "100000");
    const stdout = new Response(child.stdout).text();
    let stderr = "";
    const seen = Promise.withResolvers<void>();
    const reading = (async () => {
      for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
        stderr += text;
        if (stderr.includes("/page") && stderr.includes("/missing")) seen.resolve();
      }
    })();
    await Promise.all([asked.promise, seen.promise]);
    child.kill("SIGINT");
    const [{ code }, report] = await Promise.all([child.status, stdout, reading, aborted.promise]);
    assertNoTrace(stderr);
    assertEquals(code, 130);
    assertMatch(sectionOf(report, "Pages of"), /text\/html .* \/page$/m);
    assertEquals(sectionOf(report, "Broken links"), "  /missing: 404 Not Found\n    in /");
    const summary = sectionOf(report, "Until the interruption");
    assertStringIncludes(summary, "at once, at most: 4 fetches");
    assertStringIncludes(summary, "stopped by Ctrl-C: 9 known pages not visited");
  });
});

test("crawl.ts --trace writes a trace whose spans are closed and whose flows match", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const { code, stderr } = await crawl("--limit", "12", "--trace", file);
    assertEquals(code, 0);
    assertStringIncludes(stderr, `trace: ${file}; open it with web/trace.html`);
    const { problems, spans, flows, events, dropped } = checkTrace(await Deno.readTextFile(file));
    assertEquals(problems, []);
    assertEquals(dropped, 0);
    for (const kind of ["task", "step", "wait", "turn", "callback", "job"]) {
      assert(spans[kind]! > 0, kind);
    }
    for (const kind of ["created", "woken", "job", "called"]) assert(flows[kind]! > 0, kind);
    // Every page is a task, but for the one that the main task begins with.
    const visits = events.filter(({ cat, name }) => cat === "task" && name.startsWith("visit "));
    assertEquals(visits.length, 11);
    assertEquals(visits.every(({ args }) => args!["state"] === "finished"), true);
    const places = events.filter(({ cat }) => cat === "wait").map(({ args }) => args!["at"]);
    assert(places.some((place) => /\(fetch_page\.ts:\d+\)$/.test(String(place))), places.join());
  } finally {
    await Deno.remove(file);
  }
});

test("crawl.ts says that a trace cannot be written, after the report", async () => {
  await withSite({ "/": links() }, async (origin) => {
    const { code, stdout, stderr } = await crawl(origin, "--trace", "/nowhere/at/all.json");
    assertEquals(code, 0);
    assertStringIncludes(stdout, "1 page in ");
    assertStringIncludes(
      stderr,
      "error: no trace, /nowhere/at/all.json cannot be written: NotFound",
    );
  });
});
