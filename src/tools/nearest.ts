import { distance } from 'fastest-levenshtein';

/**
 * The candidates a misspelt name most likely meant, best first; empty when none is close.
 * Words joined by `_` or `.` may come in any order: `user_list` finds `list_users`.
 */
export function nearest(word: string, candidates: readonly string[], count = 3): string[] {
  // Distance is quadratic, and no name is that long.
  if (word.length > 100) return [];
  const asked = word.toLowerCase();
  const askedSorted = sorted(asked);
  const limit = Math.max(2, Math.floor(asked.length * 0.4));
  const close = candidates
    .map((name) => ({ name, far: Math.min(distance(asked, name.toLowerCase()), distance(askedSorted, sorted(name))) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far || a.name.localeCompare(b.name));
  // A near hit makes remote ones noise.
  return close
    .filter(({ far }) => far <= close[0]!.far + 1)
    .slice(0, count)
    .map(({ name }) => name);
}

function sorted(name: string): string {
  return name.toLowerCase().split(/[_.]/).sort().join('_');
}
