import { describe, expect, test } from 'vitest';
import { readReply } from '../../src/okta/reply.js';

const get = { method: 'GET', path: '/api/v1/users', host: 'example.okta.com' };
const json = { reply: 'application/json' };

function response(body: string | Uint8Array | null, type?: string, status = 200): Response {
  const made = new Response(body, { status, headers: { 'x-okta-request-id': 'req1' } });
  if (type === undefined) made.headers.delete('content-type');
  else made.headers.set('content-type', type);
  return made;
}

describe('what a reply becomes', () => {
  test.each([
    ['JSON', '[{"id":"é"}]', 'application/json', json, [{ id: 'é' }]],
    ['JSON with charset', '{"a":1}', 'application/json;charset=UTF-8', json, { a: 1 }],
    ['JSON suffix', '{"a":1}', 'application/hal+json', json, { a: 1 }],
    ['JSON that was not promised', '{"a":1}', 'application/json', {}, { a: 1 }],
    ['JSON without a type', '{"a":1}', undefined, json, { a: 1 }],
    ['null', 'null', 'application/json', json, null],
    ['nothing', '', 'application/json', json, undefined],
    ['nothing at all', null, undefined, json, undefined],
    ['XML', '<EntityDescriptor/>', 'text/xml', { reply: 'text/xml' }, '<EntityDescriptor/>'],
    ['XML suffix', '<a/>', 'application/samlmetadata+xml', { reply: 'text/xml' }, '<a/>'],
    ['text', 'é', 'text/plain;charset=utf-8', {}, 'é'],
    ['text in another charset', new Uint8Array([0xe9]), 'text/xml; charset=ISO-8859-1', { reply: 'text/xml' }, 'é'],
    ['text in a charset nobody knows', 'a', 'text/plain; charset=klingon', {}, 'a'],
    [
      'bytes',
      new Uint8Array([0, 255]),
      'application/pkcs10',
      { reply: 'application/pkcs10' },
      { mediaType: 'application/pkcs10', base64: 'AP8=' },
    ],
    [
      'bytes without a type',
      new Uint8Array([1]),
      undefined,
      {},
      { mediaType: 'application/octet-stream', base64: 'AQ==' },
    ],
  ])('%s', async (_, body, type, operation, want) => {
    const reply = await readReply(response(body, type), operation, get);
    expect(reply).toEqual({ status: 200, headers: expect.any(Headers), data: want, requestId: 'req1' });
  });

  test.each([204, 205])('%i has no data', async (status) => {
    expect((await readReply(response(null, undefined, status), json, get)).data).toBeUndefined();
  });

  test('202 may have data', async () => {
    expect((await readReply(response('{"status":"PENDING"}', 'application/json', 202), json, get)).data).toEqual({
      status: 'PENDING',
    });
  });
});

describe('what is no answer', () => {
  test.each([
    ['HTML', '<html>Sign in</html>', 'text/html', json, /web page/],
    ['HTML where nothing was promised', '<html/>', 'text/html; charset=utf-8', {}, /web page/],
    ['truncated JSON', '[{"id":', 'application/json', json, /not valid JSON/],
    ['JSON that is not UTF-8', new Uint8Array([0x22, 0xe9, 0x22]), 'application/json', json, /not valid JSON/],
    ['text for JSON', 'ok', 'text/plain', json, /text\/plain instead of JSON/],
    ['bytes for JSON', 'ok', 'application/octet-stream', json, /octet-stream instead of JSON/],
  ])('%s', async (_, body, type, operation, message) => {
    const failed = readReply(response(body, type), operation, get);
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toMatchObject({
      code: 'okta_reply_invalid',
      details: { status: 200, requestId: 'req1' },
    });
  });

  test('a write says that the change was most likely made', async () => {
    const failed = readReply(response('<html/>', 'text/html'), json, { ...get, method: 'POST' });
    await expect(failed).rejects.toThrow(/the change was most likely made/);
    await expect(failed).rejects.toMatchObject({ fix: expect.stringMatching(/^Read the object/) });
  });

  test('too large a body is not read to its end', async () => {
    let pulled = 0;
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(10));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    const endless = new Response(body, { headers: { 'content-type': 'application/json' } });
    await expect(readReply(endless, json, get, 25)).rejects.toThrow(/larger than 25 bytes/);
    expect([cancelled, pulled <= 5]).toEqual([true, true]);
    await expect(readReply(response('[1,2]', 'application/json'), json, get, 5)).resolves.toMatchObject({
      data: [1, 2],
    });
  });
});
