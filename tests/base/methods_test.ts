import { assertEquals } from "@std/assert";
import { defineMethods } from "../../lib/base/methods.ts";
import { test } from "../_support/harness.ts";

test("a defined method is what one in the class's body is", () => {
  const key = Symbol("key");
  class Plain {
    [key]() {
      return this;
    }
  }
  class Defined {}
  defineMethods(Defined, {
    [key](this: Defined) {
      return this;
    },
  });
  const [plain, defined] = [Plain, Defined].map(({ prototype }) => {
    const { value, ...others } = Object.getOwnPropertyDescriptor(prototype, key)!;
    return { ...others, name: value.name, length: value.length };
  });
  assertEquals(defined, plain);
  const object = new Defined();
  assertEquals(Reflect.get(object, key).call(object), object);
});
