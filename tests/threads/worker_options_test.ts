import { assertThrows } from "@std/assert";
import { NotSupportedError, ThreadPoolExecutor, ValueError } from "../../mod.ts";
import { checkWorkerOptions } from "../../lib/threads/worker_options.ts";
import { needs, test } from "../_support/harness.ts";
import { FakeWorkers } from "./fake_workers.ts";

const workers = new FakeWorkers();

function refuses(options: object, message: string, Class: new () => Error = TypeError): void {
  assertThrows(() => checkWorkerOptions("Pool", workers, options), Class, message);
}

test("checkWorkerOptions() says what is wrong with an option", () => {
  refuses({ initializer: 5 }, "initializer must be a callable, got 5 (number)");
  refuses({ initargs: "ab" }, "initargs must be a list, got 'ab' (string)");
  refuses({ terminateAfter: "1" }, "terminateAfter must be a number of seconds or null");
  refuses({ memoryLimit: "1" }, "memoryLimit must be a number of bytes, got '1' (string)");
  refuses({ memoryLimit: 64 }, "memoryLimit must be at least a mebibyte, got 64", ValueError);
  refuses({ permissions: "none" }, "permissions must be an object, got 'none' (string)");
  refuses({ permissions: { disk: true } }, "permissions has disk, which is none: expected one of");
  refuses(
    { permissions: { net: "x" } },
    "permissions.net must be true, false or a list of strings",
  );
});

test("checkWorkerOptions() takes what is right", () => {
  checkWorkerOptions("Pool", workers, {
    initializer: () => {},
    initargs: [1],
    terminateAfter: null,
    memoryLimit: 2 ** 26,
    permissions: { net: ["example.org"], read: true },
  });
});

test({
  name: "ThreadPoolExecutor says in Deno that threads cannot be narrowed, and what can",
  ...needs("deno"),
  fn() {
    assertThrows(
      () => new ThreadPoolExecutor({ permissions: {} }),
      NotSupportedError,
      "ThreadPoolExecutor({ permissions }) cannot be had: the threads of a Deno program share its " +
        "permissions: use ProcessPoolExecutor, whose children have their own",
    );
  },
});

test({
  name: "ThreadPoolExecutor says in a browser that workers cannot be limited",
  ...needs("browser"),
  fn() {
    assertThrows(
      () => new ThreadPoolExecutor({ permissions: {} }),
      NotSupportedError,
      "a browser's workers have no permissions of their own",
    );
    assertThrows(
      () => new ThreadPoolExecutor({ memoryLimit: 2 ** 30 }),
      NotSupportedError,
      "a browser limits no worker's memory",
    );
  },
});
