"""Runs random programs on CPython's asyncio: the counterpart of interpreter.ts, method by method."""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import functools
import gc
import inspect
import json
import logging
import re
import sys
import warnings
from asyncio import base_events, events, staggered

MOST_ENTRIES = 1500
# After how long what other threads have not told is given up, in seconds.
GIVING_UP = 1000
SHORTENED = (
    "Exception in callback",
    "an error occurred during closing of asynchronous generator",
)


class Deadlock(BaseException):
    """Nothing is ready, and no timer is set."""


class StableTimerHandle(events.TimerHandle):
    """A timer that comes after those made before it with the same deadline; heapq alone does not care."""

    __slots__ = ("_order",)

    def __lt__(self, other):
        return (self._when, self._order) < (other._when, other._order)


class VirtualLoop(base_events.BaseEventLoop):
    """A loop whose time jumps to the next timer when nothing is ready."""

    def __init__(self, trace):
        super().__init__()
        self._selector = self
        self._clock_resolution = 1e-9
        self._now = 0.0
        self._timers_made = 0
        self._trace = trace
        self.writes_logs = False
        self.created = {}
        self._asyncgens = OpenGenerators()

    def time(self):
        return self._now

    def select(self, timeout):
        if timeout is None:
            raise Deadlock
        if timeout > 0:
            self._now = self._scheduled[0]._when
        return []

    def call_at(self, when, callback, *args, context=None):
        self._check_closed()
        timer = StableTimerHandle(when, callback, args, self, context)
        timer._order = self._timers_made
        self._timers_made += 1
        base_events.heapq.heappush(self._scheduled, timer)
        timer._scheduled = True
        return timer

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass

    async def shutdown_asyncgens(self):
        """Tells of a CancelledError, too, as CPython does from 3.15 on (gh-150866)."""
        self._asyncgens_shutdown_called = True
        open_ones = list(self._asyncgens)
        self._asyncgens.clear()
        if not open_ones:
            return
        ends = [agen.aclose() for agen in open_ones]
        for agen, end in zip(open_ones, await asyncio.gather(*ends, return_exceptions=True)):
            if isinstance(end, (Exception, asyncio.CancelledError)):
                message = f"{SHORTENED[1]} {agen!r}"
                self.call_exception_handler({"message": message, "exception": end, "asyncgen": agen})

    def default_exception_handler(self, context):
        if is_of_collection(context.get("context", context)):
            return
        self._trace.report("default handler", context)
        if not self.writes_logs:
            return
        written = []
        usual = base_events.logger
        base_events.logger = WrittenLog(written)
        try:
            super().default_exception_handler(context)
        finally:
            base_events.logger = usual
        self._trace.write("log", written)

    def create_task(self, coro, **options):
        task = super().create_task(coro, **options)
        self.created.setdefault(task, len(self.created))
        return task


class PassingGroup(asyncio.TaskGroup):
    """Hands on a GeneratorExit by which alone its body is closed, as CPython's groups do from 3.15 on (gh-135736)."""

    async def __aexit__(self, kind, error, traceback):
        try:
            return await super().__aexit__(kind, error, traceback)
        except BaseExceptionGroup as group:
            if isinstance(error, GeneratorExit) and group.exceptions == (error,):
                raise error
            raise


class WrittenLog:
    """Takes the place of the logger, and keeps the lines of what is written but for its last, the error."""

    def __init__(self, lines):
        self.lines = lines

    def error(self, text, exc_info):
        message, *others = text.split("\n")
        self.lines.append(next((start for start in SHORTENED if message.startswith(start)), message))
        self.lines.extend(Text(line) for line in others)


def is_of_collection(context):
    """Whether a report comes of the garbage collector, which nobody can tell when to run."""
    message = context["message"]
    return message.endswith("was never retrieved") or message.startswith("Task was destroyed")


class Ordered(dict):
    """Stands for sets of what CPython would have in the order of its addresses."""

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)


class OpenGenerators(Ordered):
    """Stands for a loop's async generators: those that are over are told of here, too, for they are kept."""

    def __iter__(self):
        return (agen for agen in self.keys() if agen.ag_frame is not None)

    def __len__(self):
        return sum(1 for _ in self)


class Text:
    """What something prints, of which compare.ts takes what both languages can say."""

    def __init__(self, text):
        self.text = text


class Trace:
    def __init__(self):
        self.entries = []
        self.closed = False
        self.closing = 0
        self.loop = VirtualLoop(self)
        self.first_name = 0
        self.labels = {}
        self.errors = {}
        self.kept = []

    @property
    def is_over(self):
        return self.closed or len(self.entries) >= MOST_ENTRIES

    def write(self, event, value=None):
        if self.is_over or (self.closing > 0 and isinstance(value, GeneratorExit)):
            return
        task = asyncio.current_task(self.loop)
        name = None if task is None else self.name_of(task)
        time = self.loop.time()
        time = int(time) if time == int(time) else time
        self.entries.append([time, name, event, self.canonical(value)])

    def report(self, event, context, ambient=None):
        whole = context["message"]
        # Without the printed form of an object, which is not the same.
        message = next((start for start in SHORTENED if whole.startswith(start)), whole)
        keys = sorted(key for key in context if not key.endswith("_traceback"))
        self.write(event, [message, context.get("exception"), keys, ambient])

    def print(self, thing):
        def counted(match):
            return f"name='T{int(match[1]) - self.first_name}'"

        return Text(re.sub(r"name='Task-(\d+)'", counted, repr(thing)))

    def label(self, future, label):
        self.labels[future] = label

    def name_of(self, task):
        name = task.get_name()
        if name.startswith("Task-"):
            return f"T{int(name[5:]) - self.first_name}"
        return name

    def canonical(self, value):
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return int(value) if value == int(value) else value
        if isinstance(value, BaseException):
            return self.canonical_error(value)
        if isinstance(value, asyncio.Task):
            return {"task": self.name_of(value)}
        if isinstance(value, (set, frozenset)):
            return sorted((self.canonical(item) for item in value), key=text_of)
        if isinstance(value, (list, tuple)):
            return [self.canonical(item) for item in value]
        if isinstance(value, Text):
            return {"text": value.text}
        return {"future": self.labels.get(value, "?")}

    def canonical_error(self, error):
        if id(error) not in self.errors:
            # Kept, so that no other error gets its address.
            self.kept.append(error)
            self.errors[id(error)] = len(self.errors)
        is_group = isinstance(error, BaseExceptionGroup)
        message = error.message if is_group else str(error.args[0]) if error.args else ""
        form = {"error": type(error).__name__, "message": message, "id": self.errors[id(error)]}
        if error.__cause__ is not None:
            form["cause"] = self.canonical(error.__cause__)
        if is_group:
            form["errors"] = self.canonical(error.exceptions)
        return form


