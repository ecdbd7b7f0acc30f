/** Executors in a page whose Content-Security-Policy lets nothing be evaluated. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { startServer } from "../../web/serve.ts";
import type { PageTest, Stage } from "../_support/page_tests.ts";
import { ROOT } from "../_support/test_files.ts";

const BUILD = "/dist/asyncio.min.mjs";

const JOBS = `import { sleep } from "${BUILD}";
export const add = (a, b) => a + b;
export function fail(what) {
  throw new RangeError(what);
}
export function* nap(seconds) {
  yield* sleep(seconds);
  return "slept";
}
`;

/** Tells in the page's title what came of a module's functions, and of one that crosses as source. */
const MAIN = `import { ThreadPoolExecutor, workerFunction } from "${BUILD}";
const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
async function outcome(submit) {
  try {
    return await submit();
  } catch ({ name, message }) {
    return name + ": " + message;
  }
}
const jobs = new URL("/jobs.js", location.href);
const told = await Promise.all([
  outcome(() => pool.submit(workerFunction(jobs, "add"), 20, 22)),
  outcome(() => pool.submit(workerFunction(jobs, "nap"), 0.001)),
  outcome(() => pool.submit((a, b) => a + b, 20, 22)),
]);
await pool.shutdown();
// One whose first function cannot be evaluated, and which then has to find what fails, and why.
const other = new ThreadPoolExecutor({ maxWorkers: 1 });
told.push(await outcome(() => other.submit((a, b) => a + b, 20, 22)));
told.push(await outcome(() => other.submit(workerFunction(jobs, "add"), 20, 22)));
told.push(await outcome(() => other.submit(workerFunction(jobs, "fail"), 5)));
await other.shutdown();
document.title = JSON.stringify(told);
`;

/** What a page that demands Trusted Types has for its threads. */
const PASSING = `trustedTypes.createPolicy("default", {
  createScriptURL: (url) => url.startsWith("blob:") ? url : null,
});
`;

function route(policy: string): (request: Request, url: URL) => Promise<Response | null> {
  return async (_request, { pathname }) => {
    const [type, body] = pathname === "/policy"
      ? ["text/html", `<!doctype html><script type="module" src="/main.js"></script>`]
      : pathname === "/main.js"
      ? ["text/javascript", policy.endsWith("trusted-types default") ? PASSING + MAIN : MAIN]
      : pathname === "/jobs.js"
      ? ["text/javascript", JOBS]
      : [null, ""];
    if (type === null) return null;
    return new Response(body, {
      headers: { "content-type": type, "content-security-policy": policy },
    });
  };
}

/** What the page tells when it is served with a policy. */
async function toldUnder(policy: string, { page, isolated }: Stage): Promise<string[]> {
  const server = startServer(join(ROOT, "web"), { isolated, route: route(policy) });
  try {
    await page.goto(`${server.origin}/policy`);
    for (;;) {
      const title = await page.title();
      if (title !== "") return JSON.parse(title);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await page.goto("about:blank");
    await server.close();
  }
}

const tests: PageTest[] = [
  {
    name:
      "ThreadPoolExecutor runs a module's functions where a policy forbids eval, and says why no source",
    async run(stage) {
      const policy = "default-src 'self'; worker-src 'self' blob:";
      const [sum, nap, source, again, ...rest] = await toldUnder(policy, stage);
      assertEquals([sum, nap], [42, "slept"] as unknown[]);
      for (const told of [source!, again!]) {
        assertStringIncludes(told, "RuntimeError: cannot evaluate the source");
        assertStringIncludes(told, "the page's policy lacks script-src 'unsafe-eval'");
        assertStringIncludes(told, "workerFunction(url, name)");
      }
      assertEquals(rest, [42, "RangeError: 5"] as unknown[]);
    },
  },
  {
    name: "ThreadPoolExecutor runs functions as source where a policy allows eval",
    async run(stage) {
      const policy = "default-src 'self' 'unsafe-eval'; worker-src 'self' blob:";
      const told = [42, "slept", 42, 42, 42, "RangeError: 5"];
      assertEquals(await toldUnder(policy, stage), told as unknown[]);
    },
  },
  {
    name: "ThreadPoolExecutor says what a policy that forbids its workers lacks",
    async run(stage) {
      for (const told of await toldUnder("default-src 'self'", stage)) {
        assertStringIncludes(told, "BrokenThreadPool: 3 thread starts failed in a row");
        assertStringIncludes(told, "the page's policy may lack worker-src blob:");
      }
    },
  },
  {
    name: "ThreadPoolExecutor says that a page demands Trusted Types",
    async run(stage) {
      for (const told of await toldUnder("require-trusted-types-for 'script'", stage)) {
        assertMatch(
          told,
          /BrokenThreadPool: 3 thread starts failed in a row: \S+ could not start: .*Worker/,
        );
      }
    },
  },
  {
    name:
      "ThreadPoolExecutor runs a module's functions where a policy of Trusted Types passes workers",
    async run(stage) {
      const policy = "require-trusted-types-for 'script'; trusted-types default";
      const [sum, nap, source, , ...rest] = await toldUnder(policy, stage);
      assertEquals([sum, nap], [42, "slept"] as unknown[]);
      assertStringIncludes(source!, "RuntimeError: cannot evaluate the source");
      assertEquals(rest, [42, "RangeError: 5"] as unknown[]);
    },
  },
];

export default tests;
