/** Every form a secret may leak in: raw, encoded, escaped, and each part of a JWT on its own. */
export function formsOf(secret: string): string[] {
  const parts = secret.startsWith('eyJ') ? secret.split('.').filter((part) => part.length >= 16) : [];
  return [...new Set([secret, ...parts].flatMap(encodings))];
}

function encodings(text: string): string[] {
  const bytes = Buffer.from(text);
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64Forms(bytes, 'base64'),
    ...base64Forms(bytes, 'base64url'),
  ];
}

/** As it reads inside something longer, at each of the three places a byte may have in a group. */
function base64Forms(bytes: Buffer, encoding: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString(encoding)
      .replace(/=+$/, '');
    // The first and last characters mix with their neighbours.
    return text.slice(before === 0 ? 0 : before + 1, -1);
  });
}