def text_of(form):
    return json.dumps(form, separators=(",", ":"))


class AppError(Exception):
    """An error of a program's own."""


ERRORS = {
    "AppError": AppError,
    "CancelledError": asyncio.CancelledError,
    "GeneratorExit": GeneratorExit,
    "KeyboardInterrupt": KeyboardInterrupt,
    "RuntimeError": RuntimeError,
    "SystemExit": SystemExit,
    "TimeoutError": TimeoutError,
    "ValueError": ValueError,
}

QUEUES = {
    "Queue": asyncio.Queue,
    "PriorityQueue": asyncio.PriorityQueue,
    "LifoQueue": asyncio.LifoQueue,
}


class Wrapped:
    """An object that can be awaited."""

    def __init__(self, inner):
        self.inner = inner

    def __await__(self):
        return (yield from self.inner.__await__())


class Bare:
    """An object that makes its task wait for nothing, or for what cannot be waited for."""

    def __init__(self, count, yielded):
        self.count = count
        self.yielded = yielded

    def __await__(self):
        for _ in range(self.count):
            yield self.yielded
        return self.count


class Closing:
    """Begins what it is given, and closes it some time later."""

    def __init__(self, inner, delay, trace):
        self.inner = inner
        self.delay = delay
        self.trace = trace

    def __await__(self):
        steps = self.inner.__await__()
        # Kept, for it would be closed again when it is collected.
        self.trace.kept.append(steps)
        try:
            yielded = next(steps)
        except StopIteration as stop:
            return stop.value
        if yielded is not None:
            yielded._asyncio_future_blocking = False
        try:
            return (yield from asyncio.sleep(self.delay, -1).__await__())
        finally:
            self.close(steps)

    def close(self, steps):
        self.trace.closing += 1
        is_refused = False
        try:
            steps.close()
        except RuntimeError:
            is_refused = True
        self.trace.closing -= 1
        if is_refused:
            self.trace.write("refused")


class PretendedExecutor:
    """Does what it is told with the jobs that it is given."""

    def __init__(self, take):
        self.submit = take


