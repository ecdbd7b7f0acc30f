import { assertEquals } from "@std/assert";
import { test } from "../_support/harness.ts";
import { judge, ratio } from "./verdict.ts";

test("ratio() divides one subject's figure by another's", () => {
  assertEquals(ratio({ generator: 50, bare: 20 }, "generator", "bare"), 2.5);
});

test("ratio() is null where a subject was not measured", () => {
  assertEquals(ratio({ generator: 50 }, "cpython", "generator"), null);
});

test("judge() holds a multiple against what it may be at most", () => {
  const target = { of: "generator", over: "bare", atMost: 2 } as const;
  const aim = "generator at most 2x bare";
  const unit = "x";
  assertEquals(judge(target, { generator: 40, bare: 20 }, { unit: "ns" }), {
    aim,
    measured: 2,
    floor: null,
    unit,
    isMet: true,
  });
  assertEquals(judge(target, { generator: 50, bare: 20 }, { unit: "ns" }), {
    aim,
    measured: 2.5,
    floor: null,
    unit,
    isMet: false,
  });
});

test("judge() holds a multiple against what it must be at least", () => {
  const target = { of: "cpython", over: "generator", atLeast: 30 } as const;
  const aim = "cpython at least 30x generator";
  assertEquals(judge(target, { generator: 50, cpython: 1_500 }, { unit: "ns" }), {
    aim,
    measured: 30,
    floor: null,
    unit: "x",
    isMet: true,
  });
  assertEquals(judge(target, { generator: 50, cpython: 1_000 }, { unit: "ns" }), {
    aim,
    measured: 20,
    floor: null,
    unit: "x",
    isMet: false,
  });
});

test("judge() holds a figure by itself against its target", () => {
  const target = { of: "generator", atMost: 600 } as const;
  assertEquals(judge(target, { generator: 483 }, { unit: "bytes" }), {
    aim: "generator at most 600 bytes",
    measured: 483,
    floor: null,
    unit: "bytes",
    isMet: true,
  });
});

test("judge() leaves open what was not measured", () => {
  const target = { of: "cpython", over: "generator", atLeast: 30 } as const;
  assertEquals(judge(target, { generator: 50 }, { unit: "ns" }), {
    aim: "cpython at least 30x generator",
    measured: null,
    floor: null,
    unit: "x",
    isMet: null,
  });
});

test("judge() holds a figure against that of an earlier row", () => {
  const target = { of: "generator", over: "generator", overRow: "tasks-1k", atMost: 2 } as const;
  const aim = "generator at most 2x generator of tasks-1k";
  const unit = "x";
  const earlier = new Map([["tasks-1k", { generator: 20 }]] as const);
  assertEquals(judge(target, { generator: 50 }, { unit: "ns", earlier }), {
    aim,
    measured: 2.5,
    floor: null,
    unit,
    isMet: false,
  });
  assertEquals(judge(target, { generator: 50 }, { unit: "ns" }), {
    aim,
    measured: null,
    floor: null,
    unit,
    isMet: null,
  });
});

test("judge() tells what the least kernel would come to in this one's place", () => {
  const medians = { generator: 50, least: 40, bare: 20, cpython: 1_600 };
  const atMost = { of: "generator", over: "bare", atMost: 2 } as const;
  const atLeast = { of: "cpython", over: "generator", atLeast: 40 } as const;
  const growth = { of: "generator", over: "generator", overRow: "tasks-1k", atMost: 2 } as const;
  const earlier = new Map([["tasks-1k", { generator: 20, least: 10 }]] as const);
  const floors = [atMost, atLeast, growth].map((target) =>
    judge(target, medians, { unit: "ns", earlier }).floor
  );
  assertEquals(floors, [2, 40, 4]);
});

test("judge() knows no floor where the least kernel was not measured, or nothing is this one's", () => {
  const atMost = { of: "generator", over: "bare", atMost: 2 } as const;
  const ofAsync = { of: "cpython", over: "async", atLeast: 5 } as const;
  assertEquals(judge(atMost, { generator: 50, bare: 20 }, { unit: "ns" }).floor, null);
  const medians = { least: 40, async: 500, cpython: 2_500 };
  assertEquals(judge(ofAsync, medians, { unit: "ns" }).floor, null);
});
