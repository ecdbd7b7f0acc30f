import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  CancelledError,
  type ErrorCondition,
  ExceptionGroup,
  ExceptStar,
  exceptStar,
  RuntimeError,
  TimeoutError,
  ValueError,
} from "../../mod.ts";
import { test } from "../_support/harness.ts";

/** A group and all that it holds, as text. */
function show(error: unknown): string {
  if (!(error instanceof ExceptionGroup)) return `${error}`;
  return `${error.message}[${error.exceptions.map(show).join(", ")}]`;
}

function shown(parts: readonly unknown[]): string[] {
  return parts.map((part) => part === null ? "null" : show(part));
}

/** `root[inner[ValueError: 1, TypeError: 2], ValueError: 3, RangeError: 4]` */
function nested(): ExceptionGroup {
  return new ExceptionGroup("root", [
    new ExceptionGroup("inner", [new ValueError("1"), new TypeError("2")]),
    new ValueError("3"),
    new RangeError("4"),
  ]);
}

/** The error that a function throws. */
function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return "nothing thrown";
}

class MyGroup<E> extends ExceptionGroup<E> {
  readonly code: number;

  constructor(message: string, exceptions: readonly E[], code: number) {
    super(message, exceptions);
    this.code = code;
  }

  override derive<F>(exceptions: readonly F[]): MyGroup<F> {
    return new MyGroup(this.message, exceptions, this.code);
  }
}

// Making

test("new ExceptionGroup() is an AggregateError with a message and errors", () => {
  const errors = [new ValueError("a"), new TypeError("b")];
  const group = new ExceptionGroup("both", errors);
  assert(group instanceof AggregateError);
  assertEquals([group.name, group.message], ["ExceptionGroup", "both"]);
  assertEquals([group.exceptions, group.errors], [errors, errors]);
  assertStrictEquals(group.exceptions[0], errors[0]);
});

test("new ExceptionGroup() keeps a copy of its errors", () => {
  const errors = [new ValueError("a")];
  const group = new ExceptionGroup("one", errors);
  errors.push(new ValueError("b"));
  assertEquals(group.exceptions.length, 1);
});

test("new ExceptionGroup() takes whatever can be thrown", () => {
  const group = new ExceptionGroup<unknown>("odd", ["text", 42, null, undefined]);
  assertEquals(group.exceptions, ["text", 42, null, undefined]);
});

test("new ExceptionGroup() has a stack that names the place it was made", () => {
  assert(/exception_group_test/.test(new ExceptionGroup("here", [1]).stack ?? ""));
});

test("new ExceptionGroup() takes a cause", () => {
  const cause = new SyntaxError("why");
  assertStrictEquals(new ExceptionGroup("here", [1], { cause }).cause, cause);
  assertEquals("cause" in new ExceptionGroup("here", [1]), false);
});

test("new ExceptionGroup() refuses a message that is no string", () => {
  for (const message of [42, null, undefined, []]) {
    assertThrows(
      () => new ExceptionGroup(message as never, [new Error()]),
      TypeError,
      "ExceptionGroup() argument 1 must be a string, not",
    );
  }
});

test("new ExceptionGroup() refuses errors that are no array", () => {
  for (const exceptions of [42, null, undefined, new Set([new Error()]), new Error()]) {
    assertThrows(
      () => new ExceptionGroup("message", exceptions as never),
      TypeError,
      "second argument (exceptions) must be a sequence, got",
    );
  }
});

test("new ExceptionGroup() without errors is a ValueError", () => {
  assertThrows(
    () => new ExceptionGroup("message", []),
    ValueError,
    "second argument (exceptions) must be a non-empty sequence",
  );
});

test("ExceptionGroup.toString() counts the errors", () => {
  assertEquals(`${new ExceptionGroup("one", [1])}`, "ExceptionGroup: one (1 sub-exception)");
  assertEquals(`${nested()}`, "ExceptionGroup: root (3 sub-exceptions)");
});

// subgroup and split

test("ExceptionGroup.split() parts by a class", () => {
  assertEquals(shown(nested().split(ValueError)), [
    "root[inner[ValueError: 1], ValueError: 3]",
    "root[inner[TypeError: 2], RangeError: 4]",
  ]);
});

test("ExceptionGroup.split() parts by any of several classes", () => {
  assertEquals(shown(nested().split([TypeError, RangeError])), [
    "root[inner[TypeError: 2], RangeError: 4]",
    "root[inner[ValueError: 1], ValueError: 3]",
  ]);
});

