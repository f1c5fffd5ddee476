import type { Matte } from "../people/matte.js";
import { personMatte } from "../people/person-matte.js";
import type { Job } from "./job.js";

/** Where the people of a photo are, its faces being known. */
export async function findPeople({ photo, selected, easel }: Job): Promise<Matte> {
  const { clock, graphs, load } = easel;
  const network = await graphs.load("personMatte", load);
  const faces = selected.map(({ face }) => face);
  return clock.step("people", () => personMatte(photo, faces, network, { signal: load.signal }));
}
