import type { Distilled } from './distil.js';

/** Where an imported document comes from. */
export interface Origin {
  /** Name in `specs/`, without extension; what `spec:` in tools.config.yaml says. */
  readonly name: string;
  readonly release: string;
  /** Path of the file in Okta's repository of published documents. */
  readonly upstream: string;
  /** Where it was fetched, when it was. */
  readonly url?: string;
  /** Of the published file, hexadecimal. */
  readonly sha256: string;
}

const HEAD = `# Where specs/ comes from
Written by \`npm run spec:import\`; do not edit.

Each \`.json\` file holds the facts of one OpenAPI document that Okta publishes under Apache-2.0 in
okta/okta-management-openapi-spec (\`dist/<release>/\`, the variant \`oneOfInheritance-noExamples\`): paths, parameters,
schemas, security, lifecycle, administrator roles and permissions. Left out: descriptions, summaries, titles, examples,
error replies, reply headers except \`Link\` and \`ETag\`, servers, webhooks, flags that are false, \`allOf\` around prose,
and components that no operation reaches. Path parameters stand at each operation, bodies and replies in place. What was
broken is repaired; every repair is listed below.

## How to bump
1. Fetch the three documents of the new release from Okta's repository.
2. \`npm run spec:import -- <file or https URL>\`; for the others with \`--name okta-governance --release <release>\` and
   \`--name okta-oauth\`. A defect that no rule knows fails with its line: repair it by a rule in
   \`codegen/normalise.ts\` or \`codegen/schema-repair.ts\`, a wrong fact by an entry in \`codegen/corrections.ts\`.
3. \`npm run spec:diff\` says what that changes for callers of the tools and which version it makes
   (\`docs/release-bump.md\`). The rest is in the diff of the \`.json\` file (one changed property, one changed line) and of the
   repairs below.
4. \`npm run generate\`: it names the operations that are new. Classify them by a pattern in \`tools.config.yaml\`, take them
   with \`-- --accept-new\`, and read the lines of \`tools.expanded.yaml\` that were added. \`npm test\`.

## Kept as published
Odd, but facts; what reads the documents must cope with them.
- Operations whose only reply is a redirect (301).
- Discriminator mappings that cover fewer values than the property's enum (policy types): other values are valid.
- A GET that needs a \`.manage\` scope, POSTs that need \`.read\`, scopes without the prefix \`okta.\`, operations that take an
  API token only or no credential at all.
- \`required\` in a part of an \`allOf\` that names a property of another part.
- Enum values that contain spaces or remarks: they are what replies are told apart by.
- Query arrays joined by commas (\`explode: false\`) next to repeated ones.
- A named schema's enum may grow, one written in place is closed: so names are kept, and nothing is inlined.
`;

/** The new text of `specs/SOURCE.md`: the section of this document replaced or added, the others as they were. */
export function sourceFile(current: string, origin: Origin, distilled: Distilled, operations: number): string {
  const sections = new Map<string, string>();
  for (const section of current.split(/^(?=## )/m)) {
    const name = /^## Document ([^\n]+)/.exec(section)?.[1];
    if (name !== undefined) sections.set(name, section.trimEnd());
  }
  sections.set(origin.name, sourceEntry(origin, distilled, operations).trimEnd());
  const sorted = [...sections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  return `${[HEAD.trimEnd(), ...sorted].join('\n\n')}\n`;
}

/** The section of one document: origin, counts and every repair by rule. */
export function sourceEntry(origin: Origin, { document, fixes, dropped }: Distilled, operations: number): string {
  const byRule = new Map<string, string[]>();
  for (const { rule, location } of fixes) byRule.set(rule, [...(byRule.get(rule) ?? []), location]);
  const rules = [...byRule].sort(([a], [b]) => (a < b ? -1 : 1));
  return `## Document ${origin.name}
- release: ${origin.release}
- upstream: ${origin.upstream}
${origin.url === undefined ? '' : `- fetched from: ${origin.url}\n`}- sha256 of the published file: ${origin.sha256}
- operations: ${operations}
- schemas: ${Object.keys(document.components.schemas ?? {}).length}
- vendor extensions left out: ${dropped.map(([extension, count]) => `${extension} (${count})`).join(', ') || 'none'}
- repairs: ${fixes.length}

${rules.map(([rule, locations]) => repairs(rule, locations)).join('\n')}`;
}

function repairs(rule: string, locations: readonly string[]): string {
  const lines = [...locations].sort().map((location) => `- \`${location}\``);
  return `### ${rule} (${locations.length})\n${lines.join('\n')}\n`;
}