class Interpreter:
    def __init__(self, program, trace):
        self.program = program
        self.hides_waiters = re.search('"(asCompleted"|(begun|shield|wait)":)', json.dumps(program))
        self.trace = trace
        self.loop = trace.loop
        self.named = 0
        self.reports = 0
        self.tasks = {}
        self.futures = {}
        self.tokens = {}
        self.contexts = {}
        self.handles = {}
        self.timeouts = {}
        self.callbacks = {}
        self.groups = {}
        self.kept = {}
        self.generators = {}
        self.generators_made = []
        self.stacks = {}
        self.concurrents = {}
        self.concurrents_made = []
        self.has_given_up = False
        self.self_awaiting = set()
        self.saved = None
        self.handler_body = None
        self.bound = set()
        for slot in range(program["futures"]):
            self.new_future(slot)
        self.events = dict(enumerate(asyncio.Event() for _ in range(program["events"])))
        self.queues = {
            slot: QUEUES[queue["kind"]](queue["maxsize"])
            for slot, queue in enumerate(program["queues"])
        }
        self.locks = dict(enumerate(asyncio.Lock() for _ in range(program["locks"])))
        self.semaphores = {
            slot: (asyncio.BoundedSemaphore if plan["bounded"] else asyncio.Semaphore)(plan["value"])
            for slot, plan in enumerate(program["semaphores"])
        }
        self.conditions = {
            slot: asyncio.Condition(self.locks.get(plan["lock"]))
            for slot, plan in enumerate(program["conditions"])
        }
        self.counts = dict.fromkeys(self.conditions, 0)
        self.barriers = {
            slot: asyncio.Barrier(parties) for slot, parties in enumerate(program["barriers"])
        }
        self.variables = {}
        for slot in range(program["variables"]):
            self.variables[slot] = (
                contextvars.ContextVar("v0")
                if slot == 0
                else contextvars.ContextVar(f"v{slot}", default=-slot)
            )

    def main(self):
        if self.program.get("concurrents"):
            self.loop.call_later(GIVING_UP, self.give_up)
        return self.body(self.program["main"])

    def give_up(self):
        self.has_given_up = True
        for made in self.concurrents_made:
            # One that has begun is not to be cancelled.
            if not made.cancel() and not made.done():
                made.set_result(None)

    def handler(self, loop, context):
        if self.trace.is_over or is_of_collection(context):
            return
        self.reports += 1
        last = self.program["variables"] - 1
        is_bound = context.get("handle") in self.bound
        ambient = self.variables[last].get(None) if last >= 0 and not is_bound else None
        self.trace.report("handler", context, ambient)
        if self.reports == self.program["failingReport"]:
            raise AppError("handler")
        body = self.handler_body
        if body is None:
            return
        # What it reports itself it does nothing more about.
        self.handler_body = None
        try:
            self.plain_block(body)
        finally:
            if self.handler_body is None:
                self.handler_body = body

    def parts(self):
        yield self.main()
        for part in self.program.get("next", ()):
            if part == "forever":
                yield part
            elif isinstance(part, list):
                yield self.body(part)
            else:
                future = None if part == "self" else self.target(part)
                if future is not None:
                    yield future

    def finish(self):
        for slot in sorted(self.tasks):
            self.look({"task": slot})
        for slot in sorted(self.futures):
            self.look({"future": slot})

    # --- Coroutines

    async def body(self, block):
        self.trace.write("begin")
        try:
            returned = await self.block(block)
            value = None if returned is None else returned[0]
            self.trace.write("return", value)
            return value
        except BaseException as error:
            self.trace.write("raise", error)
            raise

    async def block(self, block):
        for statement in block:
            if self.trace.is_over:
                return None
            do = statement["do"]
            waiting = self.WAITING.get(do)
            if waiting is None:
                self.perform(statement)
                continue
            returned = await waiting(self, statement)
            if returned is not None:
                return returned
        return None

    async def do_await(self, statement):
        subject = statement["subject"]
        try:
            self.trace.write(f"got {next(iter(subject))}", await self.subject(subject))
        except BaseException as error:
            self.trace.write(f"threw {next(iter(subject))}", error)
            raise

    async def do_return(self, statement):
        return (statement["value"],)

    async def do_try(self, statement):
        try:
            return await self.block(statement["body"])
        except BaseException as error:
            handler = next((c for c in statement["catches"] if matches(error, c["match"])), None)
            if handler is None or self.trace.is_over:
                raise
            self.saved = error
            self.trace.write("caught", error)
            returned = await self.block(handler["body"])
            if handler["rethrow"] and returned is None:
                raise
            return returned
        finally:
            if statement["final"] is not None and not self.trace.is_over:
                self.trace.write("finally")
                await self.block(statement["final"])

    async def do_try_star(self, statement):
        clauses = statement["clauses"]
        first = self.classes(clauses[0]["classes"]) if len(clauses) > 0 else ()
        second = self.classes(clauses[1]["classes"]) if len(clauses) > 1 else ()
        returned = None
        try:
            returned = await self.block(statement["body"])
        except* first as group:
            self.caught_star(group, clauses[0])
        except* second as group:
            self.caught_star(group, clauses[1])
        return returned

    def caught_star(self, group, clause):
        self.trace.write("caught star", group)
        if clause["raise"] is not None:
            raise self.error(clause["raise"])

    async def do_repeat(self, statement):
        for _ in range(statement["count"]):
            returned = await self.block(statement["body"])
            if returned is not None:
                return returned
        return None

    async def do_timeout(self, statement):
        delay = statement["delay"]
        slot = statement["timeout"]
        try:
            if statement.get("at") and delay is not None:
                limit = asyncio.timeout_at(self.loop.time() + delay)
            else:
                limit = asyncio.timeout(delay)
            async with limit:
                self.timeouts[slot] = limit
                self.look_timeout(slot)
                returned = await self.block(statement["body"])
            return returned
        except BaseException as error:
            self.trace.write("timeout threw", error)
            raise
        finally:
            self.look_timeout(slot)

    async def do_as_completed(self, statement):
        futures = self.existing(statement["targets"])
        # The order of those that are done already is that of a set: one of them at most.
        first_done = next((future for future in futures if future.done()), None)
        taken = [future for future in futures if not future.done() or future is first_done]
        iterator = asyncio.as_completed(taken, timeout=statement["timeout"])
        gives_futures = statement.get("futures")
        while True:
            try:
                if gives_futures:
                    next_one = await anext(iterator, None)
                    if next_one is None:
                        break
                    self.trace.write("next future", next_one)
                else:
                    next_one = next(iterator, None)
                    if next_one is None:
                        break
                    self.trace.write("next", await next_one)
            except BaseException as error:
                self.trace.write("next threw", error)
                if statement["rethrow"] or self.trace.is_over:
                    raise
            returned = await self.block(statement["body"])
            if returned is not None:
                return returned
        return None

    async def do_group(self, statement):
        group = PassingGroup()
        group._tasks = Ordered()
        try:
            async with group:
                self.groups[statement["group"]] = group
                returned = await self.block(statement["body"])
            return returned
        except BaseException as error:
            self.trace.write("group threw", error)
            raise

    async def do_manager(self, statement):
        returned = None
        try:
            async with self.manager(statement):
                returned = await self.block(statement["body"])
            return returned
        except BaseException as error:
            self.trace.write("manager threw", error)
            raise

    async def do_decorated(self, statement):
        returned = None
        try:

            @self.manager(statement)
            async def decorated():
                return await self.block(statement["body"])

            for _ in range(statement["times"]):
                returned = await decorated()
            return returned
        except BaseException as error:
            self.trace.write("decorated threw", error)
            raise

    @contextlib.asynccontextmanager
    async def manager(self, statement):
        await self.block(statement["before"])
        try:
            self.trace.write("entered")
            for number in range(statement.get("yields", 1)):
                yield number + 1
        except BaseException as error:
            self.trace.write("manager caught", error)
            if not statement["swallow"] or self.trace.is_over:
                raise
        finally:
            await self.block(statement["after"])

    async def do_with(self, statement):
        try:
            async with self.guard(statement["guard"]):
                self.trace.write("entered")
                returned = await self.block(statement["body"])
            self.trace.write("left")
            return returned
        except BaseException as error:
            self.trace.write("with threw", error)
            raise

    async def do_iterate(self, statement):
        generator = self.generators.get(statement["generator"])
        if generator is None:
            self.trace.write("missing")
            return None
        try:
            if not statement["closing"]:
                return await self.items(generator, statement["body"])
            async with contextlib.aclosing(generator):
                returned = await self.items(generator, statement["body"])
            return returned
        except BaseException as error:
            self.trace.write("iterate threw", error)
            raise

    async def items(self, generator, block):
        async for item in generator:
            if self.trace.is_over:
                return None
            self.trace.write("item", item)
            returned = await self.block(block)
            if returned is not None:
                return returned
        return None

    async def do_stack(self, statement):
        returned = None
        try:
            async with contextlib.AsyncExitStack() as stack:
                self.stacks[statement["stack"]] = stack
                returned = await self.block(statement["body"])
            return returned
        except BaseException as error:
            self.trace.write("stack threw", error)
            raise

    async def do_enter(self, statement):
        stack = self.stacks.get(statement["stack"])
        if stack is None:
            self.trace.write("missing")
            return None
        try:
            entering = stack.enter_async_context(self.manager(statement))
            self.trace.write("enter", await entering)
        except BaseException as error:
            self.trace.write("enter threw", error)
            raise

    async def do_with_managed(self, statement):
        managed = self.managed(statement["what"])
        if managed is None:
            self.trace.write("missing")
            return None
        returned = None
        try:
            async with managed:
                self.trace.write("entered")
                returned = await self.block(statement["body"])
            return returned
        except BaseException as error:
            self.trace.write("with threw", error)
            raise

    async def do_with_var(self, statement):
        try:
            with self.variables[statement["variable"]].set(statement["value"]):
                return await self.block(statement["body"])
        except BaseException as error:
            self.trace.write("with threw", error)
            raise

    async def do_enter_managed(self, statement):
        stack = self.stacks.get(statement["stack"])
        managed = self.managed(statement["what"])
        if stack is None or managed is None:
            self.trace.write("missing")
            return None
        try:
            await stack.enter_async_context(managed)
            self.trace.write("enter")
        except BaseException as error:
            self.trace.write("enter threw", error)
            raise

    def managed(self, what):
        if "barrier" in what:
            return self.barriers[what["barrier"]]
        if "timeout" in what:
            return self.timeouts.get(what["timeout"])
        if "group" in what:
            return self.groups.get(what["group"])
        if "stack" in what:
            return self.stacks.get(what["stack"])
        return self.guard(what)

    WAITING = {
        "await": do_await,
        "return": do_return,
        "try": do_try,
        "tryStar": do_try_star,
        "repeat": do_repeat,
        "timeout": do_timeout,
        "asCompleted": do_as_completed,
        "group": do_group,
        "with": do_with,
        "manager": do_manager,
        "iterate": do_iterate,
        "stack": do_stack,
        "enter": do_enter,
        "decorated": do_decorated,
        "withManaged": do_with_managed,
        "withVar": do_with_var,
        "enterManaged": do_enter_managed,
    }

    # --- What can be awaited

    def subject(self, subject):
        if "coro" in subject:
            return self.body(subject["coro"])
        if "sleep" in subject:
            return asyncio.sleep(subject["sleep"], subject["result"])
        if "task" in subject:
            return self.tasks.get(subject["task"]) or self.missing()
        if "future" in subject:
            return self.futures.get(subject["future"]) or self.missing()
        if "gather" in subject:
            return asyncio.gather(
                *[self.subject(item) for item in subject["gather"]],
                return_exceptions=subject["returnExceptions"],
            )
        if "wait" in subject:
            return asyncio.wait(
                self.existing(subject["wait"]),
                timeout=subject["timeout"],
                return_when=subject["returnWhen"],
            )
        if "waitFor" in subject:
            return asyncio.wait_for(self.subject(subject["waitFor"]), subject["timeout"])
        if "shield" in subject:
            return asyncio.shield(self.subject(subject["shield"]))
        if "event" in subject:
            return self.events[subject["event"]].wait()
        if "get" in subject:
            return self.queues[subject["get"]].get()
        if "put" in subject:
            return self.queues[subject["put"]].put(subject["item"])
        if "join" in subject:
            return self.queues[subject["join"]].join()
        if "acquire" in subject:
            return self.guard(subject["acquire"]).acquire()
        if "condition" in subject:
            slot = subject["condition"]
            if "atLeast" in subject:
                return self.conditions[slot].wait_for(lambda: self.enough(slot, subject["atLeast"]))
            return self.conditions[slot].wait()
        if "barrier" in subject:
            return getattr(self.barriers[subject["barrier"]], subject["how"])()
        if "race" in subject:
            bodies = [functools.partial(self.body, body) for body in subject["race"]]
            return staggered.staggered_race(bodies, subject["delay"])
        if "kept" in subject:
            return self.kept.pop(subject["kept"], None) or self.missing()
        if "generator" in subject:
            generator = self.generators.get(subject["generator"])
            return self.missing() if generator is None else self.generator_call(generator, subject)
        if "stack" in subject:
            stack = self.stacks.get(subject["stack"])
            return self.missing() if stack is None else stack.aclose()
        if "concurrent" in subject:
            made = self.concurrents.get(subject["concurrent"])
            return self.missing() if made is None else self.wrap(made)
        if "bare" in subject:
            return Bare(subject["bare"], 5 if subject.get("bad") else None)
        if "begun" in subject:
            return Closing(self.subject(subject["begun"]), subject["delay"], self.trace)
        if "shutdownAsyncgens" in subject:
            return self.loop.shutdown_asyncgens()
        if "executor" in subject:
            return self.run_in_executor(subject)
        if "wrap" in subject:
            return Wrapped(self.subject(subject["wrap"]))
        if "self" in subject:
            # Once by a task: a second time CPython finds a flag of the first time still set.
            task = asyncio.current_task()
            if task is None or task in self.self_awaiting:
                return self.missing()
            self.self_awaiting.add(task)
            return task
        raise KeyError(f"no such subject: {list(subject)}")

    def missing(self):
        self.trace.write("missing")
        return asyncio.sleep(0, None)

    def generator_call(self, generator, subject):
        how = subject["how"]
        if how == "anext":
            return generator.__anext__()
        if how == "anextDefault":
            return anext(generator, -1)
        if how == "asend":
            return generator.asend(subject["value"])
        if how == "athrow":
            return generator.athrow(self.error(subject["error"]))
        return generator.aclose()

    def wrap(self, made):
        future = asyncio.wrap_future(made)
        self.trace.label(future, self.unique("W"))
        return future

    def run_in_executor(self, subject):
        slot = subject["executor"]
        how = subject["how"]

        def take(job):
            if how == "fails":
                raise RuntimeError("refused")
            made = concurrent.futures.Future()
            self.keep_concurrent({"concurrent": slot}, made)
            if how == "inline":
                try:
                    made.set_running_or_notify_cancel()
                    made.set_result(job())
                except BaseException as error:
                    made.set_exception(error)
            return made

        def job():
            self.trace.write("job", slot)
            self.plain_block(subject["body"])
            return slot

        future = self.loop.run_in_executor(PretendedExecutor(take), job)
        self.trace.label(future, self.unique("X"))
        return future

    def enough(self, slot, count):
        self.trace.write("predicate", self.counts[slot])
        return self.counts[slot] >= count

    def guard(self, guard):
        if "lock" in guard:
            return self.locks[guard["lock"]]
        if "semaphore" in guard:
            return self.semaphores[guard["semaphore"]]
        return self.conditions[guard["condition"]]

    def existing(self, targets):
        found = [self.target(target) for target in targets]
        current = asyncio.current_task()
        return [future for future in found if future is not None and future is not current]

    def target(self, target):
        if target == "self":
            return asyncio.current_task()
        if "task" in target:
            return self.tasks.get(target["task"])
        return self.futures.get(target["future"])

    def printed(self, what):
        if what == "self" or "task" in what or "future" in what:
            return self.target(what)
        ((kind, slot),) = what.items()
        if kind in ("lock", "semaphore", "condition"):
            return self.guard(what)
        slots = {
            "handle": self.handles,
            "event": self.events,
            "queue": self.queues,
            "barrier": self.barriers,
            "timeout": self.timeouts,
            "group": self.groups,
            "variable": self.variables,
            "token": self.tokens,
            "concurrent": self.concurrents,
        }
        return slots[kind].get(slot)

    # --- What does not wait

    def plain_block(self, block):
        for statement in block:
            if not self.trace.is_over:
                self.perform(statement)

    def perform(self, statement):
        self.PLAIN[statement["do"]](self, statement)

    def attempt(self, event, operation):
        try:
            self.trace.write(event, operation())
        except BaseException as error:
            self.trace.write(f"{event} threw", error)

    def on(self, event, thing, operation):
        if thing is None:
            self.trace.write("missing")
        else:
            self.attempt(event, lambda: operation(thing))

    def on_task(self, event, statement, operation):
        self.on(
            event,
            self.target(statement["target"]),
            lambda future: operation(future) if isinstance(future, asyncio.Task) else "no task",
        )

    def do_log(self, statement):
        self.trace.write("log", statement["text"])

    def do_raise(self, statement):
        raise self.error(statement["error"])

    def do_raise_group(self, statement):
        raise self.error_group(statement["group"])

    def do_split(self, statement):
        group = self.error_group(statement["group"])
        classes = self.classes(statement["classes"])
        self.attempt("split", lambda: [group, *group.split(classes), group.subgroup(classes)])
        self.attempt("derive", lambda: group.derive([group]))

    def do_spawn(self, statement):
        self.attempt("spawn", lambda: self.spawn(statement))

    def spawn(self, statement):
        group = self.groups.get(statement.get("group"))
        if statement["via"] == "group" and group is None:
            return "no group"
        options = self.context_of(statement)
        if "name" in statement:
            options["name"] = self.unique(statement["name"])
        if statement.get("eager") is not None:
            options["eager_start"] = statement["eager"]
        made = self.subject(statement["subject"])
        via = statement["via"]
        if via == "createTask":
            future = asyncio.create_task(made, **options)
        elif via == "loop":
            future = self.loop.create_task(made, **options)
        elif via == "group":
            future = group.create_task(made, **options)
        else:
            future = asyncio.ensure_future(made)
        self.tasks[statement["task"]] = future
        if not isinstance(future, asyncio.Task):
            self.trace.label(future, self.unique(f"S{statement['task']}"))
        return future

    def do_cancel(self, statement):
        message = [statement["message"]] if "message" in statement else []
        self.on("cancel", self.target(statement["target"]), lambda future: future.cancel(*message))

    def do_cancelling(self, statement):
        self.on_task("cancelling", statement, lambda task: task.cancelling())

    def do_uncancel(self, statement):
        self.on_task("uncancel", statement, lambda task: task.uncancel())

    def do_look(self, statement):
        self.look(statement["target"])

    def look(self, target):
        future = self.target(target)
        if future is None:
            self.trace.write("missing")
            return
        self.attempt("look", lambda: [future, future.done(), future.cancelled()])
        self.attempt("exception", future.exception)
        self.attempt("result", future.result)

    def do_set_name(self, statement):
        def rename(task):
            task.set_name(self.unique(statement["name"]))
            return self.trace.name_of(task)

        self.on_task("setName", statement, rename)

    def do_add_callback(self, statement):
        def add(future):
            future.add_done_callback(self.callback(statement), **self.context_of(statement))

        self.on("addCallback", self.target(statement["target"]), add)

    def do_remove_callback(self, statement):
        future = self.target(statement["target"])
        self.on(
            "removeCallback",
            self.callbacks.get(statement["callback"]),
            lambda callback: None if future is None else future.remove_done_callback(callback),
        )

    def callback(self, statement):
        slot = statement["callback"]

        def called(future):
            self.trace.write(f"callback {slot}", future)
            self.plain_block(statement["body"])

        return self.callbacks.setdefault(slot, called)

    def do_new_future(self, statement):
        self.new_future(statement["future"])

    def new_future(self, slot):
        future = self.loop.create_future()
        self.trace.label(future, self.unique(f"F{slot}"))
        self.futures[slot] = future

    def do_set_result(self, statement):
        self.on(
            "setResult",
            self.futures.get(statement["future"]),
            lambda future: future.set_result(statement["value"]),
        )

    def do_set_exception(self, statement):
        self.on(
            "setException",
            self.futures.get(statement["future"]),
            lambda future: future.set_exception(self.error(statement["error"])),
        )

    def do_call(self, statement):
        self.attempt(statement["how"], lambda: self.call(statement))

    def call(self, statement):
        slot = statement["handle"]
        options = self.context_of(statement)

        def callback():
            self.trace.write("call", slot)
            self.plain_block(statement["body"])

        how = statement["how"]
        if how == "callLater":
            handle = self.loop.call_later(statement["time"], callback, **options)
        elif how == "callAt":
            when = self.loop.time() + statement["time"]
            handle = self.loop.call_at(when, callback, **options)
        elif how == "callSoon":
            handle = self.loop.call_soon(callback, **options)
        else:
            handle = self.loop.call_soon_threadsafe(callback, **options)
        self.handles[slot] = handle
        if options:
            self.bound.add(handle)

    def do_cancel_handle(self, statement):
        self.on("handle", self.handles.get(statement["handle"]), lambda handle: handle.cancel())

    def do_look_handle(self, statement):
        def look(handle):
            is_timer = isinstance(handle, asyncio.TimerHandle)
            return [handle.cancelled(), handle.when() if is_timer else None]

        self.on("handle", self.handles.get(statement["handle"]), look)

    def do_event(self, statement):
        event = self.events.get(statement["event"])
        how = statement["how"]
        self.on(how, event, lambda event: getattr(event, {"isSet": "is_set"}.get(how, how))())

    def do_queue(self, statement):
        operations = {
            "getNowait": lambda queue: queue.get_nowait(),
            "putNowait": lambda queue: queue.put_nowait(statement["item"]),
            "taskDone": lambda queue: queue.task_done(),
            "look": lambda queue: [queue.qsize(), queue.empty(), queue.full(), queue.maxsize],
            "shutdown": lambda queue: queue.shutdown(),
            "shutdownNow": lambda queue: queue.shutdown(immediate=True),
        }
        how = statement["how"]
        self.on(how, self.queues.get(statement["queue"]), operations[how])

    def do_release(self, statement):
        self.attempt("release", self.guard(statement["guard"]).release)

    def do_look_guard(self, statement):
        self.attempt("locked", self.guard(statement["guard"]).locked)

    def do_notify(self, statement):
        count = statement["count"]
        self.on(
            "notify",
            self.conditions.get(statement["condition"]),
            lambda condition: condition.notify_all() if count is None else condition.notify(count),
        )

    def do_count(self, statement):
        self.counts[statement["condition"]] += 1

    def do_look_barrier(self, statement):
        self.on(
            "barrier",
            self.barriers.get(statement["barrier"]),
            lambda barrier: [barrier.parties, barrier.n_waiting, barrier.broken],
        )

    def do_get_var(self, statement):
        self.on("getVar", self.variables.get(statement["variable"]), lambda var: var.get())

    def do_set_var(self, statement):
        def set_var(variable):
            self.tokens[statement["token"]] = variable.set(statement["value"])

        self.on("setVar", self.variables.get(statement["variable"]), set_var)

    def do_reset_var(self, statement):
        variable = self.variables[statement["variable"]]
        self.on("resetVar", self.tokens.get(statement["token"]), variable.reset)

    def do_copy_context(self, statement):
        self.contexts[statement["context"]] = contextvars.copy_context()

    def do_look_context(self, statement):
        variable = self.variables[statement["variable"]]
        self.on(
            "lookContext",
            self.contexts.get(statement["context"]),
            lambda context: [variable in context, context.get(variable)],
        )

    def do_reschedule(self, statement):
        delay = statement["delay"]
        when = None if delay is None else self.loop.time() + delay
        limit = self.timeouts.get(statement["timeout"])
        self.on("reschedule", limit, lambda limit: limit.reschedule(when))

    def do_look_timeout(self, statement):
        self.look_timeout(statement["timeout"])

    def look_timeout(self, slot):
        limit = self.timeouts.get(slot)
        self.on("timeout", limit, lambda limit: [limit.when(), limit.expired()])

    def do_all_tasks(self, statement):
        self.attempt("allTasks", asyncio.all_tasks)

    def do_report(self, statement):
        self.loop.call_exception_handler({"message": statement["message"]})

    def do_eager_tasks(self, statement):
        self.loop.set_task_factory(asyncio.eager_task_factory if statement["on"] else None)

    def do_handler(self, statement):
        self.loop.set_exception_handler(self.handler if statement["on"] else None)

    def do_keep(self, statement):
        self.attempt("keep", lambda: self.keep(statement))

    def keep(self, statement):
        self.kept[statement["kept"]] = self.subject(statement["subject"])

    def do_new_generator(self, statement):
        generator = self.generator(statement)
        # One that nobody keeps would be closed when it is collected.
        self.generators_made.append(generator)
        self.generators[statement["generator"]] = generator

    async def generator(self, statement):
        try:
            for item in range(statement["count"]):
                await self.block(statement["before"])
                try:
                    self.trace.write("sent", (yield item))
                except BaseException as error:
                    self.trace.write("thrown in", error)
                    is_exit = isinstance(error, GeneratorExit)
                    if not statement["swallow"] or self.trace.is_over or is_exit:
                        raise
        finally:
            self.trace.write("generator finally")
            await self.block(statement["after"])

    def do_push(self, statement):
        self.on("push", self.stacks.get(statement["stack"]), lambda stack: self.push(stack, statement))

    def push(self, stack, statement):
        how = statement["how"]
        body = statement["body"]

        def told(error):
            self.trace.write(how, error)
            return statement["swallow"] and not self.trace.is_over

        def leave(kind, error, traceback):
            result = told(error)
            self.plain_block(body)
            return result

        async def leave_async(kind, error, traceback):
            result = told(error)
            await self.block(body)
            return result

        if how == "callback":
            stack.callback(self.plain_block, body)
        elif how == "exit":
            stack.push(leave)
        elif how == "asyncCallback":
            stack.push_async_callback(self.block, body)
        else:
            stack.push_async_exit(leave_async)

    def do_pop_all(self, statement):
        def pop_all(stack):
            self.stacks[statement["into"]] = stack.pop_all()

        self.on("popAll", self.stacks.get(statement["stack"]), pop_all)

    def do_new_concurrent(self, statement):
        self.keep_concurrent(statement, concurrent.futures.Future())

    def keep_concurrent(self, statement, made):
        self.concurrents[statement["concurrent"]] = made
        self.concurrents_made.append(made)
        if self.has_given_up:
            made.cancel()

    def do_concurrent(self, statement):
        how = statement["how"]
        self.on(
            f"concurrent {how}",
            self.concurrents.get(statement["concurrent"]),
            lambda made: self.on_concurrent(made, statement),
        )

    def on_concurrent(self, made, statement):
        how = statement["how"]
        if how == "begin":
            return made.set_running_or_notify_cancel()
        if how == "setResult":
            return made.set_result(statement["value"])
        if how == "setException":
            return made.set_exception(self.error(statement["error"]))
        if how == "cancel":
            return made.cancel()
        if how == "addCallback":
            return made.add_done_callback(
                lambda done: self.trace.write(
                    "concurrent callback", [done.done(), done.cancelled()]
                )
            )
        state = [made.done(), made.cancelled(), made.running()]
        if not made.done() or made.cancelled():
            return state
        return [*state, made.exception() or made.result()]

    def do_submit(self, statement):
        def submit():
            made = asyncio.run_coroutine_threadsafe(self.body(statement["body"]), self.loop)
            self.keep_concurrent(statement, made)

        self.attempt("submit", submit)

    def do_stop(self, statement):
        self.attempt("stop", self.loop.stop)

    def do_settle(self, statement):
        def settle(future):
            if statement["error"] is None:
                future.set_result(statement["value"])
            else:
                future.set_exception(self.error(statement["error"]))

        self.on("settle", self.target(statement["target"]), settle)

    def do_factory(self, statement):
        self.loop.set_task_factory(self.factory(statement["kind"]))

    def factory(self, kind):
        if kind == "none":
            return None
        trace = self.trace

        class TellingTask(asyncio.Task):
            def cancel(self, msg=None):
                trace.write("told to cancel", [self, msg])
                return super().cancel(msg)

        def make(loop, coro, **options):
            names = {"eager_start": "eagerStart"}
            trace.write("factory", sorted(names.get(name, name) for name in options))
            return (asyncio.Task if kind == "plain" else TellingTask)(coro, loop=loop, **options)

        return make

    def do_handler_does(self, statement):
        self.handler_body = statement["body"]

    def do_run_in(self, statement):
        self.on(
            "runIn",
            self.contexts.get(statement["context"]),
            lambda context: context.run(self.plain_block, statement["body"]),
        )

    def do_awaited_by(self, statement):
        self.on(
            "awaitedBy",
            self.target(statement["target"]),
            lambda future: (
                "not compared"
                if self.hides_waiters or future.done()
                else {task for task in future._asyncio_awaited_by or () if self.is_shown(task)}
            ),
        )

    def is_shown(self, task):
        # Who closes the generators waits for that in a way of its own here.
        return not task.done() and task.get_name() != "shutdown"

    def do_task_var(self, statement):
        variable = self.variables[statement["variable"]]
        self.on_task("taskVar", statement, lambda task: task.get_context().get(variable))

    def do_new_managed(self, statement):
        what = statement["what"]
        if "group" in what:
            group = PassingGroup()
            group._tasks = Ordered()
            self.groups[what["group"]] = group
        else:
            when = None if what["delay"] is None else self.loop.time() + what["delay"]
            self.timeouts[what["timeout"]] = asyncio.timeout_at(when)

    def do_foreign_future(self, statement):
        # Of a loop that never runs.
        future = VirtualLoop(self.trace).create_future()
        self.trace.label(future, self.unique(f"F{statement['future']}"))
        self.futures[statement["future"]] = future

    def do_raise_saved(self, statement):
        if self.saved is None:
            self.trace.write("missing")
        else:
            raise self.saved

    def do_set_saved(self, statement):
        def settle(future):
            if self.saved is not None:
                future.set_exception(self.saved)

        self.on("setSaved", self.target(statement["target"]), settle)

    def do_has_coro(self, statement):
        self.on_task("coro", statement, lambda task: task.get_coro() is not None)

    def do_close_kept(self, statement):
        self.on("closeKept", self.kept.get(statement["kept"]), lambda kept: kept.close())

    def do_look_token(self, statement):
        def look(token):
            is_missing = token.old_value is contextvars.Token.MISSING
            return ["missing" if is_missing else token.old_value]

        self.on("token", self.tokens.get(statement["token"]), look)

    def do_print(self, statement):
        self.on("print", self.printed(statement["what"]), self.trace.print)

    PLAIN = {
        "log": do_log,
        "raise": do_raise,
        "raiseGroup": do_raise_group,
        "split": do_split,
        "spawn": do_spawn,
        "cancel": do_cancel,
        "cancelling": do_cancelling,
        "uncancel": do_uncancel,
        "look": do_look,
        "setName": do_set_name,
        "addCallback": do_add_callback,
        "removeCallback": do_remove_callback,
        "newFuture": do_new_future,
        "setResult": do_set_result,
        "setException": do_set_exception,
        "call": do_call,
        "cancelHandle": do_cancel_handle,
        "lookHandle": do_look_handle,
        "event": do_event,
        "queue": do_queue,
        "release": do_release,
        "lookGuard": do_look_guard,
        "notify": do_notify,
        "count": do_count,
        "lookBarrier": do_look_barrier,
        "getVar": do_get_var,
        "setVar": do_set_var,
        "resetVar": do_reset_var,
        "copyContext": do_copy_context,
        "lookContext": do_look_context,
        "reschedule": do_reschedule,
        "lookTimeout": do_look_timeout,
        "allTasks": do_all_tasks,
        "report": do_report,
        "eagerTasks": do_eager_tasks,
        "handler": do_handler,
        "keep": do_keep,
        "newGenerator": do_new_generator,
        "push": do_push,
        "popAll": do_pop_all,
        "newConcurrent": do_new_concurrent,
        "concurrent": do_concurrent,
        "submit": do_submit,
        "stop": do_stop,
        "print": do_print,
        "settle": do_settle,
        "factory": do_factory,
        "handlerDoes": do_handler_does,
        "runIn": do_run_in,
        "awaitedBy": do_awaited_by,
        "taskVar": do_task_var,
        "newManaged": do_new_managed,
        "lookToken": do_look_token,
        "raiseSaved": do_raise_saved,
        "setSaved": do_set_saved,
        "hasCoro": do_has_coro,
        "closeKept": do_close_kept,
        "foreignFuture": do_foreign_future,
    }

    def context_of(self, statement):
        context = self.contexts.get(statement.get("context"))
        return {} if context is None else {"context": context}

    def unique(self, name):
        self.named += 1
        return f"{name}.{self.named - 1}"

    def error(self, plan):
        return ERRORS[plan["class"]](plan["message"])

    def error_group(self, plan):
        parts = plan["errors"]
        members = [self.error(part) if "class" in part else self.error_group(part) for part in parts]
        return ExceptionGroup(plan["message"], members)

    def classes(self, names):
        return tuple(ERRORS[name] for name in names)


