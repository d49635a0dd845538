import type { ToolFile } from '../../src/tools/definition.js';

const WIDTH = 118;

/**
 * JSON for review: a value that fits on one line stays on it, others are broken one level down. Close to the size of
 * compact JSON, yet a changed field is a changed line.
 */
export function printJson(value: unknown): string {
  return `${print(value, '')}\n`;
}

/** `generated/tools.json`: read at every start, so a line for each tool and no white space. */
export function printTools({ tools, ...rest }: ToolFile): string {
  const head = JSON.stringify(rest).slice(0, -1);
  return `${head},"tools":[\n${tools.map((tool) => JSON.stringify(tool)).join(',\n')}\n]}\n`;
}

function print(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  if (line.length + indent.length <= WIDTH || typeof value !== 'object' || value === null) return line;
  const inner = `${indent} `;
  if (Array.isArray(value)) return `[\n${value.map((item) => inner + print(item, inner)).join(',\n')}\n${indent}]`;
  const lines = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${inner}${JSON.stringify(key)}: ${print(item, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}
