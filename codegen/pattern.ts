/**
 * A pattern that starts with `(?i)` (RE2, Java), as JavaScript writes it: each ASCII letter in both cases. JSON Schema
 * has no place for the flag (https://json-schema.org/draft/2020-12/json-schema-core#section-6.4).
 */
export function withoutCaseFlag(pattern: string): string {
  const tokens = pattern.replace(/^\(\?i\)/, '').match(/\\[\s\S]|\(\?<?[=!:]|\[\^?|[\s\S]/g) ?? [];
  let inside = false;
  let result = '';
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (/^\[\^?$/.test(token)) inside = true;
    else if (token === ']') inside = false;
    const to = tokens[index + 2];
    if (inside && tokens[index + 1] === '-' && isLetter(token) && to !== undefined && isLetter(to)) {
      result += `${token.toLowerCase()}-${to.toLowerCase()}${token.toUpperCase()}-${to.toUpperCase()}`;
      index += 2;
    } else if (isLetter(token)) {
      const both = token.toLowerCase() + token.toUpperCase();
      result += inside ? both : `[${both}]`;
    } else result += token;
  }
  return result;
}

function isLetter(token: string): boolean {
  return /^[a-z]$/i.test(token);
}
