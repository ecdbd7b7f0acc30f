// kinds: generator, async
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  asyncWith,
  Context,
  ContextVar,
  copyContext,
  createTask,
  currentTask,
  gather,
  getRunningLoop,
  type Handle,
  MISSING,
  RuntimeError,
  sleep,
  type Token,
  ValueError,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";
import { virtually } from "../_support/virtual.ts";

/** Runs a test's body in a context of its own, so that it leaves nothing behind. */
function apart<T>(body: () => T): T {
  return new Context().run(body);
}

// ContextVar

test("ContextVar.get() gives the value, else the fallback, else the default", () => {
  apart(() => {
    const bare = new ContextVar<number>("bare");
    const preset = new ContextVar("preset", { default: 1 });
    assertEquals([bare.get(2), preset.get(), preset.get(2)], [2, 1, 2]);
    bare.set(3);
    preset.set(4);
    assertEquals([bare.get(), bare.get(2), preset.get(), preset.get(2)], [3, 3, 4, 4]);
  });
});

test("ContextVar.get() without any is a ReferenceError", () => {
  apart(() => {
    const user = new ContextVar<string>("user");
    assertThrows(() => user.get(), ReferenceError, "<ContextVar name='user'> has no value");
  });
});

test("undefined is a value, a fallback and a default like any other", () => {
  apart(() => {
    const preset = new ContextVar<number | undefined>("preset", { default: undefined });
    const bare = new ContextVar<number | undefined>("bare");
    assertEquals([preset.get(), preset.get(1), bare.get(undefined)], [undefined, 1, undefined]);
    bare.set(undefined);
    assertEquals([bare.get(), bare.get(1), copyContext().has(bare)], [undefined, undefined, true]);
  });
});

test("a ContextVar is known by itself, not by its name", () => {
  apart(() => {
    const [one, other] = [new ContextVar<number>("x"), new ContextVar<number>("x")];
    one.set(1);
    assertEquals([one.get(), other.get(2), one.name, other.name], [1, 2, "x", "x"]);
  });
});

test("new ContextVar() refuses a name that is no string", () => {
  for (const name of [1, undefined, null, {}]) {
    assertThrows(
      () => new ContextVar(name as never),
      TypeError,
      "context variable name must be a str, got",
    );
  }
});

test("ContextVar.toString() tells name and default", () => {
  assertEquals(
    [`${new ContextVar("a")}`, `${new ContextVar("b", { default: ["x"] })}`],
    ["<ContextVar name='a'>", "<ContextVar name='b' default=['x']>"],
  );
});

// Tokens

test("ContextVar.reset() puts back what was before the set()", () => {
  apart(() => {
    const count = new ContextVar<number>("count");
    const first = count.set(1);
    const second = count.set(2);
    assertEquals([first.oldValue, second.oldValue], [MISSING, 1]);
    assertStrictEquals(first.var, count);
    count.set(3);
    count.reset(second);
    assertEquals(count.get(), 1);
    count.reset(first);
    assertEquals([count.get(0), copyContext().has(count)], [0, false]);
  });
});

test("ContextVar.reset() takes a token once", () => {
  apart(() => {
    const count = new ContextVar<number>("count");
    const token = count.set(1);
    count.reset(token);
    count.set(2);
    assertThrows(() => count.reset(token), RuntimeError, "has already been used once");
    assertEquals(count.get(), 2);
  });
});

test("ContextVar.reset() refuses another variable's token", () => {
  apart(() => {
    const [one, other] = [new ContextVar<number>("one"), new ContextVar<number>("other")];
    const token = one.set(1);
    assertThrows(() => other.reset(token), ValueError, "was created by a different ContextVar");
    assertEquals(one.get(), 1);
    one.reset(token);
  });
});

test("ContextVar.reset() refuses another context's token", () => {
  const count = new ContextVar<number>("count", { default: 0 });
  const context = new Context();
  const token = context.run(() => count.set(1));
  apart(() => {
    assertThrows(() => count.reset(token), ValueError, "was created in a different Context");
  });
  context.run(() => count.reset(token));
  assertEquals(context.has(count), false);
});

