/** The body of a reply was larger than the caller can take; it was not read to its end. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** Reads a body of at most `cap` bytes (after decompression). @throws BodyTooLarge, or what the connection failed with. */
export async function readBytes(response: Response, cap: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream, which closes the connection.
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > cap) throw new BodyTooLarge(`more than ${cap} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
