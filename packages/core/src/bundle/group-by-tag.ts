/** What stands under one heading of a list. */
export interface TagGroup<Item> {
  /** Undefined for what has no tags. */
  tag: string | undefined;
  items: Item[];
}

/**
 * Presets by their first tag, for lists with headings. Groups are in the order of their first presets, so that the first preset, the
 * default, stays the first.
 */
export function groupByTag<Item extends { tags?: readonly string[] | undefined }>(
  items: readonly Item[],
): TagGroup<Item>[] {
  const groups = new Map<string | undefined, Item[]>();
  for (const item of items) {
    const tag = item.tags?.[0];
    const group = groups.get(tag);
    if (group === undefined) groups.set(tag, [item]);
    else group.push(item);
  }
  return [...groups].map(([tag, its]) => ({ tag, items: its }));
}
