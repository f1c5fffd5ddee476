import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readCheckpoint } from "./read-checkpoint.js";

const fixture = (path: string) =>
  new Uint8Array(readFileSync(new URL(`../../test/__fixtures__/${path}`, import.meta.url)));

const states = ["state.pth", "state-legacy.pth", "state-protocol3.pth", "state-protocol4.pth", "state-protocol5.pth"];

test.each(states)("%s: weights, optimizer and schedulers of a training run", (name) => {
  const { tensors } = readCheckpoint(fixture(`training-state/${name}`));
  const values = (key: string) => Array.from(tensors.get(key)?.toFloat32() ?? []);
  // printed by PyTorch, network.state_dict()
  expect(values("G_ema_model.0.bias")).toEqual([-0.01043914444744587, 0.4567749500274658]);
  expect(tensors.get("G_ema_model.0.weight")?.shape).toEqual([2, 3]);
  expect(values("parameter")).toEqual(values("G_ema_model.0.weight"));
  expect(values("optimizer_0.state.0.step")).toEqual([1]);
  expect(tensors.get("optimizer_0.state.3.exp_avg_sq")?.shape).toEqual([2]);
});

test.each(states)("%s: views with offsets and strides into one storage", (name) => {
  const { tensors } = readCheckpoint(fixture(`training-state/${name}`));
  const values = (key: string) => Array.from(tensors.get(`views.${key}`)?.toFloat32() ?? []);
  const range = (count: number, of: (i: number) => number) => Array.from({ length: count }, (_, i) => of(i));
  expect(values("whole")).toEqual(range(24, (i) => i));
  expect(tensors.get("views.transposed")?.shape).toEqual([6, 4]);
  expect(values("transposed")).toEqual(range(24, (i) => (i % 4) * 6 + Math.floor(i / 4)));
  expect(values("slice")).toEqual([5, 7, 9]);
  expect(tensors.get("views.scalar")?.shape).toEqual([]);
  expect(values("scalar")).toEqual([7]);
  expect(values("empty")).toEqual([]);
});

test.each(states)("%s: every element type", (name) => {
  const { tensors } = readCheckpoint(fixture(`training-state/${name}`));
  const types = [...tensors].filter(([key]) => key.startsWith("types."));
  expect(types).toHaveLength(10);
  for (const [key, tensor] of types) {
    expect(`types.${tensor.dtype}`).toBe(key);
    expect(Array.from(tensor.toFloat32()), key).toEqual(key === "types.bool" ? [1, 0, 1] : [1, 0, 2]);
  }
});

test("the three formats hold the same tensors", () => {
  const zip = readCheckpoint(fixture("s32/checkpoint.pth"));
  const legacy = readCheckpoint(fixture("s32/checkpoint-legacy.pth"));
  const safetensors = readCheckpoint(fixture("s32/checkpoint.safetensors"));
  expect([zip.format, legacy.format, safetensors.format]).toEqual(["torch", "torch-legacy", "safetensors"]);
  expect([...legacy.tensors.keys()]).toEqual([...zip.tensors.keys()]);
  expect(safetensors.tensors.size).toBe(zip.tensors.size);
  for (const [name, tensor] of safetensors.tensors) {
    for (const other of [zip, legacy]) {
      expect(other.tensors.get(`G_ema_model.${name}`)?.shape, name).toEqual(tensor.shape);
      expect(other.tensors.get(`G_ema_model.${name}`)?.toFloat32(), name).toEqual(tensor.toFloat32());
    }
  }
});

test("a view into a larger buffer is read where it lies", () => {
  const file = fixture("training-state/state.pth");
  const shifted = new Uint8Array(file.length + 3);
  shifted.set(file, 3);
  const { tensors } = readCheckpoint(shifted.subarray(3));
  expect(Array.from(tensors.get("views.slice")?.toFloat32() ?? [])).toEqual([5, 7, 9]);
});
