import type { ClientCapabilities } from '@modelcontextprotocol/server';
import type { Caller } from '../http/caller.js';
import { digest, type Seal } from '../tools/seal.js';

/** What another replica needs to go on with a session. */
interface Ticket {
  /** Digest of the caller's name. */
  readonly caller: string;
  /** Revision the client asked for. */
  readonly revision: string;
  /** How the client can ask a person; absent: it cannot. */
  readonly elicitation?: NonNullable<ClientCapabilities['elicitation']>;
}

const PURPOSE = 'session';

/** A session id that carries the session: sealed, so it holds only what this server put in, for this caller. */
export function ticketOf(seal: Seal, caller: Caller, initialize: unknown): string {
  const { params } = initialize as {
    params?: { protocolVersion?: unknown; capabilities?: ClientCapabilities };
  };
  const elicitation = params?.capabilities?.elicitation;
  const ticket: Ticket = {
    caller: digest(caller.name),
    // No revision is longer; what is no revision is answered with the newest.
    revision: String(params?.protocolVersion).slice(0, 20),
    ...(elicitation && {
      elicitation: { ...(elicitation.form && { form: {} }), ...(elicitation.url && { url: {} }) },
    }),
  };
  return seal.pack(PURPOSE, ticket);
}

/** The `initialize` to repeat for a session id; undefined when it is not the caller's, or no such id. */
export function initializeOf(seal: Seal, id: string, caller: Caller): object | undefined {
  const ticket = seal.unpack(PURPOSE, id) as Ticket | undefined;
  if (ticket?.caller !== digest(caller.name)) return undefined;
  const { revision: protocolVersion, elicitation } = ticket;
  const clientInfo = { name: 'another replica knows', version: '0' };
  const params = { protocolVersion, capabilities: { ...(elicitation && { elicitation }) }, clientInfo };
  return { jsonrpc: '2.0', id: 'again', method: 'initialize', params };
}
