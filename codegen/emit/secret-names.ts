/** `generated/secret-names.ts`: `secret_names` of the allowlist, for what the specification does not say. */
export function emitSecretNames(names: string, header: string): string {
  const literal = names === '' ? '/(?!)/' : `/${new RegExp(names).source}/i`;
  return `${header}\n/** Names of text fields whose value is nobody's to see. */\nexport const secretNames = ${literal};\n`;
}
