/**
 * The names of asyncio, asked of CPython itself, in this process: Pyodide is CPython compiled to
 * WebAssembly.
 *
 * @module
 */
import { loadPyodide } from "pyodide";

/** What asyncio offers. */
export interface AsyncioNames {
  /** CPython's version. */
  version: string;
  /** Each name of `asyncio.__all__`, with its members where it is a class. */
  names: Record<string, string[] | null>;
  /** Tells of each name, dotted from its module on, whether it is there. */
  exists(names: readonly string[]): boolean[];
}

const LISTING = `
import asyncio, importlib, inspect, json, sys

# What stands for a part of the language, and so for a method here.
PROTOCOLS = {
    "__aenter__", "__aexit__", "__enter__", "__exit__", "__await__", "__iter__", "__aiter__",
    "__repr__", "__str__",
}

# Attributes that no class has, only its objects.
OBJECTS = {
    "Condition": asyncio.Condition,
    "EventLoop": asyncio.base_events.BaseEventLoop,
    "IncompleteReadError": lambda: asyncio.IncompleteReadError(b"", 1),
    "LimitOverrunError": lambda: asyncio.LimitOverrunError("", 1),
}

def members_of(name, cls):
    found = set(dir(cls))
    if name in OBJECTS:
        found |= set(dir(OBJECTS[name]()))
    if issubclass(cls, BaseException):
        found -= set(dir(OSError))
    own = {m for m in found if not m.startswith("_")}
    for base in cls.__mro__[:-1]:
        if base not in (BaseException, Exception, OSError):
            own |= PROTOCOLS & set(vars(base))
    return sorted(own)

def listing():
    names = {}
    for name in asyncio.__all__:
        value = getattr(asyncio, name)
        names[name] = members_of(name, value) if inspect.isclass(value) else None
    return json.dumps(names)

def exists(names):
    return json.dumps([is_there(name.split(".")) for name in json.loads(names)])

def is_there(parts):
    for length in range(len(parts), 0, -1):
        try:
            value = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            if not hasattr(value, part):
                return False
            value = getattr(value, part)
        return True
    return False
`;

/** Starts CPython, which takes some seconds, and asks it. */
export async function readAsyncioNames(): Promise<AsyncioNames> {
  const python = await loadPyodide();
  python.runPython(LISTING);
  const exists: (names: string) => string = python.globals.get("exists");
  return {
    version: python.runPython("sys.version.split()[0]"),
    names: JSON.parse(python.runPython("listing()")),
    exists: (names) => JSON.parse(exists(JSON.stringify(names))),
  };
}