def matches(error, match):
    if isinstance(error, GeneratorExit):
        return False
    if match == "cancelled":
        return isinstance(error, asyncio.CancelledError)
    if match == "error":
        return not isinstance(error, asyncio.CancelledError)
    if match == "timeout":
        return isinstance(error, TimeoutError)
    return True


async def nothing():
    pass


def run_program(program):
    """Runs one program and gives its trace; the counterpart of run_program.ts."""
    trace = Trace()
    loop = trace.loop
    probe = loop.create_task(nothing())
    loop.run_until_complete(probe)
    trace.first_name = int(probe.get_name()[5:])
    interpreter = Interpreter(program, trace)
    loop.set_exception_handler(interpreter.handler)
    loop.set_debug(program.get("debug", False))
    loop.writes_logs = program.get("logs", False)
    if program.get("runner"):
        run_by_runner(trace, interpreter)
    else:
        run_by_loop(trace, interpreter)
    interpreter.finish()
    trace.closed = True
    loop.close()
    return trace.entries


def run_by_runner(trace, interpreter):
    """Runs a program as `asyncio.run` does, which cancels what is left in the order of its creation here."""
    loop = trace.loop
    runner = asyncio.Runner(loop_factory=lambda: loop)

    def attempt(operation):
        try:
            trace.write("result", operation())
        except Deadlock:
            trace.write("deadlock")
        except BaseException as error:
            trace.write("failure", error)

    for part in interpreter.parts():
        if part == "forever":
            run_forever(trace)
        else:
            attempt(lambda: runner.run(part))
    usual = asyncio.tasks.all_tasks

    def all_tasks(loop=None):
        return sorted(usual(loop), key=lambda task: trace.loop.created.get(task, -1))

    asyncio.tasks.all_tasks = all_tasks
    try:
        attempt(runner.close)
    finally:
        asyncio.tasks.all_tasks = usual


