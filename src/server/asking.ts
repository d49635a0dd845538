import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type ElicitRequestFormParams,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { CallContext } from '../okta/operation.js';
import { OPEN_FOR } from '../tools/confirm.js';
import type { Answer, AskingContext, Question } from '../tools/guard.js';
import type { ToolResult } from '../tools/result.js';
import type { Asking } from '../tools/toolbox.js';

const KEY = 'confirm';

/** From this revision on, questions travel in results; before, in requests to the client. */
const IN_RESULTS = '2026-07-28';

/** Who may have to be asked, and in which request. */
export interface Client {
  readonly server: Server;
  readonly context: ServerContext;
}

/** Whether the client can show a form to a person. */
export function canAsk({ server, context }: Client): boolean {
  // Each request carries the capabilities since 2026-07-28; the SDK types the envelope as empty.
  const envelope = context.mcpReq.envelope as Record<string, ClientCapabilities> | undefined;
  const declared = speaksInResults(server) ? envelope?.[CLIENT_CAPABILITIES_META_KEY] : server.getClientCapabilities();
  const elicitation = declared?.elicitation;
  // Before there were modes, an empty object meant forms.
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}

/**
 * Makes a call, and where it needs a confirmation has the person asked, as the protocol revision does it. Whatever is
 * not a clear answer of the person ends as a refusal that the call itself words and records.
 */
export async function asking(
  client: Client,
  call: (context: AskingContext) => Promise<ToolResult | Asking>,
): Promise<ToolResult | InputRequiredResult> {
  const { signal } = client.context.mcpReq;
  const progress = progressOf(client);
  const context = { signal, canAsk: canAsk(client), ...(progress && { progress }) };
  const inResults = speaksInResults(client.server);
  const answer = inResults ? returned(client.context) : undefined;
  const outcome = await call({ ...context, ...(answer && { answer }) });
  if (!('ask' in outcome)) return outcome;
  const form = formOf(outcome.ask as Question);
  const { state } = outcome.ask as Question;
  if (inResults) return inputRequired({ inputRequests: { [KEY]: inputRequired.elicit(form) }, requestState: state });
  const second = await call({ ...context, answer: { state, ...(await asked(client, form)) } });
  if ('ask' in second) throw new Error('a call that has its answer asked again');
  return second;
}

/** Tells a client that asked for it how far a call is; undefined for the others. */
function progressOf({ context: { mcpReq } }: Client): CallContext['progress'] {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (progress, total) => {
    const params = { progressToken, progress, ...(total !== undefined && { total }) };
    // Whether it arrives is no concern of the call.
    void mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
  };
}

function speaksInResults(server: Server): boolean {
  return (server.getNegotiatedProtocolVersion() ?? '') >= IN_RESULTS;
}

/** What a repeated call brought along. */
function returned({ mcpReq }: ServerContext): Answer | undefined {
  const state = mcpReq.requestState();
  if (state === undefined) return undefined;
  const response = inputResponse(mcpReq.inputResponses, KEY);
  if (response.kind !== 'elicit') return { state, action: 'none' };
  return { state, action: response.action, ...(response.content && { content: response.content }) };
}

/** Asks in a request of its own. Never throws: no answer is an answer too. */
async function asked({ context }: Client, form: ElicitRequestFormParams): Promise<Omit<Answer, 'state'>> {
  const { mcpReq } = context;
  try {
    const params = { ...form, mode: 'form' as const };
    const options = { timeout: OPEN_FOR, signal: mcpReq.signal };
    const { action, content } = await mcpReq.send({ method: 'elicitation/create', params }, options);
    return { action, ...(content && { content }) };
  } catch (error) {
    return { action: 'failed', reason: error instanceof Error ? error.message.slice(0, 200) : 'unknown' };
  }
}

function formOf({ message, count }: Question): ElicitRequestFormParams {
  return {
    message,
    requestedSchema: {
      type: 'object',
      properties: {
        confirm: { type: 'boolean', title: 'Yes, do this' },
        ...(count !== undefined && { count: { type: 'integer' as const, title: 'How many calls?' } }),
      },
      required: count === undefined ? ['confirm'] : ['confirm', 'count'],
    },
  };
}
