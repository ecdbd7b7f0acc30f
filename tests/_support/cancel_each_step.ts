/**
 * Cancelling a task at every step that it takes: no single one of them may lose a wake-up.
 *
 * @module
 */
import type { Task } from "../../mod.ts";

/** Says which task is to be cancelled; called once by a scenario, when the task is made. */
export type Victim = (task: Task<unknown>) => void;

/**
 * Runs a scenario again and again: the first time its victim is cancelled in the iteration after it was
 * made, the next time one iteration later, and so on until the victim is done before that.
 *
 * @param scenario Names its victim, waits by `sleep(0)` alone, and checks what must hold in any case.
 * @returns How often the victim could be cancelled.
 */
export async function cancelAtEachStep(
  scenario: (victim: Victim) => Promise<unknown>,
): Promise<number> {
  for (let step = 0;; step++) {
    let cameInTime = false;
    await scenario((task) => {
      const loop = task.getLoop();
      let left = step;
      const cancel = (): void => {
        if (left-- > 0) loop.callSoon(cancel);
        else cameInTime = task.cancel();
      };
      loop.callSoon(cancel);
    });
    if (!cameInTime) return step;
  }
}