test("ExceptionGroup.split() parts by what a function says", () => {
  const isOdd = (error: unknown) => error instanceof Error && /^[13]$/.test(error.message);
  assertEquals(shown(nested().split(isOdd)), [
    "root[inner[ValueError: 1], ValueError: 3]",
    "root[inner[TypeError: 2], RangeError: 4]",
  ]);
});

test("ExceptionGroup.split() by a class takes those of its subclasses", () => {
  const group = new ExceptionGroup("all", [new RuntimeError("a"), new TimeoutError("b")]);
  class Special extends RuntimeError {}
  const special = new ExceptionGroup("all", [...group.exceptions, new Special("c")]);
  assertEquals(shown(special.split(RuntimeError)), [
    "all[RuntimeError: a, RuntimeError: c]",
    "all[TimeoutError: b]",
  ]);
});

test("ExceptionGroup.split() of what matches nothing gives null and the same errors", () => {
  const group = nested();
  const [matching, rest] = group.split(SyntaxError);
  assertEquals([matching, show(rest)], [null, show(group)]);
});

test("ExceptionGroup.split() of what matches all leaves gives the same errors and null", () => {
  const group = nested();
  const [matching, rest] = group.split((error) => !(error instanceof ExceptionGroup));
  assertEquals([show(matching), rest], [show(group), null]);
});

test("ExceptionGroup.split() by a class of groups gives the group itself", () => {
  const group = nested();
  for (const condition of [ExceptionGroup, AggregateError, Error] as const) {
    const [matching, rest] = group.split(condition as ErrorCondition);
    assertStrictEquals(matching, group);
    assertEquals(rest, null);
  }
});

test("ExceptionGroup.split() asks the function about the groups, too, the outer first", () => {
  const asked: string[] = [];
  nested().split((error) => {
    asked.push(show(error));
    return error instanceof ExceptionGroup && error.message === "inner";
  });
  assertEquals(asked, [
    "root[inner[ValueError: 1, TypeError: 2], ValueError: 3, RangeError: 4]",
    "inner[ValueError: 1, TypeError: 2]",
    "ValueError: 3",
    "RangeError: 4",
  ]);
});

test("ExceptionGroup.split() keeps a nested group that matches whole, and the same", () => {
  const group = nested();
  const [matching, rest] = group.split((error) =>
    error instanceof ExceptionGroup && error.message === "inner"
  );
  assertStrictEquals(matching?.exceptions[0], group.exceptions[0]);
  assertEquals(shown([matching, rest]), [
    "root[inner[ValueError: 1, TypeError: 2]]",
    "root[ValueError: 3, RangeError: 4]",
  ]);
});

test("ExceptionGroup.split() hands out the very errors, and leaves the group alone", () => {
  const group = nested();
  const before = show(group);
  const [matching] = group.split(RangeError);
  assertStrictEquals(matching?.exceptions[0], group.exceptions[2]);
  assertEquals(show(group), before);
});

test("ExceptionGroup.split() gives both parts the cause and the stack", () => {
  const group = nested();
  group.cause = new SyntaxError("why");
  for (const part of group.split(ValueError)) {
    assertStrictEquals(part?.cause, group.cause);
    assertEquals(part?.stack, group.stack);
  }
});

test("ExceptionGroup.split() parts errors that are no Error", () => {
  const group = new ExceptionGroup<unknown>("odd", ["text", 42, new ValueError("v")]);
  assertEquals(shown(group.split((error) => typeof error === "number")), [
    "odd[42]",
    "odd[text, ValueError: v]",
  ]);
});

test("ExceptionGroup.split() parts deep nesting", () => {
  let group = new ExceptionGroup<unknown>("leaf", [new ValueError("v"), new TypeError("t")]);
  for (let level = 0; level < 200; level++) group = new ExceptionGroup<unknown>("level", [group]);
  const [matching, rest] = group.split(ValueError);
  let depth = 0;
  for (let each: unknown = matching; each instanceof ExceptionGroup; each = each.exceptions[0]) {
    depth++;
  }
  assertEquals([depth, rest === null], [201, false]);
});

test("ExceptionGroup.subgroup() is the first part of split()", () => {
  const group = nested();
  assertEquals(show(group.subgroup(TypeError)), "root[inner[TypeError: 2]]");
  assertEquals(group.subgroup(SyntaxError), null);
  assertStrictEquals(group.subgroup(() => true), group);
});

