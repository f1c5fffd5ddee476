import { expect, it } from "vitest";
import { groupByTag } from "./group-by-tag.js";

it("groups by the first tag, in the order in which tags appear, and keeps apart what has none", () => {
  const named = (name: string, ...tags: string[]) => ({ name, tags });
  const presets = [named("wash", "painting", "ink"), named("pen", "drawing"), named("plain"), named("oil", "painting")];
  const bare: { name: string; tags?: readonly string[] } = { name: "bare" };
  const groups = groupByTag([...presets, bare]);
  expect(groups.map(({ tag, items }) => [tag, ...items.map(({ name }) => name)])).toEqual([
    ["painting", "wash", "oil"],
    ["drawing", "pen"],
    [undefined, "plain", "bare"],
  ]);
});

it("has no groups without presets", () => {
  expect(groupByTag([])).toEqual([]);
});
