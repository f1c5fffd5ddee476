import { describe, expect, it } from "vitest";
import { RandomGenerator } from "./random-generator.js";

// From an implementation in Python and NumPy, written from the papers and with math.log.
const REFERENCE = [
  {
    seed: 0,
    stream: 0,
    words: [4040328573, 766560300, 3233569545, 3077719474, 1481743930, 2026042870],
    normals: [0.9686094522476196, 0.829616904258728, -2.114330291748047, -0.38568514585494995, -0.9931531548500061],
  },
  {
    seed: 1,
    stream: 0,
    words: [1526988584, 2907895945, 1394869624, 2016686417, 3782339145, 778555598],
    normals: [-1.1188915967941284, 1.3711936473846436, -2.0033154487609863, -0.3481573462486267, 0.12915433943271637],
  },
  {
    seed: 7,
    stream: 3,
    words: [100198330, 4185391944, 1821153377, 2559720345, 1541935306, 3681303024],
    normals: [-1.4725546836853027, 1.8602045774459839, -0.37743696570396423, 0.9560262560844421, -0.913890540599823],
  },
  {
    seed: 4294967295,
    stream: 9,
    words: [3764932818, 3275269192, 3522195426, 1793276660, 4187142273, 1283457746],
    normals: [0.4792712926864624, 0.33417758345603943, 1.2460267543792725, -0.32105010747909546, 0.5107328295707703],
  },
];

describe("RandomGenerator", () => {
  it.each(REFERENCE)("gives the numbers of seed $seed, stream $stream", ({ seed, stream, words, normals }) => {
    const generator = new RandomGenerator(seed, stream);
    expect(words.map(() => generator.uint32())).toEqual(words);
    expect([...new RandomGenerator(seed, stream).normals(5)]).toEqual(normals);
  });

  it("agrees with NumPy over a hundred thousand numbers", () => {
    const sum = new RandomGenerator(5).normals(100_000).reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(-516.3047394895784, 6);
  });

  it("has the moments of the unit normal distribution", () => {
    const values = new RandomGenerator(11).normals(200_000);
    const mean = (power: number) => values.reduce((total, value) => total + value ** power, 0) / values.length;
    // Four standard errors of each estimate.
    expect(Math.abs(mean(1))).toBeLessThan(4 / Math.sqrt(200_000));
    expect(Math.abs(mean(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 200_000));
    expect(Math.abs(mean(3))).toBeLessThan(4 * Math.sqrt(15 / 200_000));
    expect(Math.abs(mean(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / 200_000));
  });

  it("passes the Kolmogorov-Smirnov test", () => {
    const values = new RandomGenerator(3).normals(20_000).sort();
    let distance = 0;
    for (let i = 0; i < values.length; i++) {
      const expected = normalCdf(values[i]!);
      distance = Math.max(
        distance,
        Math.abs(expected - i / values.length),
        Math.abs(expected - (i + 1) / values.length),
      );
    }
    // The critical distance at the level of 0.1 %.
    expect(distance).toBeLessThan(1.95 / Math.sqrt(20_000));
  });

  it("gives uncorrelated streams", () => {
    const one = new RandomGenerator(3, 1).normals(50_000);
    const other = new RandomGenerator(3, 2).normals(50_000);
    const correlation = one.reduce((total, value, i) => total + value * other[i]!, 0) / one.length;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(50_000));
  });
});

/** Abramowitz and Stegun 7.1.26; the error is below 1.5e-7. */
function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const erf = 1 - polynomial * Math.exp(-z * z);
  return x < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}
