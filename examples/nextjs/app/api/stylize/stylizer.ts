import { createStylizer, type Stylizer } from "@mmfs/node";

// One for the whole process. In development modules are loaded anew, and what they held stays alive: it is kept outside of them.
const process_ = globalThis as { stylizer?: Promise<Stylizer> };

export function openStylizer(): Promise<Stylizer> {
  process_.stylizer ??= createStylizer({ maxPixels: 30_000_000 }).catch((error) => {
    delete process_.stylizer;
    throw error;
  });
  return process_.stylizer;
}

export async function presets() {
  return (await openStylizer()).presets();
}
