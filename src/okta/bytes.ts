/** The body of a reply was larger than the caller can take; it was not read to its end. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/**
 * Reads a body of at most `cap` bytes (after decompression). `fetch` has seen the signal already, but whether it still
 * watches it once the headers are here differs between versions of Node.
 * @throws BodyTooLarge, the reason of the signal, or what the connection failed with.
 */
export async function readBytes(response: Response, cap: number, signal?: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  // Cancelling the stream closes the connection and ends a read that waits.
  const stop = () => void reader?.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      size += part.value.byteLength;
      if (size > cap) throw new BodyTooLarge(`more than ${cap} bytes`);
      chunks.push(part.value);
    }
    signal?.throwIfAborted();
    return Buffer.concat(chunks, size);
  } catch (error) {
    stop();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
