import { type PythonIds, skipped } from "./python_ids.ts";

const NO_LOOP_PARAMETER = "TypeScript's types have no such parameter";

/** CPython's `test_locks.py`. */
export const TEST_LOCKS: PythonIds = {
  "LockTests.test_repr": ["Lock.toString() tells the state and how many wait"],
  "LockTests.test_lock": ["a lock itself cannot be awaited"],
  "LockTests.test_lock_doesnt_accept_loop_parameter": skipped(NO_LOOP_PARAMETER),
  "LockTests.test_lock_by_with_statement": ["a lock itself cannot be awaited"],
  "LockTests.test_acquire": ["Lock.acquire() lets those that wait in by the order they came"],
  "LockTests.test_acquire_cancel": ["Lock.acquire() that is cancelled leaves the queue"],
  "LockTests.test_cancel_race": [
    "Lock.release() steps over a waiter that was cancelled just before",
  ],
  "LockTests.test_cancel_release_race": [
    "Lock.acquire() that is cancelled as the lock is released lets just one other in",
  ],
  "LockTests.test_finished_waiter_cancelled": [
    "Lock.acquire() that is cancelled after it was woken wakes one that came later",
  ],
  "LockTests.test_release_not_acquired": [
    "Lock.release() of a lock that nobody holds is a RuntimeError",
  ],
  "LockTests.test_release_no_waiters": ["Lock.release() frees a lock that nobody waits for"],
  "LockTests.test_context_manager": ["asyncWith() holds a lock while its body runs"],

  "EventTests.test_repr": ["Event.toString() tells how many wait"],
  "EventTests.test_wait": ["Event.set() wakes all, and who comes behind it does not wait"],
  "EventTests.test_wait_on_set": ["Event.wait() of a set event gives true at once"],
  "EventTests.test_wait_cancel": ["Event.wait() that is cancelled leaves the queue"],
  "EventTests.test_clear": ["Event.set() sets the flag, Event.clear() clears it"],
  "EventTests.test_clear_with_waiters": [
    "Event.wait() goes on once the event was set, even if it is cleared at once",
  ],

  "ConditionTests.test_wait": [
    "Condition.wait() gives the lock up, and goes on when it was notified and has it again",
  ],
  "ConditionTests.test_wait_cancel": [
    "Condition.wait() that is cancelled takes the lock again first",
  ],
  "ConditionTests.test_wait_cancel_contested": [
    "Condition.wait() that is cancelled when it was notified and the lock is taken keeps waiting for the lock",
  ],
  "ConditionTests.test_wait_cancel_after_notify": [
    "Condition.wait() that is cancelled between the notification and the lock is cancelled in the end",
  ],
  "ConditionTests.test_wait_unacquired": ["Condition.wait() without the lock is a RuntimeError"],
  "ConditionTests.test_wait_for": [
    "Condition.waitFor() looks at its predicate at each notification",
  ],
  "ConditionTests.test_wait_for_unacquired": [
    "Condition.waitFor() needs the lock only if it must wait",
  ],
  "ConditionTests.test_notify": [
    "Condition.notify() wakes one, or as many as it is told and no more than there are",
  ],
  "ConditionTests.test_notify_all": ["Condition.notifyAll() wakes all, in the order of waiting"],
  "ConditionTests.test_notify_unacquired": [
    "Condition.notify() and Condition.notifyAll() without the lock are a RuntimeError",
  ],
  "ConditionTests.test_notify_all_unacquired": [
    "Condition.notify() and Condition.notifyAll() without the lock are a RuntimeError",
  ],
  "ConditionTests.test_repr": ["Condition.toString() tells the state and how many wait"],
  "ConditionTests.test_context_manager": ["asyncWith() holds a condition's lock"],
  "ConditionTests.test_explicit_lock": [
    "asyncWith() of a lock that a condition shares locks both",
  ],
  "ConditionTests.test_ambiguous_loops": [
    "Condition.acquire() of another loop's lock is a RuntimeError",
    "Condition.wait() on another loop than the first is a RuntimeError",
  ],
  "ConditionTests.test_timeout_in_block": [
    "Condition.wait() can time out, and holds the lock then",
  ],
  "ConditionTests.test_cancelled_error_wakeup": [
    "Condition.wait() throws the very CancelledError that woke it",
  ],
  "ConditionTests.test_cancelled_error_re_aquire": [
    "Condition.wait() throws the very CancelledError that came while it took the lock",
  ],
  "ConditionTests.test_cancelled_wakeup": [
    "Condition.wait() that is cancelled as it is woken hands the notification on",
  ],
  "ConditionTests.test_cancelled_wakeup_relock": [
    "Condition.wait() that is cancelled while it takes the lock hands the notification on",
  ],

  "SemaphoreTests.test_initial_value_zero": ["new Semaphore(0) is locked from the start"],
  "SemaphoreTests.test_repr": ["Semaphore.toString() tells how many wait"],
  "SemaphoreTests.test_semaphore": ["a semaphore itself cannot be awaited"],
  "SemaphoreTests.test_semaphore_value": [
    "new Semaphore() refuses a negative counter, and what is no number",
  ],
  "SemaphoreTests.test_acquire": ["Semaphore.acquire() waits while the counter is zero"],
  "SemaphoreTests.test_acquire_cancel": ["Semaphore.acquire() that is cancelled leaves the queue"],
  "SemaphoreTests.test_acquire_cancel_before_awoken": [
    "Semaphore.release() steps over those that were cancelled just before",
  ],
  "SemaphoreTests.test_acquire_hang": [
    "Semaphore.release() just after a cancellation does not hang the next",
  ],
  "SemaphoreTests.test_acquire_no_hang": [
    "Semaphore.acquire() that is cancelled after it was woken gives back what it was given",
  ],
  "SemaphoreTests.test_release_not_acquired": [
    "BoundedSemaphore.release() of more than was taken is a ValueError",
  ],
  "SemaphoreTests.test_release_no_waiters": ["Semaphore.release() gives one back"],
  "SemaphoreTests.test_acquire_fifo_order": [
    "Semaphore.acquire() goes round among tasks that come again and again",
  ],
  "SemaphoreTests.test_acquire_fifo_order_2": [
    "Semaphore.acquire() of one that has just given back waits behind the others",
  ],
  "SemaphoreTests.test_acquire_fifo_order_3": [
    "Semaphore.acquire() serves those behind one that was cancelled",
  ],
  "SemaphoreTests.test_acquire_fifo_order_4": [
    "Semaphore.acquire() wakes all that waited for their turns only",
  ],

  "BarrierTests.test_barrier": ["a barrier itself cannot be awaited"],
  "BarrierTests.test_repr": ["Barrier.toString() tells the state and how many wait"],
  "BarrierTests.test_barrier_parties": [
    "new Barrier() refuses fewer than one party, and what is no number",
  ],
  "BarrierTests.test_context_manager": ["asyncWith() waits at a barrier and gives the place"],
  "BarrierTests.test_filling_one_task": [
    "Barrier.wait() of one party passes at once, again and again",
  ],
  "BarrierTests.test_filling_one_task_twice": [
    "Barrier.wait() of one party passes at once, again and again",
  ],
  "BarrierTests.test_filling_task_by_task": ["Barrier.wait() holds tasks until so many have come"],
  "BarrierTests.test_filling_tasks_wait_twice": [
    "Barrier.wait() within the block of the same barrier passes it a second time",
  ],
  "BarrierTests.test_filling_tasks_check_return_value": [
    "Barrier.wait() can be passed by the same tasks again",
  ],
  "BarrierTests.test_draining_state": ["a barrier is draining until the last has left"],
  "BarrierTests.test_blocking_tasks_while_draining": [
    "Barrier.wait() of those that come while it drains waits for the next round",
  ],
  "BarrierTests.test_filling_tasks_cancel_one": [
    "Barrier.wait() that is cancelled leaves its place to another",
  ],
  "BarrierTests.test_reset_barrier": [
    "Barrier.reset() of a barrier at which nobody waits does nothing",
  ],
  "BarrierTests.test_reset_barrier_while_tasks_waiting": [
    "Barrier.reset() throws out those that wait",
  ],
  "BarrierTests.test_reset_barrier_when_tasks_half_draining": [
    "Barrier.reset() while it drains throws out those that have not left",
  ],
  "BarrierTests.test_reset_barrier_when_tasks_half_draining_half_blocking": [
    "Barrier.reset() while it drains lets those that came again wait on",
  ],
  "BarrierTests.test_reset_barrier_while_tasks_waiting_and_waiting_again": [
    "Barrier.reset() lets those that were thrown out wait again",
  ],
  "BarrierTests.test_reset_barrier_while_tasks_draining": [
    "Barrier.reset() by the last that leaves does not hit those that came again",
  ],
  "BarrierTests.test_abort_barrier": ["Barrier.abort() breaks the barrier"],
  "BarrierTests.test_abort_barrier_when_tasks_half_draining_half_blocking": [
    "Barrier.abort() throws out those that wait, and those that came again",
  ],
  "BarrierTests.test_abort_barrier_when_exception": [
    "Barrier.abort() after an error keeps the others from passing again",
  ],
  "BarrierTests.test_abort_barrier_when_exception_then_resetting": [
    "Barrier.reset() makes a broken barrier whole",
  ],
};
