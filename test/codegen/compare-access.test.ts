import { expect, test } from 'vitest';
import { compareSpecs } from '../../codegen/compare.js';
import type { ComparedTool } from '../../codegen/compare-operation.js';
import type { OperationObject } from '../../codegen/document.js';
import { documentWith, operation } from './petstore.js';

type Facts = Partial<OperationObject>;
type Tool = Pick<ComparedTool, 'scopes' | 'roles'>;

const document = (facts: Facts) => documentWith({ '/api/v1/pets': { get: operation('listPets', facts) } });
const tool = (facts: Tool): ComparedTool => ({
  name: 'list_pets',
  operation: 'listPets',
  inputSchema: { type: 'object' },
  ...facts,
});
const roles = (...anyOf: string[]): Tool => ({ roles: { anyOf, source: 'test', verified: true } });
const spec = (...admins: string[]): Facts => ({ 'x-okta-iam-admin-roles': admins });
const scopes = (...names: string[]): Facts => ({ security: names.map((name) => ({ oauth2: [name] })) });
const READ = [['okta.pets.read', 'okta.pets.manage']];

/** What the tool had and has decides; where it was not generated since, what the document says. */
test.each<{ given: string; facts: [Facts, Facts]; tools: [Tool, Tool]; want: string[] }>([
  {
    given: 'roles stated that are more than the tool had',
    facts: [{}, spec('SUPER_ADMIN', 'ORG_ADMIN')],
    tools: [roles('SUPER_ADMIN'), roles('SUPER_ADMIN')],
    want: ['minor roles: SUPER_ADMIN -> ORG_ADMIN, SUPER_ADMIN'],
  },
  {
    given: 'roles stated that are fewer than the tool had',
    facts: [{}, spec('SUPER_ADMIN')],
    tools: [roles('USER_ADMIN', 'ORG_ADMIN'), roles('USER_ADMIN', 'ORG_ADMIN')],
    want: ['major roles: ORG_ADMIN, USER_ADMIN -> SUPER_ADMIN'],
  },
  {
    given: 'a weaker role instead of the super administrator, who may do everything',
    facts: [spec('SUPER_ADMIN'), spec('APP_ADMIN')],
    tools: [roles('SUPER_ADMIN'), roles('APP_ADMIN')],
    want: ['minor roles: SUPER_ADMIN -> APP_ADMIN'],
  },
  {
    given: 'roles no longer stated, the default is another',
    facts: [spec('USER_ADMIN'), {}],
    tools: [roles('USER_ADMIN'), roles('ORG_ADMIN')],
    want: ['major roles: USER_ADMIN -> ORG_ADMIN'],
  },
  {
    given: 'other roles of a tool that states its own',
    facts: [spec('ORG_ADMIN'), spec('APP_ADMIN')],
    tools: [roles('USER_ADMIN'), roles('USER_ADMIN')],
    want: ['patch roles: ORG_ADMIN -> APP_ADMIN'],
  },
  {
    given: 'other roles of the tool alone',
    facts: [{}, {}],
    tools: [roles('USER_ADMIN'), roles('ORG_ADMIN')],
    want: ['major roles: USER_ADMIN -> ORG_ADMIN'],
  },
  {
    given: 'another scope of a tool that states its own',
    facts: [scopes('okta.pets.read'), scopes('okta.owners.read')],
    tools: [{ scopes: [['ssf.read']] }, { scopes: [['ssf.read']] }],
    want: ['patch scopes: okta.pets.read -> okta.owners.read'],
  },
  {
    given: 'another scope',
    facts: [scopes('okta.pets.read'), scopes('okta.pets.manage')],
    tools: [{ scopes: READ }, { scopes: [['okta.pets.manage']] }],
    want: ['major scopes: okta.pets.read -> okta.pets.manage'],
  },
  {
    given: 'a second scope that suffices as well',
    facts: [scopes('okta.pets.read'), scopes('okta.pets.read', 'okta.owners.read')],
    tools: [{ scopes: READ }, { scopes: READ }],
    want: ['minor scopes: okta.pets.read -> okta.owners.read or okta.pets.read'],
  },
  {
    given: 'one of two scopes that no longer suffices',
    facts: [scopes('okta.pets.read', 'okta.owners.read'), scopes('okta.pets.read')],
    tools: [{}, {}],
    want: ['major scopes: okta.owners.read or okta.pets.read -> okta.pets.read'],
  },
])('$given', ({ facts: [before, after], tools: [was, is], want }) => {
  const pets = { name: 'pets', before: document(before), after: document(after) };
  const { documents, reasons } = compareSpecs([pets], { before: [tool(was)], after: [tool(is)] });
  const changes = documents[0]!.operations.flatMap((one) => one.changes);
  expect(changes.map(({ level }, at) => `${level} ${reasons[at]!.replace(/: list_pets$/, '')}`)).toEqual(want);
});
