/**
 * Gives the event loops their default executor. Imported for its effect.
 *
 * @module
 */
import { setDefaultExecutorFactory } from "../kernel/default_executor.ts";
import { ThreadPoolExecutor } from "./thread_pool.ts";

setDefaultExecutorFactory(() => new ThreadPoolExecutor({ threadNamePrefix: "asyncio" }));
