/**
 * Answering whoever asks from outside what runs on this thread: another program of the same user, or another
 * page of the same origin. What is sent is a snapshot, as plain data; the one who asks prints it.
 *
 * @module
 */
import { NotSupportedError, RuntimeError } from "../base/errors.ts";
import { host } from "../platform/current.ts";
import type { InspectorService } from "../platform/inspector.ts";
import { snapshotOfAll, type TaskSnapshot } from "./snapshot.ts";

/** What {@linkcode TaskReport} is at this version of the module; others are refused. */
export const REPORT_VERSION = 1;

/** What is sent. */
export interface TaskReport {
  /** {@linkcode REPORT_VERSION}. */
  readonly version: number;
  /** The tasks; of a version that knows none it is not there. */
  readonly tasks?: readonly TaskSnapshot[];
  /** Why they could not be told. */
  readonly error?: string;
}

let service: InspectorService | null = null;
let users = 0;

/**
 * Has this thread answer.
 *
 * @returns Gives it up; when all have, nobody is answered any more.
 * @throws {NotSupportedError} If it cannot be had here, or is not permitted.
 * @throws {RuntimeError} If it fails for another reason.
 */
export function openInspector(): () => Promise<void> {
  if (service === null) {
    const { inspector } = host;
    const refusal = inspector.refusal();
    if (refusal !== null) throw new NotSupportedError(`the inspector cannot be had: ${refusal}`);
    try {
      service = inspector.serve(report);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new RuntimeError(`the inspector cannot be had: ${reason}`, { cause: error });
    }
  }
  users++;
  return closeOnce();
}

function closeOnce(): () => Promise<void> {
  let isOpen = true;
  return async () => {
    if (!isOpen) return;
    isOpen = false;
    users--;
    if (users > 0 || service === null) return;
    const closing = service;
    service = null;
    await closing.close();
  };
}

function report(): string {
  let message: TaskReport;
  try {
    message = { version: REPORT_VERSION, tasks: snapshotOfAll() };
  } catch (error) {
    // What the user's own toString() may throw must not end the answering.
    message = { version: REPORT_VERSION, error: String(error) };
  }
  return JSON.stringify(message);
}
