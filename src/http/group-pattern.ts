/** Okta's longest group name, in characters. */
const LONGEST_NAME = 255;
/** With more, backtracking over a long name would take noticeable time: it grows with this power of its length. */
const UNBOUNDED = 2;
/** Each optional part, and each group with alternatives, may double the time. */
const CHOICES = 4;

/** Why a pattern for group names is refused; undefined for a good one. */
export function patternFault(pattern: string): string | undefined {
  const outside = pattern.replace(/\\./g, '_').replace(/\[[^\]]*\]/g, '_');
  if (/\\[1-9k]/.test(pattern)) return 'refers back to a group, which can take for ever';
  if (/\(\?(?!:)/.test(outside)) return 'looks around or names a group, which is not supported';
  if (/\)[*+?{]/.test(outside)) return 'repeats a group, which can take for ever';
  if ((outside.match(/[*+]|\{\d+,\}/g) ?? []).length > UNBOUNDED) {
    return `repeats without bound more than ${UNBOUNDED} times, which can take for ever`;
  }
  if ((outside.replaceAll('(?:', '(').match(/[?(]/g) ?? []).length > CHOICES) {
    return `has more than ${CHOICES} groups and optional parts, which together can take for ever`;
  }
  if ((outside.match(/\{\d*,?\d+\}/g) ?? []).length > 0) return 'counts repetitions, which is not supported';
  return compile(pattern) ? undefined : 'is no regular expression';
}

/** Tests the whole of a group name. */
export function groupPattern(pattern: string): (name: string) => boolean {
  const expression = compile(pattern);
  return (name) => name.length <= LONGEST_NAME && expression?.test(name) === true;
}

function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    return undefined;
  }
}