test("ContextVar.reset() refuses what is no token", () => {
  const count = new ContextVar<number>("count");
  for (const token of [undefined, {}, { variable: count, oldValue: 1 }]) {
    assertThrows(
      () => count.reset(token as unknown as Token<number>),
      TypeError,
      "expected an instance of Token, got",
    );
  }
});

test("Token.toString() tells the variable, and whether the token was used", () => {
  apart(() => {
    const count = new ContextVar<number>("count");
    const token = count.set(1);
    assertEquals(`${token}`, "<Token var=<ContextVar name='count'>>");
    count.reset(token);
    assertEquals(`${token}`, "<Token used var=<ContextVar name='count'>>");
  });
});

test("using resets the variable at the end of the block", () => {
  apart(() => {
    const level = new ContextVar("level", { default: 0 });
    {
      using outer = level.set(1);
      using _inner = level.set(2);
      assertEquals([level.get(), outer.oldValue], [2, MISSING]);
    }
    assertEquals([level.get(), copyContext().has(level)], [0, false]);
  });
});

test("using resets the variable when the block throws, and in a task that waited", async () => {
  const level = new ContextVar("level", { default: 0 });
  await virtually(function* () {
    let caught: unknown;
    try {
      using _ = level.set(1);
      yield* sleep(1);
      assertEquals(level.get(), 1);
      throw new RangeError("no");
    } catch (error) {
      caught = error;
    }
    assertEquals([`${caught}`, level.get()], ["RangeError: no", 0]);
  });
});

test("using a token that was used is a RuntimeError", () => {
  apart(() => {
    const level = new ContextVar("level", { default: 0 });
    assertThrows(
      () => {
        using token = level.set(1);
        level.reset(token);
      },
      RuntimeError,
      "has already been used once",
    );
  });
});

test("a Token is a context manager for asyncWith()", async () => {
  const level = new ContextVar("level", { default: 0 });
  await virtually(function* () {
    const token = level.set(1);
    const seen = yield* asyncWith(token, function* (entered) {
      assertStrictEquals(entered, token);
      yield* sleep(0);
      return level.get();
    });
    assertEquals([seen, level.get()], [1, 0]);
  });
});

// Variables with a module

test("variables of the same module and name are one, with the default that was given last", () => {
  apart(() => {
    const module = "https://example.test/vars.ts";
    const first = new ContextVar<number>("shared", { module });
    first.set(1);
    const second = new ContextVar<number>("shared", { module: new URL(module), default: 2 });
    assertStrictEquals(first, second);
    assertEquals([second.get(), new Context().run(() => first.get())], [1, 2]);
    const third = new ContextVar<number>("shared", { module, default: 3 });
    new ContextVar<number>("shared", { module });
    assertEquals(new Context().run(() => third.get()), 3);
  });
});

test("variables of other modules, or of none, are others", () => {
  const module = "https://example.test/vars.ts";
  const variables = [
    new ContextVar("apart", { module }),
    new ContextVar("apart", { module: `${module}?2` }),
    new ContextVar("other", { module }),
    new ContextVar("apart"),
  ];
  assertEquals(new Set(variables).size, 4);
});

test("new ContextVar() refuses a module that is no absolute URL", () => {
  for (const module of ["./vars.ts", 42, null]) {
    assertThrows(
      () => new ContextVar("x", { module: module as never }),
      TypeError,
      "ContextVar() expects module to be an absolute URL, such as import.meta.url, got",
    );
  }
});

// Context

test("Context.run() calls in the context, with arguments, and gives what comes back", () => {
  const place = new ContextVar("place", { default: "nowhere" });
  const context = new Context();
  const result = context.run(
    (a: number, b: number) => {
      assertEquals(place.get(), "nowhere");
      place.set("inside");
      assertEquals([place.get(), context.get(place)], ["inside", "inside"]);
      return a + b;
    },
    1,
    2,
  );
  assertEquals([result, place.get(), context.get(place)], [3, "nowhere", "inside"]);
  assertEquals(context.run(() => place.get()), "inside");
});

