/** A service worker that imports the module: its loop runs, and threads, of which it has none, say so. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { startServer } from "../../web/serve.ts";
import type { PageTest } from "../_support/page_tests.ts";
import { ROOT } from "../_support/test_files.ts";

const WORKER = `importScripts("/dist/asyncio.min.js");
const { gather, run, sleep, ThreadLoop, toThread } = asyncio;

async function outcome(main) {
  try {
    return await run(main);
  } catch ({ name, message }) {
    return name + ": " + message;
  }
}

async function tell(port) {
  port.postMessage([
    await outcome(() => gather([sleep(0.002, "slept"), sleep(0.001, "here")])),
    await outcome(() => toThread((a, b) => a + b, 20, 22)),
    await outcome(() => new ThreadLoop().runForever()),
  ]);
}
addEventListener("message", (event) => event.waitUntil(tell(event.ports[0])));
`;

/** What the worker tells; it is unregistered again. */
const PROGRAM = `(async () => {
  const registration = await navigator.serviceWorker.register("/worker.js");
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const told = new Promise((resolve) => port1.onmessage = ({ data }) => resolve(data));
  active.postMessage(null, [port2]);
  const data = await told;
  await registration.unregister();
  return data;
})()`;

function route(_request: Request, { pathname }: URL): Response | null {
  const [type, body] = pathname === "/"
    ? ["text/html", "<!doctype html>"]
    : pathname === "/worker.js"
    ? ["text/javascript", WORKER]
    : [null, ""];
  return type === null ? null : new Response(body, { headers: { "content-type": type } });
}

const tests: PageTest[] = [
  {
    name:
      "run() works in a service worker, and toThread() and ThreadLoop say that there are no workers",
    async run({ page }) {
      const server = startServer(join(ROOT, "web"), { isolated: false, route });
      try {
        await page.goto(`${server.origin}/`);
        const [slept, thread, loop] = await page.evaluate<[string[], string, string]>(PROGRAM);
        assertEquals(slept, ["slept", "here"]);
        assertMatch(
          thread,
          /BrokenThreadPool: 3 thread starts failed in a row: \S+ could not start: /,
        );
        assertMatch(loop, /BrokenExecutor: ThreadLoop-0 could not start: /);
      } finally {
        await page.goto("about:blank");
        await server.close();
      }
    },
  },
];

export const plainOnly = true;
export default tests;
