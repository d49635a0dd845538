/**
 * The same response, with word of its end: when the last byte was read, the reader went away, or the time was up.
 * @param endsAt when the body is cut off, in milliseconds since 1970
 */
export function watched(response: Response, onEnd: () => void, endsAt?: number): Response {
  const { body } = response;
  if (body === null) {
    onEnd();
    return response;
  }
  const reader = body.getReader();
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const end = () => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    onEnd();
  };
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      if (endsAt === undefined) return;
      // A longer wait than a timer can keep would end at once.
      const wait = Math.min(Math.max(0, endsAt - Date.now()), 2 ** 31 - 1);
      timer = setTimeout(() => {
        end();
        void reader.cancel().catch(() => {});
        controller.close();
      }, wait).unref();
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (over) return;
        if (!done) return controller.enqueue(value);
        end();
        controller.close();
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    cancel(reason) {
      end();
      return reader.cancel(reason).catch(() => {});
    },
  });
  const { status, statusText, headers } = response;
  return new Response(stream, { status, statusText, headers });
}