test("Context.run() leaves the context when its function throws, and keeps what was set", () => {
  const place = new ContextVar("place", { default: "nowhere" });
  const context = new Context();
  const error = new RangeError("no");
  const thrown = assertThrows(() =>
    context.run(() => {
      place.set("inside");
      throw error;
    })
  );
  assertStrictEquals(thrown, error);
  assertEquals([place.get(), context.get(place)], ["nowhere", "inside"]);
  assertEquals(context.run(() => "again"), "again");
});

test("Context.run() inside itself is a RuntimeError, inside another is none", () => {
  const place = new ContextVar<string>("place");
  const [outer, inner] = [new Context(), new Context()];
  outer.run(() => {
    place.set("outer");
    assertThrows(() => outer.run(() => {}), RuntimeError, "cannot enter context");
    inner.run(() => {
      assertEquals(place.get("none"), "none");
      place.set("inner");
      assertThrows(() => outer.run(() => {}), RuntimeError, "cannot enter context");
    });
    assertEquals(place.get(), "outer");
  });
});

test("Context.bind() makes a function that runs in the context", () => {
  const place = new ContextVar("place", { default: "nowhere" });
  const context = new Context();
  const go = context.bind((to: string) => {
    const from = place.get();
    place.set(to);
    return from;
  });
  assertEquals([go("a"), go("b"), place.get(), context.get(place)], [
    "nowhere",
    "a",
    "nowhere",
    "b",
  ]);
});

test("Context.copy() shares nothing that is set later", () => {
  const count = new ContextVar<number>("count");
  const context = new Context();
  context.run(() => count.set(1));
  const copy = context.copy();
  context.run(() => count.set(2));
  copy.run(() => count.set(3));
  assertEquals([context.get(count), copy.get(count)], [2, 3]);
});

test("copyContext() copies the current context", () => {
  apart(() => {
    const count = new ContextVar<number>("count");
    count.set(1);
    const copy = copyContext();
    assert(copy instanceof Context);
    count.set(2);
    assertEquals([copy.get(count), count.get()], [1, 2]);
  });
});

test("a Context tells its variables, without their defaults", () => {
  const [a, b, c] = ["a", "b", "c"].map((name) => new ContextVar(name, { default: 0 })) as [
    ContextVar<number>,
    ContextVar<number>,
    ContextVar<number>,
  ];
  const context = new Context();
  assertEquals([context.size, [...context]], [0, []]);
  context.run(() => {
    a.set(1);
    b.set(2);
    a.set(3);
  });
  assertEquals([context.size, `${context}`], [2, "<Context of 2 variables>"]);
  assertEquals([...context], [[a, 3], [b, 2]]);
  assertEquals([context.has(a), context.has(c), context.get(c)], [true, false, undefined]);
});

// In tasks

test("tasks set the same variable, each for itself", async () => {
  const log: string[] = [];
  const who = new ContextVar("who", { default: "nobody" });
  await virtually(function* () {
    who.set("main");
    const work = (name: string, delay: number) =>
      function* () {
        log.push(`${name} finds ${who.get()}`);
        who.set(name);
        yield* sleep(delay);
        log.push(`${name} has ${who.get()}`);
      };
    yield* gather([work("a", 2), work("b", 1)]);
    log.push(`main has ${who.get()}`);
  });
  assertEquals(log, ["a finds main", "b finds main", "b has b", "a has a", "main has main"]);
});

test("a token may be reset after a wait, in the same task and no other", async () => {
  const depth = new ContextVar("depth", { default: 0 });
  await virtually(function* () {
    const token = depth.set(1);
    yield* sleep(1);
    const task = createTask(function* () {
      assertEquals(depth.get(), 1);
      assertThrows(() => depth.reset(token), ValueError, "different Context");
    });
    yield* task;
    depth.reset(token);
    assertEquals(depth.get(), 0);
  });
});

test("Context.run() in a task is left before the task waits", async () => {
  const place = new ContextVar("place", { default: "nowhere" });
  await virtually(function* () {
    place.set("task");
    const context = new Context();
    const task = context.run(() => {
      place.set("context");
      return createTask(function* () {
        yield* sleep(1);
        return place.get();
      });
    });
    assertEquals(place.get(), "task");
    yield* sleep(0);
    assertEquals([place.get(), yield* task], ["task", "context"]);
  });
});

