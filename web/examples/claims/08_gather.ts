/**
 * Claim 8. `gather` returns the results in the order of its arguments, as one tuple.
 *
 * The type is the tuple, too: hover over `name`, `age` and `size` in an editor.
 *
 * ```python
 * name, age, size = await asyncio.gather(get_name(), get_age(), get_size())
 * ```
 */
import { gather, run, sleep } from "@asyncio/asyncio";

function* getName() {
  yield* sleep(0.02);
  console.log("the name is there, last");
  return "Ann";
}

async function getAge() {
  await sleep(0.01);
  console.log("the age is there");
  return 42;
}

function* getSize() {
  yield* sleep(0);
  console.log("the size is there, first");
  return [178, "cm"] as const;
}

await run(function* () {
  const [name, age, size] = yield* gather([getName(), getAge, getSize()]);
  console.log(name.toUpperCase(), age + 1, size.join(" "));
});

/* Output:
the size is there, first
the age is there
the name is there, last
ANN 43 178 cm
*/
