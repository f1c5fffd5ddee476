import { type FaceFinder, type Matte, personMatte, type Session } from "@mmfs/core";
import { createFaceFinder } from "@mmfs/core/internal";
import { faceSessions } from "@mmfs/testing/face-sessions";
import { personMatteSession } from "@mmfs/testing/person-matte-session";
import { beforeAll, describe, expect, test } from "vitest";
import { groupPhoto, toPicture, yunetFaces } from "./group-photos.js";

const at = ({ width, values }: Matte, x: number, y: number) => values[Math.floor(y) * width + Math.floor(x)]!;

describe("the person matte of group photos", () => {
  let network: Session;
  let finder: FaceFinder;
  beforeAll(async () => {
    network = await personMatteSession();
    finder = createFaceFinder(await faceSessions());
  });

  for (const [number, references] of Object.entries(yunetFaces)) {
    test(`photo ${number}: the ${references.length} faces that YuNet sees are in the matte, walls are not`, async () => {
      const picture = await toPicture(groupPhoto(Number(number)));
      const matte = await personMatte(picture, await finder.find(picture), network);
      expect(Math.max(matte.width, matte.height)).toBe(1024);
      const scale = matte.width / picture.width;
      for (const [[rightX, rightY], [leftX, leftY]] of references) {
        expect(at(matte, ((rightX + leftX) / 2) * scale, ((rightY + leftY) / 2) * scale)).toBe(1);
      }
      const top = matte.values.subarray(0, 5 * matte.width);
      expect(top.reduce((sum, value) => sum + value, 0) / top.length).toBeLessThan(0.01);
      const soft = matte.values.filter((value) => value > 0.05 && value < 0.95).length / matte.values.length;
      expect(soft).toBeLessThan(0.05);
    });
  }
});
