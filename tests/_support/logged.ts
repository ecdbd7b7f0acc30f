/** What the module logs. */
import { logger, type LogRecord } from "../../mod.ts";

/** What the logger is told while something happens. */
export function recordsOf(act: () => void): LogRecord[] {
  const records: LogRecord[] = [];
  logger.setSink((record) => records.push(record));
  try {
    act();
  } finally {
    logger.setSink(null);
  }
  return records;
}
