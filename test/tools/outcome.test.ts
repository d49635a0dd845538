import { expect, test } from 'vitest';
import type { OktaReply } from '../../src/okta/operation.js';
import { outcomeOf } from '../../src/tools/outcome.js';
import { tool } from './fixture.js';

const accepted = (data: unknown, headers: Record<string, string> = {}): OktaReply => ({
  status: 202,
  data,
  headers: new Headers(headers),
});

const job = {
  tool: 'get_job',
  path: '/api/v1/groups/{groupId}/jobs/{jobId}',
  arguments: { groupId: '${groupId}', jobId: '${reply.jobId}', kind: 'all' },
};
const args = { groupId: 'g1', body: {} };
const call = (jobId: string) => ({ name: 'get_job', arguments: { groupId: 'g1', jobId, kind: 'all' } });
const path = '/api/v1/groups/g1/jobs';

test.each<[string, unknown, Record<string, string>, object | undefined]>([
  ['by its name in the reply', { jobId: 'j1', id: 'other' }, {}, call('j1')],
  ['by `id`', { id: 'j1' }, {}, call('j1')],
  ['from Location', undefined, { location: `https://acme.okta.com${path}/j1` }, call('j1')],
  ['from a Location without a host', undefined, { location: `${path}/j%2F1` }, call('j/1')],
  [
    'from a link',
    {},
    { link: `<https://a.example/x>; rel="self", <https://a.example${path}/j1?x=1>; rel="status"` },
    call('j1'),
  ],
  ['the body says it better', { jobId: 'j1' }, { location: `${path}/j2` }, call('j1')],
  ['a link says it better than `id`', { id: 'request' }, { location: `${path}/j1` }, call('j1')],
  ['from nowhere', {}, {}, undefined],
  ['a link to something else', {}, { location: '/api/v1/groups/g1' }, undefined],
  ['a broken link', {}, { location: 'https://[' }, undefined],
  ['an escape that is none', {}, { location: `${path}/%zz` }, call('%zz')],
  ['a list', [{ jobId: 'j1' }], {}, undefined],
  ['an id that is no text', { id: { a: 1 } }, {}, undefined],
])('the id of a job: %s', (_, data, headers, want) => {
  expect(outcomeOf(tool('start', { outcome: job }), args, accepted(data, headers))).toEqual(want);
});

test('a call that leaves out what would be asked for, and a tool that is finished when it answers', () => {
  const done = accepted({ jobId: 'j1' });
  expect(outcomeOf(tool('start', { outcome: job }), {}, done)).toBeUndefined();
  expect(outcomeOf(tool('start'), args, done)).toBeUndefined();
});
