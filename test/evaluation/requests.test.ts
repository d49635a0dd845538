import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadDocument, operationsOf } from '../../codegen/document.js';
import { type Request, requests } from './requests.js';

const specs = resolve(import.meta.dirname, '../../specs');
const published = readdirSync(specs)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) =>
    operationsOf(loadDocument(readFileSync(resolve(specs, name), 'utf8'))).map((api) => ({
      id: api.id,
      document: name.replace(/\.json$/, ''),
      path: api.path,
      tag: api.operation.tags?.[0] ?? '',
      scopes: (api.operation.security ?? []).flatMap((requirement) => Object.values(requirement).flat()),
    })),
  );
const operations = new Map(published.map((operation) => [operation.id, operation]));

const all = [...requests('tuning'), ...requests('test')];
const wanted = (request: Request) => request.want.map((id) => operations.get(id)!);
const count = (hit: (operation: (typeof published)[number]) => boolean) =>
  all.filter((request) => wanted(request).some(hit)).length;

describe('the evaluation set', () => {
  test('is large enough to tell two rankings apart, in both halves', () => {
    expect(all.length).toBeGreaterThanOrEqual(330);
    for (const part of ['tuning', 'test'] as const) expect(requests(part).length, part).toBeGreaterThanOrEqual(140);
  });

  // By sha256sum: `cc...` and `b5...`.
  test.each([
    { text: 'put Selma into Marketing', part: 'tuning' as const },
    { text: 'unlock hwagner', part: 'test' as const },
  ])('"$text" belongs to $part for ever', ({ text, part }) => {
    expect(requests(part).map((request) => request.text)).toContain(text);
  });

  test('no request stands in it twice', () => {
    const plain = all.map(({ text }) =>
      text
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, ' ')
        .trim(),
    );
    expect(plain.filter((text, index) => plain.indexOf(text) !== index)).toEqual([]);
  });

  test('every request is read to its end: no YAML comment, no quote swallows the rest', () => {
    const lines = [...readFileSync(resolve(import.meta.dirname, 'requests.yaml'), 'utf8').matchAll(/^- text: (.*)$/gm)];
    const written = lines.map(([, text]) => text!.replace(/^(['"])(.*)\1$/, '$2'));
    expect(new Set(written)).toEqual(new Set(all.map(({ text }) => text)));
  });

  test('every id is one operation that some document publishes', () => {
    const named = all.flatMap(({ want, traps }) => [...want, ...traps]);
    expect(named.filter((id) => published.filter((operation) => operation.id === id).length !== 1)).toEqual([]);
  });

  test('what is wanted can be a tool: a scope reaches it, and it is no endpoint of a protocol', () => {
    const unreachable = all
      .flatMap(wanted)
      .filter(({ scopes }) => !scopes.some((scope) => /^(okta|ssf)\./.test(scope)));
    // Okta asks for no scope here, yet the helpdesk needs it to enrol a factor.
    expect([...new Set(unreachable.map(({ id }) => id))]).toEqual(['listSupportedSecurityQuestions']);
  });

  test('what is right is not called wrong, and nothing is named twice', () => {
    const broken = all.filter(({ want, traps }) => new Set([...want, ...traps]).size !== want.length + traps.length);
    expect(broken.map(({ text }) => text)).toEqual([]);
  });

  test('nobody asks in operation ids or paths', () => {
    // An id of one word (`authorize`, `revoke`) is also English.
    const compound = [...operations.keys()].filter((id) => /[a-z][A-Z0-9]|-/.test(id)).map((id) => id.toLowerCase());
    const path = /(^|\s)\/\w|\/(api|oauth2|v\d)\b/;
    const cheating = all.filter(
      ({ text }) =>
        path.test(text) || text.split(/[^A-Za-z0-9-]+/).some((word) => compound.includes(word.toLowerCase())),
    );
    expect(cheating.map(({ text }) => text)).toEqual([]);
  });

  test('at least sixty requests share no word with the path of anything they want', () => {
    const free = all.filter((request) => {
      const asked = stems(request.text);
      return wanted(request).every(({ path }) => !stems(path).some((word) => asked.includes(word)));
    });
    expect(free.length).toBeGreaterThanOrEqual(60);
  });
});

describe('the requests are spread as the work of administrators is', () => {
  test('half of them and more: users, groups, apps, policies, logs, factors', () => {
    const daily = [
      /^User|^Session$|^Schema$|^LinkedObject$|^ProfileMapping$/,
      /^Group(?!overnance)|^DirectoriesIntegration$/,
      /^Application|^OktaApplicationSettings$/,
      /^Policy$/,
      /^SystemLog$|^LogStream$/,
      /^Authenticator$|^WebAuthnPreregistration$/,
    ];
    const share = count(({ tag }) => daily.some((family) => family.test(tag))) / all.length;
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(0.6);
  });

  const management = published.filter(
    ({ document, scopes }) => document === 'okta-management' && scopes.some((scope) => scope.startsWith('okta.')),
  );

  test('each tag of the management API at least twice', () => {
    const tags = [...new Set(management.map(({ tag }) => tag))];
    expect(tags.length).toBeGreaterThan(100);
    expect(tags.filter((tag) => count((operation) => operation.tag === tag) < 2)).toEqual([]);
  });

  test('each scope family at least twice', () => {
    const familiesOf = (scopes: readonly string[]) =>
      scopes.map((scope) => scope.replace(/\.(read|manage|register)$/, ''));
    const families = new Set(management.flatMap(({ scopes }) => familiesOf(scopes)));
    const rare = [...families].filter((family) => count(({ scopes }) => familiesOf(scopes).includes(family)) < 2);
    expect(rare).toEqual([]);
  });

  test('governance, and OAuth clients with their roles', () => {
    expect(count(({ document }) => document === 'okta-governance')).toBeGreaterThanOrEqual(35);
    expect(count(({ path }) => path.startsWith('/oauth2/v1/'))).toBeGreaterThanOrEqual(8);
  });

  test('no operation takes more than one request in twenty', () => {
    const heavy = published.filter(({ id }) => count((operation) => operation.id === id) > all.length / 20);
    expect(heavy.map(({ id }) => id)).toEqual([]);
  });
});

/** The words of a text or of a path with its parameters, in lower case, plurals cut. */
function stems(text: string): string[] {
  const words = text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? [];
  return words
    .map((word) =>
      word
        .toLowerCase()
        .replace(/ies$/, 'y')
        .replace(/(?<=..)s$/, ''),
    )
    .filter((word) => !['api', 'v', 'id', 'or'].includes(word));
}
