import { type PythonIds, skipped } from "./python_ids.ts";

const KINDS = ["Queue", "LifoQueue", "PriorityQueue"] as const;

/** The titles of a test that is the same for every kind of queue. */
function ofEveryKind(title: string): string[] {
  return KINDS.map((kind) => `${kind}${title}`);
}

/** CPython's `test_queues.py`. */
export const TEST_QUEUES: PythonIds = {
  "QueueBasicTests.test_repr": [
    "Queue.toString() tells the items, who waits, and what is unfinished",
  ],
  "QueueBasicTests.test_str": [
    "Queue.toString() tells the items, who waits, and what is unfinished",
  ],
  "QueueBasicTests.test_generic_alias": skipped("types do not exist when a program runs"),
  "QueueBasicTests.test_empty": [
    "Queue.put() and Queue.get() do not wait while there is place and there are items",
  ],
  "QueueBasicTests.test_full": [
    "Queue.put() and Queue.get() do not wait while there is place and there are items",
    "new Queue() is empty and has no end",
  ],
  "QueueBasicTests.test_order": ["Queue gives the items in the order they were put in"],
  "QueueBasicTests.test_maxsize": ["Queue.put() waits until there is place"],

  "QueueGetTests.test_blocking_get": [
    "Queue.put() and Queue.get() do not wait while there is place and there are items",
  ],
  "QueueGetTests.test_get_with_putters": ["Queue.get() makes place for one that waits to put"],
  "QueueGetTests.test_blocking_get_wait": ["Queue.get() waits until there is an item"],
  "QueueGetTests.test_nonblocking_get": [
    "Queue.getNowait() takes an item, Queue.putNowait() puts one in",
  ],
  "QueueGetTests.test_nonblocking_get_exception": [
    "Queue.getNowait() of an empty queue is QueueEmpty",
  ],
  "QueueGetTests.test_get_cancelled_race": [
    "Queue.get() that is cancelled leaves the queue to the others",
  ],
  "QueueGetTests.test_get_with_waiting_putters": [
    "Queue.get() makes place for one that waits to put",
  ],
  "QueueGetTests.test_why_are_getters_waiting": [
    "a producer and a consumer get through a queue of one place",
  ],
  "QueueGetTests.test_cancelled_getters_not_being_held_in_self_getters": [
    "Queue.get() that times out leaves no waiter behind",
  ],

  "QueuePutTests.test_blocking_put": [
    "Queue.put() without an end is done at once, whoever waits",
  ],
  "QueuePutTests.test_blocking_put_wait": ["Queue.put() waits for a timer's getNowait()"],
  "QueuePutTests.test_nonblocking_put": [
    "Queue.getNowait() takes an item, Queue.putNowait() puts one in",
  ],
  "QueuePutTests.test_get_cancel_drop_one_pending_reader": [
    "Queue.get() that is cancelled as an item comes loses none",
  ],
  "QueuePutTests.test_get_cancel_drop_many_pending_readers": [
    "Queue.get() that is cancelled as an item comes hands it to the next that waits",
  ],
  "QueuePutTests.test_put_cancel_drop": [
    "Queue.put() that is cancelled as there is place leaves it to another",
  ],
  "QueuePutTests.test_nonblocking_put_exception": [
    "Queue.putNowait() of a full queue is QueueFull",
  ],
  "QueuePutTests.test_float_maxsize": [
    "a queue's size may be a fraction: it is full at the number above",
  ],
  "QueuePutTests.test_put_cancelled": [
    "Queue.put() without an end is done at once, whoever waits",
  ],
  "QueuePutTests.test_put_cancelled_race": [
    "Queue.put() that is cancelled while it waits puts nothing in",
  ],
  "QueuePutTests.test_put_with_waiting_getters": [
    "Queue.put() hands an item to one that waits to get",
  ],
  "QueuePutTests.test_why_are_putters_waiting": [
    "Queue.put() of many wakes when many places come free at once",
  ],
  "QueuePutTests.test_cancelled_puts_not_being_held_in_self_putters": [
    "Queue.put() that is cancelled leaves no waiter behind",
  ],
  "QueuePutTests.test_cancelled_put_silence_value_error_exception": [
    "Queue.put() that is cancelled after it was woken is cancelled, and nothing else",
  ],

  "LifoQueueTests.test_order": ["LifoQueue gives the item that was put in last"],
  "PriorityQueueTests.test_order": ["PriorityQueue gives the smallest item"],

  "_QueueJoinTestMixin.test_task_done_underflow": ofEveryKind(
    ".taskDone() of more than was put in is a ValueError",
  ),
  "_QueueJoinTestMixin.test_task_done": ofEveryKind(".join() waits until every item is done"),
  "_QueueJoinTestMixin.test_join_empty_queue": ofEveryKind(
    ".join() of a queue with nothing unfinished does not wait",
  ),
  "_QueueJoinTestMixin.test_format": ofEveryKind(".toString() tells how much is unfinished"),

  "_QueueShutdownTestMixin.test_format": ofEveryKind(
    ".shutdown() of an empty queue wakes those that get, and refuses all",
  ),
  "_QueueShutdownTestMixin.test_shutdown_empty": ofEveryKind(
    ".shutdown() of an empty queue wakes those that get, and refuses all",
  ),
  "_QueueShutdownTestMixin.test_shutdown_nonempty": ofEveryKind(
    ".shutdown() wakes those that put, and lets the items be got",
  ),
  "_QueueShutdownTestMixin.test_shutdown_immediate": ofEveryKind(
    ".shutdown({ immediate }) drops the items and lets join() go on",
  ),
  "_QueueShutdownTestMixin.test_shutdown_immediate_with_unfinished": ofEveryKind(
    ".shutdown({ immediate }) waits for the items that were taken out",
  ),
};
