import { describe, expect, test } from 'vitest';
import { parseToolsConfig } from '../../codegen/config.js';
import { type Document, operationsOf } from '../../codegen/document.js';
import { withOutcomes } from '../../codegen/outcome.js';
import { describe as describeOperations, type Entry } from '../../codegen/slice.js';
import { tool } from '../tools/fixture.js';
import { documentWith, operation } from './petstore.js';

const later = { responses: { '202': { description: '' } } };
const prefer = { parameters: [{ name: 'Prefer', in: 'header' as const, schema: { type: 'string' as const } }] };
const pets = documentWith({
  '/pets': { post: operation('createPet', later) },
  '/pets/{petId}': { get: operation('getPet'), delete: operation('deletePet', prefer) },
  '/pets/{id}/walk/start': { post: operation('startWalk', later) },
  '/pets/{petId}/walk': {
    get: operation('getWalk'),
    patch: operation('changeWalk', later),
    post: operation('beginWalk', later),
  },
  '/searches/{searchId}': { get: operation('getSearch', later) },
  '/events': { post: operation('sendEvents', later), get: operation('listEvents') },
  '/pets/{petId}/name': { put: operation('namePet') },
} as Document['paths']);

const apis = operationsOf(pets);

function run(outcomes: object = {}, without: readonly string[] = []) {
  const source = parseToolsConfig(JSON.stringify({ specs: {}, toolsets: {}, outcomes }), 'x');
  expect(source.problems).toEqual([]);
  const { operations } = describeOperations(new Map([['pets', pets]]), source);
  const offered = apis.filter(({ id }) => !without.includes(id));
  const problem: Entry['problem'] = (_, message, fix) => ({ file: 'x', line: 1, message, ...(fix && { fix }) });
  const entries = offered.map((api): Entry => {
    return { name: `t_${api.id}`, toolset: 'pets', config: {} as Entry['config'], api, document: pets, problem };
  });
  const tools = offered.map(({ id, method }) =>
    tool(`t_${id}`, { operation: id, risk: method === 'GET' ? 'read' : 'write' }),
  );
  const done = withOutcomes(tools, entries, operations, source.config, (id, message) =>
    problem([], `${id}: ${message}`),
  );
  const told = done.tools.filter(({ outcome }) => outcome).map(({ operation: id, outcome }) => [id, outcome!] as const);
  return { told: Object.fromEntries(told), problems: done.problems.map(({ message }) => message) };
}

const events = { sendEvents: { operation: 'listEvents', arguments: { filter: 'a eq "b"' } } };

describe('what tells what became of a request', () => {
  test.each([
    [
      'what it creates',
      'createPet',
      { tool: 't_getPet', path: '/pets/{petId}', arguments: { petId: '${reply.petId}' } },
    ],
    [
      'what it is about, whose parameter is called otherwise',
      'startWalk',
      { tool: 't_getPet', path: '/pets/{petId}', arguments: { petId: '${id}' } },
    ],
    [
      'the same path',
      'changeWalk',
      { tool: 't_getWalk', path: '/pets/{petId}/walk', arguments: { petId: '${petId}' } },
    ],
    [
      'not a list or action of the same path',
      'beginWalk',
      { tool: 't_getPet', path: '/pets/{petId}', arguments: { petId: '${petId}' } },
    ],
    [
      'itself',
      'getSearch',
      { tool: 't_getSearch', path: '/searches/{searchId}', arguments: { searchId: '${searchId}' } },
    ],
    [
      'where a caller may ask not to wait',
      'deletePet',
      { tool: 't_getPet', path: '/pets/{petId}', arguments: { petId: '${petId}' } },
    ],
    ['what the file says', 'sendEvents', { tool: 't_listEvents', path: '/events', arguments: { filter: 'a eq "b"' } }],
  ])('%s', (_, id, want) => {
    expect(run(events).told[id]).toEqual(want);
  });

  test('what is finished when it is answered has none', () => {
    const { told, problems } = run(events);
    expect(problems).toEqual([]);
    expect(Object.keys(told)).not.toContain('namePet');
    expect(Object.keys(told)).toHaveLength(7);
  });
});

test.each([
  ['nothing is found', {}, [], ['Okta may answer 202, and nothing says how to see the outcome']],
  ['no tool offers the read', events, ['listEvents'], ['Okta may answer 202, and nothing says how to see the outcome']],
  [
    'the file names what is finished at once',
    { ...events, namePet: { operation: 'getPet' } },
    [],
    [expect.stringMatching(/^namePet: no tool offers/)],
  ],
])('a problem: %s', (_, outcomes, without, want) => {
  expect(run(outcomes, without).problems).toEqual(want);
});
