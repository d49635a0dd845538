import type { JsonObject, ToolDefinition } from '../src/tools/definition.js';

/** The smallest files of their formats that a reader would take for them, by what the standards say. */
export const FILES: Readonly<Record<string, Uint8Array>> = {
  png: bytes([0x89, 'PNG', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 'IHDR', 0, 0, 0, 64, 0, 0, 0, 64, 8, 6, 0, 0, 0]),
  jpeg: bytes([0xff, 0xd8, 0xff, 0xe0, 0, 16, 'JFIF', 0]),
  gif: bytes(['GIF89a', 64, 0, 32, 0, 0x80, 0, 0]),
  ico: bytes([0, 0, 1, 0, 1, 0, 32, 32, 0, 0, 1, 0, 32, 0, 4, 0, 0, 0, 22, 0, 0, 0, 1, 2, 3, 4]),
  svg: bytes(['<?xml version="1.0" encoding="UTF-8"?>\n<!-- logo -->\n<svg xmlns="http://www.w3.org/2000/svg"/>\n']),
  pem: bytes(['-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n']),
  der: bytes([0x30, 0x81, 3, 2, 1, 1]),
};

export const base64 = (file: Uint8Array) => Buffer.from(file).toString('base64');

/** Numbers are bytes, texts are UTF-8. */
export function bytes(parts: readonly (number | string)[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'string' ? part : [part]))));
}

/** Arguments with a file that is what it should be wherever the tool takes one. */
export function withSampleFiles({ files = [] }: Pick<ToolDefinition, 'files'>, args: JsonObject): JsonObject {
  const given = files.map(({ at, types }): [string | undefined, object] => [
    at.split('.')[1],
    { data: base64(FILES[Object.keys(types)[0]!]!) },
  ]);
  const [first] = given;
  if (first === undefined) return args;
  return {
    ...args,
    body: first[0] === undefined ? first[1] : { ...(args.body as object), ...Object.fromEntries(given) },
  };
}
