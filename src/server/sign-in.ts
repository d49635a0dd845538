import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  isInputRequiredResult,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Interaction } from '../auth/strategy.js';
import { OktaMcpError } from '../errors.js';
import { errorResult, type ToolResult } from '../tools/result.js';

const KEY = 'okta_sign_in';

/** How long a call waits for a person who has just opened the link; clients give up after a minute. Milliseconds. */
const PATIENCE = 45_000;

/**
 * Runs a tool call and, when it fails because somebody has to sign in, shows the link through URL elicitation where the
 * client can do that; elsewhere the failure itself shows it. Once the person has opened the link the call is repeated.
 */
export async function withSignIn(
  {
    server,
    context,
    interaction,
  }: { server: Server; context: ServerContext; interaction: () => Interaction | undefined },
  call: () => Promise<ToolResult | InputRequiredResult>,
): Promise<ToolResult | InputRequiredResult> {
  const { mcpReq } = context;
  const answer = inputResponse(mcpReq.inputResponses, KEY);
  if (answer.kind === 'elicit') {
    const waiting = interaction();
    if (answer.action === 'accept') await settled(waiting, mcpReq.signal);
    else {
      waiting?.cancel();
      return errorResult(declined(answer.action));
    }
    return await call();
  }
  const result = await call();
  if (isInputRequiredResult(result)) return result;
  const waiting = interaction();
  if (!waiting || !result.isError || !shows(result, waiting.uri)) return result;
  if (!capabilities(server, context)?.elicitation?.url) return result;
  const code = waiting.code ? ` The page shows the code ${waiting.code}; continue only if it does.` : '';
  const message = `Sign in to Okta, so that this server can act with your rights.${code}`;
  return inputRequired({ inputRequests: { [KEY]: inputRequired.elicitUrl({ message, url: waiting.uri }) } });
}

/** Whether the call failed because of this sign-in and of nothing else. */
function shows({ content }: ToolResult, uri: string): boolean {
  return content.some((part) => part.type === 'text' && part.text.includes(uri));
}

function capabilities(server: Server, { mcpReq }: ServerContext): ClientCapabilities | undefined {
  // Each request carries them since 2026-07-28; the SDK types the envelope as empty.
  const envelope = mcpReq.envelope as Record<string, ClientCapabilities> | undefined;
  return envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities();
}

/** Until the sign-in is over, the call is cancelled, or the patience ends. */
async function settled(waiting: Interaction | undefined, signal: AbortSignal): Promise<void> {
  if (!waiting || signal.aborted) return;
  await new Promise<void>((resolve) => {
    // Not `AbortSignal.any`, which Node 20 loses to garbage collection.
    const over = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, PATIENCE).unref();
    signal.addEventListener('abort', over);
    void waiting.done.then(over);
  });
}

function declined(action: string): OktaMcpError {
  return new OktaMcpError(
    'auth_refused',
    `The person did not want to sign in to Okta (${action}). Nothing was sent.`,
    'Call again when they want to.',
  );
}
