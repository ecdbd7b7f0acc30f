import { assertThrows } from "@std/assert";
import { checkOptions } from "../../lib/base/check_options.ts";
import { newEventLoop } from "../../mod.ts";
import { test } from "../_support/harness.ts";

test("checkOptions() takes objects, and says what came in place of one", () => {
  for (const options of [{}, Object.create(null), Object.create({ inherited: 1 })]) {
    checkOptions(options, "wait()", []);
  }
  const cases: [unknown, string][] = [
    [null, "null"],
    [5, "5 (number)"],
    ["name", "'name' (string)"],
    [() => {}, "<function <anonymous>> (function)"],
    [[1], "[1] (Array)"],
    [newEventLoop(), "<EventLoop running="],
  ];
  for (const [given, shown] of cases) {
    assertThrows(
      () => checkOptions(given, "wait()", [] as never[]),
      TypeError,
      `wait() expects an object of options, got ${shown}`,
    );
  }
});

test("checkOptions() refuses a name that is not known, also one of no value, and tells the known ones", () => {
  const known = ["timeout", "returnWhen", "name"] as const;
  const cases: [options: object, known: readonly string[], message: string][] = [
    [{ timout: 1 }, known, "'timout': expected timeout, returnWhen or name"],
    [{ timeout: 1, Name: undefined }, known, "'Name': expected timeout, returnWhen or name"],
    [{ timout: 1 }, known.slice(0, 2), "'timout': expected timeout or returnWhen"],
    [{ timout: 1 }, known.slice(0, 1), "'timout': expected timeout"],
  ];
  checkOptions({ timeout: 1, name: undefined }, "wait()", ["timeout", "name"]);
  for (const [options, names, message] of cases) {
    assertThrows(
      () => checkOptions(options as Record<string, unknown>, "wait()", names),
      TypeError,
      `wait() got an unexpected keyword argument ${message}`,
    );
  }
});
