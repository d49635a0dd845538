/** `/policies` to `policy`, `resource-sets` to `resource set`, `authorizationServers` to `authorization server`. */
export function singular(noun: string): string {
  return spaced(noun)
    .replace(/ies$/, 'y')
    .replace(/(ss|x|ch)es$/, '$1')
    .replace(/([^su])s$/, '$1');
}

export function spaced(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[-_]/g, ' ')
    .toLowerCase();
}

/** `an app`, `a user`, `a UI schema`. */
export function withArticle(noun: string): string {
  const vowel = /^([aeio]|u(?!ser|ni|i\b|ri\b))/i.test(noun) || /^(SSF|SMS|RP)\b/.test(noun);
  return `${vowel ? 'an' : 'a'} ${noun}`;
}

/** The words of an operation id, lower case: `listCsrsForApplication` to list, csrs, for, application. */
export function wordsOf(id: string): string[] {
  return id
    .replaceAll('OAuth', 'Oauth')
    .replace(/jwk$/, 'Jwk')
    .replace('Wellknown', 'WellKnown')
    .replaceAll('WebAuthn', 'Webauthn')
    .replace(/([A-Z]{2,})s(?![a-z])/g, (_, acronym: string) => `${acronym[0]}${acronym.slice(1).toLowerCase()}s`)
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_-]+/);
}
