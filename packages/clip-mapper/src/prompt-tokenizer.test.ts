import { readFileSync } from "node:fs";
import { clipFixture } from "@mmfs/testing/fixtures";
import { describe, expect, it } from "vitest";
import { expectedPrompts } from "../test/expected.js";
import { PromptTokenizer } from "./prompt-tokenizer.js";

const read = (name: string) => PromptTokenizer.read(readFileSync(clipFixture(`${name}-tokenizer.json`)), "memory");

describe("PromptTokenizer", () => {
  it.each(expectedPrompts)("reads as Python's tokenizers do ($tokenizer): $text", async ({ tokenizer, text, ids }) => {
    expect((await read(tokenizer)).encode(text.trim())).toEqual(ids);
  });

  it("cuts a long text before its end token", async () => {
    const tokenizer = await read("bpe");
    const ids = tokenizer.encode("painting ".repeat(40));
    expect(ids.length).toBe(20);
    expect([ids[0], ids.at(-1)]).toEqual([592, 593]);
  });

  it("reads up to 77 tokens where the file does not say how many", async () => {
    const json = JSON.parse(readFileSync(clipFixture("wordpiece-tokenizer.json"), "utf8"));
    const file = new TextEncoder().encode(JSON.stringify({ ...json, truncation: null }));
    const tokenizer = await PromptTokenizer.read(file, "memory");
    expect(tokenizer.encode("painting ".repeat(100))).toHaveLength(77);
  });

  it.each(["印象派の肖像画", "портрет!", "qwzx, qwzx."])("refuses a prompt of unknown words: %s", async (prompt) => {
    const tokenizer = await read("wordpiece");
    expect(() => tokenizer.encode(prompt)).toThrow(
      expect.objectContaining({ code: "PROMPT_NOT_UNDERSTOOD", message: expect.stringContaining("English") }),
    );
    expect(tokenizer.encode(`${prompt} painting`)).toContain(6);
  });

  it("refuses a prompt of which nothing is left", async () => {
    const tokenizer = await read("wordpiece");
    expect(() => tokenizer.encode("\u0007")).toThrow(expect.objectContaining({ code: "PROMPT_NOT_UNDERSTOOD" }));
  });

  it("spells what a byte-level vocabulary does not know", async () => {
    expect((await read("bpe")).encode("印象派").length).toBeGreaterThan(3);
  });

  it.each([
    ["no JSON", "{"],
    ["no model", "{}"],
    ["another kind of model", JSON.stringify({ model: { type: "Odd", vocab: {} } })],
  ])("refuses %s", async (_, text) => {
    await expect(PromptTokenizer.read(new TextEncoder().encode(text), "here")).rejects.toMatchObject({
      code: "BUNDLE_INVALID",
      message: expect.stringContaining("here"),
    });
  });
});
