import { describe, expect, test } from 'vitest';
import { createDemoOrg } from '../../src/demo-org/demo-org.js';
import { Specification } from '../../src/demo-org/specification.js';
import { readSpecification } from '../../src/package-files.js';
import { operationsOfSpec } from '../e2e/specification.js';
import { caller, demoOrg, NOON } from './client.js';
import { document } from './specified.js';

const specification = Specification.of(document);

test('every operation is read, with the scopes its security names', () => {
  expect(specification.operations).toHaveLength(732 + 162 + 7);
  for (const { id, method, template, scopes, public: open } of specification.operations) {
    const stated = operationsOfSpec.get(id)!;
    expect([method, template]).toEqual([stated.method, stated.path]);
    expect(scopes).toEqual([...new Set(stated.security.flatMap(({ oauth2 = [] }) => oauth2))]);
    expect(open).toBe(stated.security.length === 0);
  }
  expect(specification.operations.filter((each) => each.public)).toHaveLength(7);
});

test('what the server reads of all documents is the same', () => {
  const read = Specification.of(readSpecification());
  const requests = ({ operations }: Specification) => operations.map(({ method, template }) => `${method} ${template}`);
  expect(requests(read).sort()).toEqual([...requests(specification)].sort());
});

test('operations are found whatever their parameters are called', () => {
  expect(specification.operation('GET', '/api/v1/users/{userId}')?.id).toBe('getUser');
  expect(specification.operation('PATCH', '/api/v1/users/{userId}')).toBeUndefined();
});

describe('a schema in one piece', () => {
  const shape = (name: string) => specification.shape({ $ref: `#/components/schemas/${name}` });

  test('has what it inherits, and not the choice that would lead back to it', () => {
    const bookmark = shape('BookmarkApplication');
    expect([...bookmark.properties.keys()]).toEqual(expect.arrayContaining(['label', 'signOnMode', 'settings']));
    expect(bookmark.discriminator).toBeUndefined();
    expect(shape('Application').discriminator?.mapping).toHaveProperty('BOOKMARK');
  });

  test('knows which sets are open: those with a name', () => {
    expect(shape('CAPTCHAType').values).toEqual({ list: ['HCAPTCHA', 'RECAPTCHA_V2'], open: true });
  });
});

describe('an org with a specification', () => {
  test('reads it on the first request, once', async () => {
    let reads = 0;
    const org = createDemoOrg({
      now: () => NOON,
      specification: () => {
        reads += 1;
        return readSpecification();
      },
    });
    org.issueToken({ scopes: [] });
    expect(reads).toBe(0);
    for (const path of ['/api/v1/realms', '/api/v1/captchas', '/api/v1/users'])
      expect((await caller(org)('GET', path)).status).toBe(200);
    expect(reads).toBe(1);
  });

  test('asks for the scopes the specification names', async () => {
    const { org, call } = demoOrg({ specification: readSpecification });
    const status = async (scope: string, path: string) => {
      const { status, headers } = await call('GET', path, undefined, `Bearer ${org.issueToken({ scopes: [scope] })}`);
      return [status, /scope="([^"]*)"/.exec(headers.get('www-authenticate') ?? '')?.[1]];
    };
    expect(await status('okta.captchas.read', '/api/v1/captchas')).toEqual([200, undefined]);
    expect(await status('okta.captchas.manage', '/api/v1/captchas')).toEqual([200, undefined]);
    expect(await status('okta.users.read', '/api/v1/captchas')).toEqual([403, 'okta.captchas.read']);
  });

  test('without one knows only what it models', async () => {
    const { call } = demoOrg();
    expect((await call('GET', '/api/v1/captchas')).json.errorCode).toBe('E0000008');
    expect((await call('GET', '/api/v1/users?limit=1')).status).toBe(200);
  });

  test('knows its paths and methods', async () => {
    const { call } = demoOrg({ specification: readSpecification });
    expect((await call('GET', '/api/v1/nothing')).json.errorCode).toBe('E0000008');
    expect((await call('PUT', '/api/v1/captchas')).json.errorCode).toBe('E0000022');
    expect((await call('GET', '/.well-known/webauthn', undefined, '')).status).toBe(200);
  });
});
