import { distance } from 'fastest-levenshtein';

/** Distance is quadratic, and no name is longer. */
const LONGEST = 100;

/** So far off it is a slip of the keyboard. */
const SLIP = 2;

/**
 * The candidates a misspelt name most likely meant, best first; empty when none is close.
 * Words joined by `_` or `.` may come in any order: `user_list` finds `list_users`.
 */
export function nearest(word: string, candidates: readonly string[], count = 3): string[] {
  if (word.length > LONGEST) return [];
  const asked = word.toLowerCase();
  const close = candidates
    .map((name) => ({ name, far: apart(asked, name) }))
    .filter(({ far }) => far <= reach(asked))
    .sort((a, b) => a.far - b.far || a.name.localeCompare(b.name));
  // A near hit makes remote ones noise.
  return close
    .filter(({ far }) => far <= close[0]!.far + 1)
    .slice(0, count)
    .map(({ name }) => name);
}

/**
 * The same for names of tools, whose first word is a verb. Another verb is another deed, often the opposite one, however
 * near its letters are; so names of the same verb come alone, where there are any. Best are those with every word that was
 * asked for, and of these the ones about the same thing, which stands last.
 */
export function nearestTools(word: string, names: readonly string[], count = 3): string[] {
  if (word.length > LONGEST) return [];
  const given = wordsOf(word);
  const verbs = new Set(names.map((name) => wordsOf(name)[0]));
  const at = given.findIndex((each) => verbs.has(each));
  // Clients put the name of a server before those of its tools; after the verb comes what it is about.
  const asked = at >= 0 && at < given.length - 1 ? given.slice(at) : given;
  const verb = given[at];
  const last = asked.filter((each) => each !== verb).at(-1);
  const text = asked.join('_');
  const ranked = names
    .filter((name) => verb === undefined || wordsOf(name)[0] === verb)
    .map((name) => {
      const own = wordsOf(name);
      const missing = asked.filter((each) => !own.includes(each)).length;
      return { name, missing, thing: own.at(-1) === last ? 0 : 1, far: apart(text, name) };
    })
    .filter(({ missing, far }) => missing === 0 || far <= reach(text))
    .sort((a, b) => a.missing - b.missing || a.thing - b.thing || a.far - b.far || a.name.localeCompare(b.name));
  const [best] = ranked;
  return ranked
    .filter(({ missing, far }) => {
      if (missing > best!.missing) return false;
      return far <= best!.far + 1 || (missing === 0 && best!.far > SLIP);
    })
    .slice(0, count)
    .map(({ name }) => name);
}

/** Edits from one to the other, whatever the order of its words. */
function apart(asked: string, name: string): number {
  return Math.min(distance(asked, name.toLowerCase()), distance(sorted(asked), sorted(name)));
}

/** From so many edits on it is another name. */
function reach(asked: string): number {
  return Math.max(2, Math.floor(asked.length * 0.4));
}

/** `listUsers` and `list-users` as `list`, `user`: one or many is no difference. */
function wordsOf(name: string): string[] {
  const words = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
  return words
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .map((word) => word.replace(/(?<=..)s$/, ''));
}

function sorted(name: string): string {
  return name.toLowerCase().split(/[_.]/).sort().join('_');
}
