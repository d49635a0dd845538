import { isSecretName, PRIVATE_KEY, PRIVATE_MEMBERS } from './secrets.js';

/** Longest value that is shown in full, in characters. */
const VALUE = 80;

/**
 * Characters that could make a value look like something else than one value: controls, format characters (zero-width,
 * bidirectional, tags), private and unassigned ones, line separators, spaces other than the plain one, fillers that show
 * nothing, variation selectors; and `<`, `>`, `&`, `` ` ``, `](`, which a client that renders markup would follow.
 */
const MISLEADING =
  /[\p{C}\p{Zl}\p{Zp}\p{Variation_Selector}]|(?! )\p{Zs}|[\u115F\u1160\u3164\uFFA0\u2800<>&`]|(?<=\])\(/gu;

/**
 * A value that others wrote, as it may stand in a question: on one line, in quotes that it cannot end, with everything
 * escaped that is not plainly visible, and cut when long.
 */
export function quoted(value: unknown, length = VALUE): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const characters = [...text];
  const shown = JSON.stringify(characters.slice(0, length).join('')).replace(MISLEADING, escaped);
  const left = characters.length - length;
  return left > 0 ? `${shown} (and ${left} more characters)` : shown;
}

/** What a model gave where a name belongs, as its refusal repeats it: nobody learns more from a long one. */
export function echoed(name: string): string {
  const characters = [...name.slice(0, 2 * VALUE)];
  return JSON.stringify(characters.length > VALUE ? `${characters.slice(0, VALUE).join('')}…` : name);
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Longest rendering of arguments, in characters. */
const ARGUMENTS = 2000;

/** The arguments of a call as data: compact JSON, secrets masked, misleading characters escaped. */
export function argumentsText(args: unknown): string {
  const text = (JSON.stringify(masked(args, '', '')) ?? '').replace(MISLEADING, escaped);
  if (text.length <= ARGUMENTS) return text;
  return `${text.slice(0, ARGUMENTS)} (and ${text.length - ARGUMENTS} more characters)`;
}

function masked(value: unknown, key: string, parent: string): unknown {
  if (typeof value === 'number') return isSecretName(key, parent) ? '***' : value;
  if (typeof value === 'string') {
    return isSecretName(key, parent) || PRIVATE_MEMBERS.test(key) || PRIVATE_KEY.test(value) ? '***' : value;
  }
  if (Array.isArray(value)) return value.map((item) => masked(item, key, parent));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner, name, key)]));
}
