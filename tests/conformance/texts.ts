/**
 * What things print, in a form that is the same for both languages.
 *
 * @module
 */

/** The longest message that a program makes: how this module's own go on is not compared. */
const LONGEST_MESSAGE = 8;

/**
 * Leaves of a printed form what both languages can say: no address, no place in a file, no function's name.
 *
 * @param text What `repr` or `toString()` gives.
 * @returns Its form; the form of a form is that form.
 */
export function normalText(text: string): string {
  return text
    .replace(/^context: .*$/, "context: …")
    .replace(/ at 0x[0-9a-f]+/g, "")
    .replace(
      /<async_generator object (?:<anonymous>|[^\s<>]+)/g,
      "<async_generator",
    )
    .replace(/ created at (?:<[^>]*>)?[^\s>]+/g, "")
    .replace(/<asyncio\.\w+\.(\w+) object/g, "<$1")
    .replace(/<_GatheringFuture/g, "<GatheringFuture")
    .replace(/<StableTimerHandle/, "<TimerHandle")
    .replace(/<_ThreadSafeHandle/, "<Handle")
    .replace(/^<Future (state=)/, "<ConcurrentFuture $1")
    .replace(/ coro=<(?:[^<>]|<[^<>]*>)*>/g, "")
    // CPython's shield adds one more, for its record of who awaits whom.
    .replace(/cb=\[[^\]]*\]/g, "cb=[…]")
    // Ours no longer counts a task that is done well; CPython's group hears of it a turn later.
    .replace(/^<TaskGroup tasks=\d+/, "<TaskGroup")
    .replace(/(^|: )<(Handle|TimerHandle)( cancelled)?( when=[-\d.]+)? \S.*>$/, "$1<$2$3$4 …>")
    .replace(/\b(None|undefined)\b/g, "null")
    .replace(/\b(True|False)\b/g, (name) => name.toLowerCase())
    .replace(/\(''\)/g, "()")
    .replace(/ (?:returned|raised) \w+/, " over")
    .replace(/(\d)\.0\b/g, "$1")
    .replace(/BaseExceptionGroup\(/g, "ExceptionGroup(")
    .replace(/exception=(\w+)\((.*)$/, shortException)
    // Of what is more than a number, the order or the items' own forms differ.
    .replace(/result=(?!-?\d|null|true|false|…).*$/, "result=…");
}

function shortException(whole: string, name: string, rest: string): string {
  const [, message, after] = /^((?:'[^']*')?)\)(.*)$/.exec(rest) ?? [];
  if (message === undefined || message.length > LONGEST_MESSAGE) return `exception=${name}(…`;
  return after === undefined ? whole : `exception=${name}(${message})${after}`;
}