def run_by_loop(trace, interpreter):
    """Runs a program, and afterwards cancels what is left, as `asyncio.run` does."""
    loop = trace.loop
    number = 0
    for future in interpreter.parts():
        if future == "forever":
            run_forever(trace)
            continue
        if asyncio.iscoroutine(future):
            future = loop.create_task(future, name=f"main{number or ''}")
            number += 1
        run_to_end(trace, future)
    pending = sorted(asyncio.all_tasks(loop), key=trace.name_of)
    trace.write("left over", pending)
    if pending:
        for task in pending:
            task.cancel()
        gathered = asyncio.gather(*pending, return_exceptions=True)
        run_to_end(trace, gathered)
        trace.write("still there", sorted(asyncio.all_tasks(loop), key=trace.name_of))
    run_to_end(trace, loop.create_task(loop.shutdown_asyncgens(), name="shutdown"))


def run_forever(trace):
    try:
        trace.loop.run_forever()
        trace.write("stopped")
    except Deadlock:
        trace.write("deadlock")
    except BaseException as error:
        trace.write("failure", error)


def run_to_end(trace, future):
    for _ in range(10):
        try:
            trace.write("result", trace.loop.run_until_complete(future))
            return
        except Deadlock:
            trace.write("deadlock")
            return
        except BaseException as error:
            trace.write("failure", error)
            if future.done():
                return


def run_programs(text):
    """Runs a list of programs, JSON in and out."""
    events._set_running_loop(None)
    gc.disable()
    traces = [run_program(program) for program in json.loads(text)]
    gc.collect()
    return json.dumps(traces, separators=(",", ":"))


staggered.set = Ordered
# The assertion that fails where two racers win has no text in Python.
SECOND = "a function returned after another had won: expected it to let the CancelledError through"
SECOND_WINNER = f"assert winner_index is None, {SECOND!r}"
source = inspect.getsource(staggered).replace("assert winner_index is None", SECOND_WINNER)
exec(compile(source, staggered.__file__, "exec"), vars(staggered))
warnings.simplefilter("ignore")
logging.disable()
sys.unraisablehook = lambda unraisable: None