test("a timer's callback sees the variables as they were when it was set", async () => {
  const log: string[] = [];
  const place = new ContextVar("place", { default: "nowhere" });
  await virtually(function* () {
    const loop = getRunningLoop();
    place.set("then");
    loop.callLater(2, () => log.push(place.get()));
    place.set("now");
    loop.callAt(1, () => log.push(place.get()));
    loop.callSoonThreadsafe(() => log.push(place.get()));
    place.set("later");
    yield* sleep(3);
  });
  assertEquals(log, ["now", "now", "then"]);
});

test("what is set twice after a copy, a task and a callback were made is seen in none of them", async () => {
  await virtually(async () => {
    const level = new ContextVar("level", { default: 0 });
    const loop = getRunningLoop();
    const seen: unknown[] = [];
    level.set(1);
    level.set(2);
    const copy = copyContext();
    const task = createTask(() => seen.push("task", level.get()));
    loop.callSoon(() => seen.push("callback", level.get()));
    const token = level.set(3);
    level.set(4);
    assertEquals(copy.get(level), 2);
    copy.run(() => level.set(5));
    copy.run(() => level.set(6));
    const second = copyContext();
    level.reset(token);
    assertEquals([level.get(), copy.get(level), second.get(level)], [2, 6, 4]);
    await task;
    assertEquals(seen, ["task", 2, "callback", 2]);
  });
});

test("who goes through a Context sees none of what is set meanwhile", () => {
  apart(() => {
    const [first, second] = [new ContextVar<number>("first"), new ContextVar<number>("second")];
    first.set(1);
    const context = copyContext();
    context.run(() => {
      first.set(2);
      const seen: unknown[] = [];
      for (const [variable, value] of context) {
        seen.push(variable.name, value);
        if (seen.length < 10) second.set(3);
      }
      assertEquals(seen, ["first", 2]);
    });
  });
});

test("Context is a mapping: keys(), values(), entries(), and get() with a fallback", () => {
  const [one, two, none] = ["one", "two", "none"].map((name) => new ContextVar<number>(name));
  const context = new Context();
  context.run(() => {
    one!.set(1);
    two!.set(2);
  });
  assertEquals([...context.keys()].map(({ name }) => name), ["one", "two"]);
  assertEquals([...context.values()], [1, 2]);
  assertEquals([...context.entries()], [...context]);
  assertEquals([context.get(one!, "else"), context.get(none!, "else"), context.get(none!)], [
    1,
    "else",
    undefined,
  ]);
  for (const ask of [() => context.get(1 as never), () => context.has("one" as never)]) {
    assertThrows(ask, TypeError, "a ContextVar key was expected, got ");
  }
});

test("a Token is made by a variable alone", () => {
  assertThrows(
    () => Reflect.construct(apart(() => new ContextVar("v").set(1)).constructor, []),
    RuntimeError,
    "Tokens can only be created by ContextVars",
  );
});

test("Context.run() refuses what is entered further out, by a handle, a task or an eager task's maker", async () => {
  const log: string[] = [];
  const attempt = (what: string, context: Context): void => {
    try {
      context.run(() => log.push(`${what}: entered`));
    } catch (error) {
      log.push(`${what}: ${(error as Error).name}`);
    }
  };
  await virtually(function* () {
    const deep = (what: string, context: Context) => copyContext().run(attempt, what, context);
    const handle: Handle = getRunningLoop().callSoon(() => deep("handle", handle.getContext()));
    yield* sleep(0);
    attempt("afterwards", handle.getContext());
    const makers = currentTask()!.getContext();
    deep("task", makers);
    createTask(function* () {
      attempt("eager", makers);
      deep("eager, deep", makers);
    }, { eagerStart: true });
  });
  assertEquals(log, [
    "handle: RuntimeError",
    "afterwards: entered",
    "task: RuntimeError",
    "eager: RuntimeError",
    "eager, deep: RuntimeError",
  ]);
});

test("Context.run() refuses the running task's own context, from within another as well", async () => {
  await virtually(function* () {
    const own = currentTask()!.getContext();
    for (
      const enter of [() => own.run(() => {}), () => copyContext().run(() => own.run(() => {}))]
    ) {
      assertThrows(enter, RuntimeError, "is already entered");
    }
    yield* sleep(0);
  });
});
