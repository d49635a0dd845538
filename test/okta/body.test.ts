import { expect, test } from 'vitest';
import { isJson, mediaTypeOf, serializeBody } from '../../src/okta/body.js';
import type { Operation } from '../../src/okta/operation.js';

const post = (rest: Partial<Operation>): Operation => ({ method: 'POST', path: '/x', ...rest });

test.each([
  ['application/json', { a: 'é', b: null }, '{"a":"é","b":null}'],
  ['application/json', ['a'], '["a"]'],
  ['application/json', 'text', '"text"'],
  ['application/json', null, 'null'],
  ['application/merge-patch+json', { a: 1 }, '{"a":1}'],
  ['application/secevent+jwt', 'eyJ.e30.sig', 'eyJ.e30.sig'],
  ['application/x-pem-file', '-----BEGIN', '-----BEGIN'],
  ['application/pkix-cert', new Uint8Array([1, 2]), new Uint8Array([1, 2])],
  ['application/pkix-cert', { data: 'AQID\n/w==' }, new Uint8Array([1, 2, 3, 255])],
  ['application/pkix-cert', { data: new Uint8Array([1, 2, 255]), type: 'x' }, new Uint8Array([1, 2, 255])],
])('%s from %j', (body, given, want) => {
  expect(serializeBody(post({ body }), given)).toEqual(want);
});

test('a body may be left out only where the operation says so', () => {
  expect(serializeBody(post({}), undefined)).toBeUndefined();
  expect(serializeBody(post({ body: 'application/json', bodyOptional: true }), undefined)).toBeUndefined();
  expect(() => serializeBody(post({ body: 'application/json' }), undefined)).toThrow(/"body" is missing/);
  expect(() => serializeBody(post({}), { a: 1 })).toThrow(/takes no body/);
});

test('a form carries texts and files', async () => {
  const form = serializeBody(post({ body: 'multipart/form-data' }), {
    note: 'hi',
    file: { name: 'logo.png', data: 'iVBORw==', type: 'image/png' },
  });
  if (!(form instanceof FormData)) throw new Error('no form');
  const file = form.get('file') as File;
  expect([form.get('note'), file.name, file.type]).toEqual(['hi', 'logo.png', 'image/png']);
  expect([...new Uint8Array(await file.arrayBuffer())]).toEqual([0x89, 0x50, 0x4e, 0x47]);
});

test.each([
  ['multipart/form-data', 'text'],
  ['multipart/form-data', { file: 7 }],
  ['multipart/form-data', { file: { data: 'not base64!' } }],
  ['multipart/form-data', { file: { data: 'abc' } }],
  ['application/pkix-cert', { data: '' }],
  ['application/pkix-cert', 7],
])('%s refuses %j', (body, given) => {
  expect(() => serializeBody(post({ body }), given)).toThrow(expect.objectContaining({ code: 'arguments_invalid' }));
});

test.each([
  ['application/json', true],
  ['application/json;charset=UTF-8', true],
  ['APPLICATION/JSON ; charset=utf-8', true],
  ['application/scim+json', true],
  ['application/jsonp', false],
  ['text/html', false],
  ['text/plain; note=application/json', false],
  ['', false],
])('%s is JSON: %s', (given, want) => {
  expect(isJson(given)).toBe(want);
});

test.each([
  ['what it states, where the operation takes that', { type: 'application/x-pem-file' }, 'application/x-pem-file'],
  ['not what the operation does not take', { type: 'text/html' }, 'application/pkix-cert'],
  ['without a statement the first', { data: '' }, 'application/pkix-cert'],
  ['text', 'text', 'application/pkix-cert'],
])('the media type of a body: %s', (_, body, want) => {
  expect(mediaTypeOf(post({ body: 'application/pkix-cert', bodies: ['application/x-pem-file'] }), body)).toBe(want);
});

test('JSON that has a member "type" is JSON', () => {
  expect(mediaTypeOf(post({ body: 'application/json' }), { type: 'text/plain' })).toBe('application/json');
});
