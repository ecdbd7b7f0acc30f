/**
 * Claim 17. `asynccontextmanager` with `async with` is new in 3.7; inside it one may write
 * `yield await func()`.
 *
 * In a generator, which awaits by `yield*`, it is `yield yield* func()`.
 *
 * ```python
 * @asynccontextmanager
 * async def opened(name):
 *     yield await connect(name)
 *
 * async with opened("db") as connection: ...
 * ```
 */
import { asyncContextManager, asyncWith, run, sleep } from "@asyncio/asyncio";

async function connectAsync(name: string) {
  await sleep(0.001);
  return `connection to ${name}`;
}

const openedAsync = asyncContextManager(async function* (name: string) {
  try {
    yield await connectAsync(name);
  } catch (error) {
    console.log(`thrown at the yield: ${error}`);
    throw error;
  } finally {
    console.log("closed");
  }
});

await run(async () => {
  console.log("-- asyncWith");
  const length = await asyncWith(openedAsync("db"), async (connection) => {
    console.log(connection);
    await sleep(0.001);
    return connection.length;
  });
  console.log(length);

  console.log("-- asyncWith, and an error in it");
  try {
    await asyncWith(openedAsync("db"), () => {
      throw new RangeError("out of range");
    });
  } catch (error) {
    console.log(`and then here: ${error}`);
  }

  console.log("-- await using");
  {
    await using manager = openedAsync("files");
    console.log(await manager.enter());
  }
  console.log("after the block");
});

function* connect(name: string) {
  yield* sleep(0.001);
  return `connection to ${name}`;
}

const opened = asyncContextManager(function* (name: string) {
  try {
    yield yield* connect(name);
  } finally {
    yield* sleep(0.001);
    console.log("closed");
  }
});

await run(function* () {
  console.log("-- generator coroutines");
  yield* asyncWith(opened("db"), function* (connection) {
    console.log(connection);
    yield* sleep(0.001);
  });
});

/* Output:
-- asyncWith
connection to db
closed
16
-- asyncWith, and an error in it
thrown at the yield: RangeError: out of range
closed
and then here: RangeError: out of range
-- await using
connection to files
closed
after the block
-- generator coroutines
connection to db
closed
*/
