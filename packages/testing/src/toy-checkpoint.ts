/** Numbers in [-1, 1) that look random and are the same every time. */
function* noise(seed: number): Generator<number> {
  let state = seed >>> 0;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 31 - 1;
  }
}

/**
 * A checkpoint of the published layout with random weights, as a safetensors file: the whole network, but so small that
 * tests can run it many times.
 */
export function toyCheckpoint({ size = 128, baseWidth = 16, styleDim = 32 } = {}): Uint8Array {
  const random = noise(7);
  const tensors: { name: string; shape: number[]; values: Float32Array }[] = [];
  const add = (name: string, shape: number[], value: () => number) => {
    const values = new Float32Array(shape.reduce((product, length) => product * length, 1)).map(value);
    tensors.push({ name, shape, values });
  };
  const weight = (name: string, ...shape: number[]) => add(name, shape, () => 1.7 * (random.next().value ?? 0));
  const zero = (name: string, ...shape: number[]) => add(name, shape, () => 0);
  const one = (name: string, ...shape: number[]) => add(name, shape, () => 1);
  const blur = (name: string, gain: number) => {
    const taps = [1, 3, 3, 1].flatMap((row) => [1, 3, 3, 1].map((column) => (gain * row * column) / 64));
    let index = 0;
    add(name, [4, 4], () => taps[index++] ?? 0);
  };

  const w = baseWidth;
  weight("encoder.0.0.weight", w, 3, 3, 3);
  zero("encoder.0.1.bias", w);
  for (const [index, [a, b]] of (
    [
      [w, w],
      [w, 2 * w],
      [2 * w, 4 * w],
      [4 * w, 8 * w],
    ] as const
  ).entries()) {
    const block = `encoder.${index + 1}`;
    weight(`${block}.conv1.0.weight`, a, a, 3, 3);
    zero(`${block}.conv1.1.bias`, a);
    blur(`${block}.conv2.0.kernel`, 1);
    weight(`${block}.conv2.1.weight`, b, a, 3, 3);
    zero(`${block}.conv2.2.bias`, b);
    blur(`${block}.skip.0.kernel`, 1);
    weight(`${block}.skip.1.weight`, b, a, 1, 1);
  }
  weight("encoder.5.0.weight", 8 * w, 8 * w, 3, 3);
  zero("encoder.5.1.bias", 8 * w);

  for (let layer = 1; layer <= 8; layer += 1) {
    add(`mapping_z.${layer}.weight`, [styleDim, styleDim], () => 170 * (random.next().value ?? 0));
    zero(`mapping_z.${layer}.bias`, styleDim);
  }

  const styled = (name: string, input: number, output: number) => {
    weight(`${name}.conv.weight`, 1, output, input, 3, 3);
    weight(`${name}.conv.modulation.weight`, input, styleDim);
    one(`${name}.conv.modulation.bias`, input);
    add(`${name}.noise.weight`, [1], () => 0.1);
    zero(`${name}.activate.bias`, output);
  };
  const toRgb = (name: string, input: number) => {
    add(`${name}.conv.weight`, [1, 3, input, 1, 1], () => 0.5 * (random.next().value ?? 0));
    weight(`${name}.conv.modulation.weight`, input, styleDim);
    one(`${name}.conv.modulation.bias`, input);
    zero(`${name}.bias`, 1, 3, 1, 1);
  };
  styled("decoder0", 8 * w, 8 * w);
  toRgb("to_rgb0", 8 * w);
  for (const [index, [a, b]] of (
    [
      [8 * w, 8 * w],
      [8 * w, 4 * w],
      [4 * w, 2 * w],
      [2 * w, w],
    ] as const
  ).entries()) {
    styled(`decoder${index + 1}a`, a, b);
    blur(`decoder${index + 1}a.conv.blur.kernel`, 4);
    styled(`decoder${index + 1}b`, b, b);
    toRgb(`to_rgb${index + 1}`, b);
    blur(`to_rgb${index + 1}.upsample.kernel`, 4);
  }
  return safetensors(tensors, { "mmfs.size": String(size) });
}

/** @see https://github.com/huggingface/safetensors#format */
function safetensors(
  tensors: readonly { name: string; shape: number[]; values: Float32Array }[],
  metadata: Record<string, string>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + values.byteLength] };
    offset += values.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const data = tensors.map(({ values }) => Buffer.from(values.buffer));
  return Buffer.concat([length, json, ...data]);
}