test("ExceptionGroup.split() and subgroup() refuse what is no condition", () => {
  const conditions = [42, "ValueError", null, undefined, {}, [42], [ValueError, "x"], new Error()];
  for (const condition of conditions) {
    for (const method of ["split", "subgroup"] as const) {
      assertThrows(
        () => nested()[method](condition as never),
        TypeError,
        "expected an exception type",
      );
    }
  }
});

// derive

test("ExceptionGroup.derive() makes a group with the same message", () => {
  const group = nested().derive([new SyntaxError("other")]);
  assertEquals(show(group), "root[SyntaxError: other]");
});

test("ExceptionGroup.derive() of a subclass makes the parts of split()", () => {
  const inner = new MyGroup("inner", [new ValueError("1"), new TypeError("2")], 7);
  const group = new MyGroup<unknown>("root", [inner, new TypeError("3")], 42);
  const [matching, rest] = group.split(TypeError);
  assertEquals(shown([matching, rest]), [
    "root[inner[TypeError: 2], TypeError: 3]",
    "root[inner[ValueError: 1]]",
  ]);
  for (const part of [matching, rest]) {
    assert(part instanceof MyGroup);
    const first: unknown = part.exceptions[0];
    assert(first instanceof MyGroup);
    assertEquals([part.code, first.code], [42, 7]);
  }
});

test("a subclass without a derive() of its own is split into plain groups", () => {
  class Plain<E> extends ExceptionGroup<E> {}
  const [matching, rest] = new Plain("plain", [new ValueError("v"), new TypeError("t")])
    .split(ValueError);
  assertEquals([matching?.constructor, rest?.constructor], [ExceptionGroup, ExceptionGroup]);
});

test("ExceptionGroup.derive() that gives no group is a TypeError", () => {
  class Broken extends ExceptionGroup<unknown> {
    override derive(): never {
      return 42 as never;
    }
  }
  assertThrows(
    () => new Broken("broken", [new ValueError("v"), new TypeError("t")]).split(ValueError),
    TypeError,
    "derive must return an instance of ExceptionGroup",
  );
});

// exceptStar

test("exceptStar() gives each handler the group of what it is for", () => {
  const seen: string[] = [];
  exceptStar(nested())
    .on(ValueError, (group) => seen.push(show(group)))
    .on(TypeError, (group) => seen.push(show(group)))
    .on(RangeError, (group) => seen.push(show(group)))
    .end();
  assertEquals(seen, [
    "root[inner[ValueError: 1], ValueError: 3]",
    "root[inner[TypeError: 2]]",
    "root[RangeError: 4]",
  ]);
});

test("exceptStar() gives a handler the types it asked for", () => {
  const messages: string[] = [];
  exceptStar(new ExceptionGroup("g", [new ValueError("v"), new RangeError("r")]))
    .on([ValueError, RangeError], (group) => {
      for (const error of group.exceptions) messages.push(error.message);
    })
    .end();
  assertEquals(messages, ["v", "r"]);
});

test("exceptStar() gives an error to the first handler that is for it", () => {
  const seen: string[] = [];
  exceptStar(nested())
    .on([TypeError, ValueError], (group) => seen.push(`first ${show(group)}`))
    .on(ValueError, (group) => seen.push(`second ${show(group)}`))
    .on((error) => error instanceof RangeError, (group) => seen.push(`third ${show(group)}`))
    .end();
  assertEquals(seen, [
    "first root[inner[ValueError: 1, TypeError: 2], ValueError: 3]",
    "third root[RangeError: 4]",
  ]);
});

test("ExceptStar.end() throws what no handler took, nested as it was", () => {
  const seen: string[] = [];
  const star = exceptStar(nested()).on(ValueError, (group) => seen.push(show(group)));
  assertEquals(show(thrownBy(() => star.end())), "root[inner[TypeError: 2], RangeError: 4]");
  assertEquals(seen, ["root[inner[ValueError: 1], ValueError: 3]"]);
});

test("ExceptStar.end() without a handler that matched throws the same errors again", () => {
  const group = nested();
  const star = exceptStar(group).on(SyntaxError, () => assert(false, "must not be called"));
  assertEquals(show(thrownBy(() => star.end())), show(group));
  assertStrictEquals(thrownBy(() => exceptStar(group).end()), group);
});

test("exceptStar() treats a plain error as a group of one", () => {
  const seen: string[] = [];
  exceptStar(new ValueError("naked")).on(ValueError, (group) => {
    seen.push(`${group.message}|${show(group)}`);
  }).end();
  assertEquals(seen, ["|[ValueError: naked]"]);
});

