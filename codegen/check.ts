import { Ajv2020 } from 'ajv/dist/2020.js';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { ToolDefinition } from '../src/tools/definition.js';
import type { Problem } from './errors.js';
import { SAFE_KEY } from './schema.js';
import type { Entry } from './slice.js';

const DESCRIPTION_TOKENS = 45;
const SCHEMA_TOKENS = 1000;

/** One compiler for all schemas: a new instance costs 10 ms each. */
export function createToolCheck(): (entry: Entry, tool: ToolDefinition) => Problem[] {
  const options = { strict: true, strictTypes: false, strictRequired: false, validateFormats: false };
  // Whether it compiles is asked, not how fast it runs.
  const ajv = new Ajv2020({ ...options, code: { optimize: false } });
  const seen = new Set<string>();
  return (entry, tool) => {
    const problems: Problem[] = [];
    const description = countTokens(tool.description);
    if (description > DESCRIPTION_TOKENS) {
      problems.push(entry.problem(['description'], `${description} tokens, at most ${DESCRIPTION_TOKENS}`));
    }
    const text = JSON.stringify(tool.inputSchema);
    if (seen.has(text)) return [...problems, ...templateProblems(entry)];
    const schema = countTokens(text);
    if (schema > SCHEMA_TOKENS) {
      const fix = 'hide parameters or shorten notes';
      problems.push(entry.problem([], `its schema has ${schema} tokens, at most ${SCHEMA_TOKENS}`, fix));
    }
    for (const key of Object.keys(tool.inputSchema.properties as object)) {
      if (!SAFE_KEY.test(key)) problems.push(entry.problem([], `argument "${key}" is a name that clients refuse`));
    }
    try {
      ajv.compile(tool.inputSchema);
      if (problems.length === 0) seen.add(text);
    } catch (error) {
      problems.push(entry.problem([], `its schema does not compile: ${(error as Error).message}`));
    }
    return [...problems, ...templateProblems(entry)];
  };
}

/** What a client's model pays for a listed tool, in o200k tokens. */
export function tokensOf({ name, description, inputSchema }: ToolDefinition): number {
  return countTokens(JSON.stringify({ name, description, inputSchema }));
}

function templateProblems({ config, problem }: Entry): Problem[] {
  const used = new Set(
    Object.values(config.arguments)
      .flatMap((template) => (typeof template === 'object' && 'and' in template ? template.and : []))
      .flatMap((clause) => [...clause.matchAll(/\$\{([^}]*)\}/g)].map((match) => match[1]!)),
  );
  const known = new Set(Object.keys(config.inputs));
  return [
    ...[...used]
      .filter((name) => !known.has(name))
      .map((name) => problem(['arguments'], `no input is named "${name}"`)),
    ...[...known].filter((name) => !used.has(name)).map((name) => problem(['inputs', name], 'is used by no argument')),
  ];
}
