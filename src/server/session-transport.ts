import { randomBytes } from 'node:crypto';
import {
  type JSONRPCMessage,
  type MessageExtraInfo,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';

/**
 * The transport of one session in one process. The SDK counts its questions from 0, so in another replica the same
 * number is another question: they go out under names that tell whose they are.
 */
export class SessionTransport extends WebStandardStreamableHTTPServerTransport {
  readonly #own = `${randomBytes(12).toString('base64url')}.`;

  override send(...[message, options]: Parameters<WebStandardStreamableHTTPServerTransport['send']>): Promise<void> {
    return super.send(this.#named(message), options);
  }

  /** A message of the client as the SDK knows it; undefined for an answer to a question of another process. */
  own<T extends object>(message: T): T | undefined {
    if ('method' in message) return message;
    const { id } = message as { readonly id?: unknown };
    if (typeof id !== 'string' || !id.startsWith(this.#own)) return undefined;
    return { ...message, id: Number(id.slice(this.#own.length)) };
  }

  /** Takes in a message that reached another process. */
  receive(message: object, extra?: MessageExtraInfo): void {
    const own = this.own(message);
    if (own) this.onmessage?.(own as JSONRPCMessage, extra);
  }

  #named(message: JSONRPCMessage): JSONRPCMessage {
    if (!('method' in message)) return message;
    if ('id' in message) return { ...message, id: `${this.#own}${message.id}` };
    const { method, params } = message;
    if (method !== 'notifications/cancelled') return message;
    return { ...message, params: { ...params, requestId: `${this.#own}${params?.requestId}` } };
  }
}