test("ExceptStar.end() throws a plain error that no handler took as it was", () => {
  const error = new CancelledError("naked");
  const star = exceptStar(error).on(ValueError, () => assert(false, "must not be called"));
  assertStrictEquals(thrownBy(() => star.end()), error);
});

test("ExceptStar.end() throws a handler's error together with what no handler took", () => {
  const star = exceptStar(nested())
    .on(ValueError, () => {
      throw new SyntaxError("from the handler");
    })
    .on(RangeError, () => {});
  assertEquals(
    show(thrownBy(() => star.end())),
    "[SyntaxError: from the handler, root[inner[TypeError: 2]]]",
  );
});

test("ExceptStar.end() throws the errors of several handlers as one group, in order", () => {
  const star = exceptStar(nested())
    .on(ValueError, () => {
      throw new SyntaxError("first");
    })
    .on(() => true, () => {
      throw new EvalError("second");
    });
  assertEquals(show(thrownBy(() => star.end())), "[SyntaxError: first, EvalError: second]");
});

test("ExceptStar.end() throws the one error that is left as it is", () => {
  const error = new SyntaxError("from the handler");
  for (const caught of [nested(), new ValueError("naked")]) {
    const star = exceptStar(caught).on(() => true, () => {
      throw error;
    });
    assertStrictEquals(thrownBy(() => star.end()), error);
  }
});

test("ExceptStar.end() throws a group that a handler throws again, nested as it was with the rest", () => {
  const group = nested();
  const again = (matching: ExceptionGroup) => {
    throw matching;
  };
  assertEquals(show(thrownBy(() => exceptStar(group).on(() => true, again).end())), show(group));
  assertEquals(
    show(thrownBy(() => exceptStar(new ValueError("naked")).on(ValueError, again).end())),
    "[ValueError: naked]",
  );
  assertEquals(
    show(thrownBy(() => exceptStar(group).on(ValueError, again).on(RangeError, () => {}).end())),
    "root[inner[ValueError: 1, TypeError: 2], ValueError: 3]",
  );
  const mixed = exceptStar(group)
    .on(ValueError, again)
    .on(TypeError, () => {
      throw new SyntaxError("new");
    });
  assertEquals(
    show(thrownBy(() => mixed.end())),
    "[SyntaxError: new, root[inner[ValueError: 1], ValueError: 3, RangeError: 4]]",
  );
  const all = exceptStar(group).on(ValueError, again).on(TypeError, again);
  assertStrictEquals(thrownBy(() => all.end()), group);
});

test("ExceptStar.on() is called whether the handlers before it threw or not", () => {
  const seen: string[] = [];
  const star = exceptStar(nested())
    .on(ValueError, () => {
      seen.push("values");
      throw new SyntaxError("from the handler");
    })
    .on(TypeError, () => seen.push("types"));
  assertEquals(seen, ["values", "types"]);
  assert(thrownBy(() => star.end()) instanceof ExceptionGroup);
});

test("ExceptStar.on() refuses groups as a condition: they are taken apart anyway", () => {
  for (const condition of [ExceptionGroup, MyGroup, [ValueError, ExceptionGroup]]) {
    assertThrows(
      () => exceptStar(nested()).on(condition as ErrorCondition, () => {}),
      TypeError,
      "catching ExceptionGroup with except* is not allowed",
    );
  }
});

test("ExceptStar.on() refuses what is no condition", () => {
  assertThrows(() => new ExceptStar(nested()).on(42 as never, () => {}), TypeError);
});

test("ExceptStar.on() refuses a handler that makes coroutines, which nobody would run", () => {
  for (const handler of [function* work() {}, async function work() {}]) {
    assertThrows(
      () => exceptStar(nested()).on(ValueError, handler),
      TypeError,
      "on() expects a plain function, got <function work> (function)",
    );
  }
});

test("ExceptionGroup.subgroup() makes no group of the rest", () => {
  let derived = 0;
  class Counting<E> extends ExceptionGroup<E> {
    override derive<F>(exceptions: readonly F[]): Counting<F> {
      derived++;
      return new Counting(this.message, exceptions);
    }
  }
  const group = new Counting("counted", [new RangeError("a"), new TypeError("b")]);
  group.subgroup(RangeError);
  assertEquals(derived, 1);
  group.split(RangeError);
  assertEquals(derived, 3);
});
