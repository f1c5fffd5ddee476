/** The names most like one that was not found, the nearest first; those that are not like it at all are left out. */
export function nearNames(wanted: string, names: readonly string[], most = 3): string[] {
  const pairs = letterPairs(wanted);
  return names
    .map((name) => ({ name, likeness: sharedPart(pairs, letterPairs(name)) }))
    .filter(({ likeness }) => likeness > 0.25)
    .sort((one, other) => other.likeness - one.likeness)
    .slice(0, most)
    .map(({ name }) => name);
}

function letterPairs(text: string): Set<string> {
  const words = ` ${text.toLowerCase().trim()} `;
  return new Set(Array.from({ length: words.length - 1 }, (_, i) => words.slice(i, i + 2)));
}

/** The Sørensen-Dice coefficient. */
function sharedPart(one: Set<string>, other: Set<string>): number {
  const shared = [...one].filter((pair) => other.has(pair)).length;
  return (2 * shared) / (one.size + other.size);
}
