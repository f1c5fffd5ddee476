import {
  createStylizer,
  type Device,
  isCached,
  type ProgressEvent,
  preload,
  type StyleCode,
  type Stylizer,
} from "@mmfs/web";
import { computed, signal } from "@preact/signals";
import { type Choice, choices } from "./choices.js";
import { Lanes } from "./lanes.js";

/** What computes: one stylizer for the page, opened by the first call that needs it. */
export const lanes = new Lanes();

/** Where it computes; unknown before the first picture. */
export const device = signal<Device>();
/** True when all of the bundle is kept on this machine. */
export const isKept = signal(false);
export const understandsWords = signal(false);
export const understandsPictures = signal(false);
/** Whether people can be told from what is around them. */
export const knowsPeople = signal(false);

const files = signal<ReadonlyMap<string, { loaded: number; total: number }>>(new Map());

/** The bytes of the bundle that have arrived, of those that were asked for so far. */
export const download = computed(() => {
  let [loaded, total] = [0, 0];
  for (const file of files.value.values()) {
    loaded += file.loaded;
    total += file.total;
  }
  return { loaded, total };
});

export function watchDownload(event: ProgressEvent): void {
  if (event.type !== "download") return;
  const { file, loaded, total } = event;
  files.value = new Map(files.value).set(file, { loaded, total });
}

let opening: Promise<Stylizer> | undefined;

/** The stylizer, with its presets in the gallery. */
export function openStylizer(): Promise<Stylizer> {
  opening ??= open().catch((error) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

async function open(): Promise<Stylizer> {
  await underServiceWorker();
  const stylizer = await createStylizer({ onProgress: watchDownload });
  const { parts } = stylizer.bundle;
  understandsWords.value = parts.textTower !== undefined && parts.mapper !== undefined;
  understandsPictures.value = parts.imageTower !== undefined && parts.mapper !== undefined;
  knowsPeople.value = parts.personMatte !== undefined;
  const presets = (await stylizer.presets()).map(
    ({ name, description, tags, code }): Choice => ({
      id: `preset:${name}`,
      name,
      note: description,
      kind: "preset",
      tags,
      code,
    }),
  );
  choices.value = [...choices.value.filter(({ kind }) => kind !== "preset"), ...presets];
  return stylizer;
}

/** Fetches the rest of the bundle, so that the next visit needs no network. */
export async function keepForOffline(): Promise<void> {
  await preload({ onProgress: watchDownload });
  isKept.value = await isCached();
}

/** The code of a prompt, a seed or a picture. */
export async function resolve(style: string | { seed: number } | { image: Blob }): Promise<StyleCode> {
  const stylizer = await openStylizer();
  return lanes.run("front", new AbortController().signal, () =>
    stylizer.resolveStyle(style, { onProgress: watchDownload }),
  );
}

/** What is fetched before the service worker looks after the page is not kept by it. */
async function underServiceWorker(): Promise<void> {
  const { serviceWorker } = navigator;
  if (!import.meta.env.PROD || serviceWorker === undefined || serviceWorker.controller) return;
  const controlled = new Promise<void>((resolve) =>
    serviceWorker.addEventListener("controllerchange", () => resolve(), { once: true }),
  );
  await Promise.race([controlled, new Promise((resolve) => setTimeout(resolve, 4000))]);
}
