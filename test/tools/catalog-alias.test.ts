import { describe, expect, test } from 'vitest';
import { knownNames } from '../../src/package-files.js';
import { createToolbox } from '../../src/tools/call.js';
import { Catalog, type Grant } from '../../src/tools/catalog.js';
import { operationsFor, recordingClient, tool, toolFile, unguarded } from './fixture.js';

const file = toolFile(tool('unassign_role', { aliases: ['remove_role', 'drop_role'] }), tool('list_users'));
const catalog = Catalog.parse(file);
const everything: Grant = { scopes: ['okta.users.read'], credential: 'any' };
const names = (grant: Partial<Grant>) =>
  catalog
    .narrow({ ...everything, ...grant })
    .list()
    .map(({ name }) => name);

describe('a tool that was renamed', () => {
  test('answers to its former names, which are not listed and not suggested', () => {
    expect(['remove_role', 'drop_role', 'unassign_role'].map((name) => catalog.get(name)?.name)).toEqual([
      'unassign_role',
      'unassign_role',
      'unassign_role',
    ]);
    expect(names({})).toEqual(['unassign_role', 'list_users']);
    expect(catalog.nearest('remove_rol')).not.toContain('remove_role');
  });

  test('passes the gate of its present name, and no other', () => {
    expect(names({ tools: ['remove_role'] })).toEqual(['unassign_role']);
    expect(names({ tools: ['list_users'] })).toEqual(['list_users']);
    const none: Grant = { ...everything, scopes: [] };
    expect(catalog.narrow(none).get('remove_role')).toBeUndefined();
    expect(catalog.missing('remove_role', none)).toEqual(catalog.missing('unassign_role', none));
  });

  test('may be named in a configuration as before', () => {
    expect(knownNames(file).tools).toEqual(['unassign_role', 'remove_role', 'drop_role', 'list_users']);
  });

  test('is audited by its present name', async () => {
    const recorded: string[] = [];
    const client = recordingClient();
    const toolbox = createToolbox({
      ...unguarded,
      all: catalog,
      grant: () => everything,
      operations: operationsFor(file.tools),
      client,
      log: { error: () => {} },
      audit: { record: ({ tool: name, decision }) => recorded.push(`${name} ${decision}`) > 0, digest: () => '' },
    });
    const result = await toolbox.call('remove_role', {}, {} as never);
    expect(result.isError).toBeUndefined();
    expect(client.sent.map(({ id }) => id)).toEqual(['unassign_role']);
    expect(recorded).toEqual(['unassign_role called']);
  });
});
