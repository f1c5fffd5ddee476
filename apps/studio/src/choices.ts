import {
  groupByTag,
  type StyleCode,
  type StyleGroup,
  type StyleOption,
  type StylizeOptions,
  type TagGroup,
  type WeightedStyle,
} from "@mmfs/web";
import { computed, signal } from "@preact/signals";

/** A style that hangs in the gallery. */
export interface Choice {
  id: string;
  name: string;
  note?: string | undefined;
  kind: "preset" | "words" | "picture" | "seed" | "saved";
  /** Of presets; they hang with others that have the same first tag. */
  tags?: readonly string[] | undefined;
  code: StyleCode;
}

/** Which of two styles governs a group of layers. */
export type Governor = "first" | "both" | "second";

export const GROUPS: readonly { group: StyleGroup; name: string }[] = [
  { group: "coarse", name: "Shapes" },
  { group: "middle", name: "Features" },
  { group: "fine", name: "Colour and grain" },
];

/** All styles of the gallery, in the order in which they hang. */
export const choices = signal<readonly Choice[]>([]);
export const chosenId = signal<string>();
export const secondId = signal<string>();
/** True while the next tile that is tapped becomes the second of the mixture. */
export const picksSecond = signal(false);
/** The second style's part, 0 to 1. */
export const share = signal(0.5);
export const governors = signal<Readonly<Record<StyleGroup, Governor>>>({
  coarse: "both",
  middle: "both",
  fine: "both",
});
/** 0 to 1.5, as `strength` of `stylize`. */
export const strength = signal(1);
export const keepsColor = signal(false);
/** What of a photo is painted. */
export type Extent = "whole" | "people" | "toned" | "faces";
export const extent = signal<Extent>("whole");
/** Whether people are cut out, with nothing around them. */
export const cutsOut = signal(false);

const find = (id: string | undefined) => choices.value.find((choice) => choice.id === id);

export const chosen = computed(() => find(chosenId.value) ?? choices.value.find(({ kind }) => kind === "preset"));
export const second = computed(() => (secondId.value === chosen.value?.id ? undefined : find(secondId.value)));

/** What is painted: the chosen style, or its mixture with the second. */
export const style = computed<StyleOption | undefined>(() => {
  if (chosen.value === undefined) return undefined;
  if (second.value === undefined) return { code: chosen.value.code };
  return mixture(chosen.value.code, second.value.code, share.value, governors.value);
});

/** The gallery under its headings: what the visitor brought, then the presets by kind. */
export const groups = computed((): readonly TagGroup<Choice>[] => {
  const items = choices.value.filter(({ kind }) => kind !== "preset");
  const presets = groupByTag(choices.value.filter(({ kind }) => kind === "preset"));
  return items.length === 0 ? presets : [{ tag: "yours", items }, ...presets];
});

/** How the style is to be painted; undefined while there is no style. */
export const manner = computed<Pick<StylizeOptions, "style" | "strength" | "preserveColor"> | undefined>(() => {
  if (style.value === undefined) return undefined;
  return { style: style.value, strength: strength.value, preserveColor: keepsColor.value };
});

/** What {@link extent} asks of `stylize`. @param isFaceless a photo without a face is painted whole, or its people. */
export function extentOptions(
  wanted: Extent,
  { isFaceless, isCutOut }: { isFaceless: boolean; isCutOut: boolean },
): Pick<StylizeOptions, "subject" | "surroundings"> {
  if (wanted === "people") return { subject: "people", surroundings: isCutOut ? "transparent" : "photo" };
  if (wanted === "whole" || isFaceless) return { surroundings: "painted" };
  return { surroundings: wanted === "toned" ? "toned" : "photo" };
}

export const styleName = computed(() => {
  if (chosen.value === undefined) return "";
  return second.value === undefined ? chosen.value.name : `${chosen.value.name} with ${second.value.name}`;
});

/** Every group of layers is governed by one of the styles, or shared out between both. */
export function mixture(
  first: StyleCode,
  other: StyleCode,
  part: number,
  who: Readonly<Record<StyleGroup, Governor>>,
): WeightedStyle[] {
  return GROUPS.flatMap(({ group }) => {
    const weight = { first: 0, both: part, second: 1 }[who[group]];
    return [
      { style: { code: first }, weight: 1 - weight, layers: group },
      { style: { code: other }, weight, layers: group },
    ].filter((layer) => layer.weight > 0);
  });
}

/** Hangs a style in front of all others and chooses it. */
export function hang(choice: Choice): void {
  choices.value = [choice, ...choices.value.filter(({ id }) => id !== choice.id)];
  choose(choice.id);
}

export function choose(id: string): void {
  if (picksSecond.value) {
    picksSecond.value = false;
    secondId.value = id;
    return;
  }
  chosenId.value = id;
}
