/**
 * `deno task branches`: random branches of async functions, held against what must come of them.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { seedOfDay } from "../conformance/random.ts";
import { checkSeeds, showFailure, shrinkFailure } from "./check.ts";

const USAGE = `deno task branches [--count N] [--seed S] [--most N] [--no-foreign]

  --count       how many programs (20000)
  --seed        the seed of the first; the next ones follow (a million to each day)
  --most        how many failures are shrunk and shown before it gives up (3)
  --no-foreign  leaves out promises that are not this module's, as a browser without AsyncContext must`;

interface Options {
  count: number;
  seed: number;
  most: number;
  foreign: boolean;
}

const options = readOptions();
if (options === null) {
  console.log(USAGE);
  Deno.exit(Deno.args.includes("--help") ? 0 : 2);
}
Deno.exit(await run(options) > 0 ? 1 : 0);

async function run({ most, ...seeds }: Options): Promise<number> {
  console.log(`${seeds.count} programs from seed ${seeds.seed}`);
  const start = performance.now();
  let failures = 0;
  for await (const [seed, failure] of checkSeeds(seeds)) {
    failures++;
    console.log(`\nseed ${seed}: ${showFailure(await shrinkFailure(failure))}`);
    if (failures >= most) break;
  }
  console.log(`${((performance.now() - start) / 1000).toFixed(1)} s`);
  console.log(`${failures} differences`);
  return failures;
}

function readOptions(): Options | null {
  try {
    const { values } = parseArgs({
      options: {
        count: { type: "string", default: "20000" },
        seed: { type: "string", default: String(seedOfDay()) },
        most: { type: "string", default: "3" },
        "no-foreign": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const [count, seed, most] = [Number(values.count), Number(values.seed), Number(values.most)];
    const isRight = Number.isInteger(count) && count > 0 && most > 0 && Number.isInteger(seed);
    if (!isRight || values.help) return null;
    return { count, seed, most, foreign: !values["no-foreign"] };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return null;
  }
}
