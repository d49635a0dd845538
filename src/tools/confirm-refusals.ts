import { OktaMcpError } from '../errors.js';
import type { ToolDefinition } from './definition.js';
import type { Answer, ConfirmMode, Unreadable } from './guard.js';
import type { Fact } from './preview.js';
import { type Concern, consequence } from './question.js';

/** A seal that is no answer to a question about this call. */
export function invalid({ name }: ToolDefinition, why: string): OktaMcpError {
  return new OktaMcpError(
    'confirmation_invalid',
    `The confirmation given for ${name} does not count: ${why}. Nothing was sent.`,
    `Without a confirmation, ${name} asks anew.`,
  );
}

/** Asked, and not agreed to. */
export function declined({ name }: ToolDefinition, answer: Answer | undefined): OktaMcpError {
  const { action = 'none', reason } = answer ?? {};
  const why = {
    accept: 'the person did not tick the box, or did not type the number of calls',
    decline: 'the person declined',
    cancel: 'the person closed the question',
    failed: `no answer came${reason ? ` (${reason})` : ''}`,
    none: 'no answer came',
  }[action];
  return new OktaMcpError(
    'confirmation_declined',
    `${name} was not confirmed: ${why}. Nothing was sent.`,
    'Ask the person what they want instead.',
    { action },
  );
}

/** Agreed to, but about something that is no longer there. @param now the question as it would be asked now */
export function changed({ name }: ToolDefinition, now: string): OktaMcpError {
  return new OktaMcpError(
    'target_changed',
    `What ${name} is about changed after it was shown for confirmation. Nothing was sent. Now it would be:\n${now}`,
    `Without a confirmation, ${name} asks anew.`,
  );
}

/** Nobody can be asked, and nothing less will do. */
export function unavailable({ name, escalates }: ToolDefinition, concern: Concern, mode: ConfirmMode): OktaMcpError {
  const client = 'Use an MCP client that can ask (elicitation), or the Okta Admin Console';
  const setting =
    mode === 'elicit' ? 'OKTA_CONFIRM=auto lets destructive calls' : 'OKTA_CONFIRM=two-step lets such calls';
  const roles = escalates?.some((each) => 'operation' in each)
    ? ' If it was asked for only because admin roles could not be read, grant the scope that reads them.'
    : '';
  return new OktaMcpError(
    'confirmation_unavailable',
    `${name} ${consequence(concern)}, so a person must confirm it, and this client cannot ask one. Nothing was sent.`,
    `${client}. Or the operator decides that ${setting} be confirmed by the model alone, which protects less.${roles}`,
    { concern },
  );
}

/** The acting principal, or a credential of it, is the target. */
export function selfTarget({ name }: ToolDefinition): OktaMcpError {
  return new OktaMcpError(
    'target_is_self',
    `${name} was refused because its target is what this server acts as: the signed-in user or app itself, or a credential of it. Nothing was sent.`,
    'Let another administrator do it, or use the Okta Admin Console.',
  );
}

/** So many calls of a batch are spelt out. */
const SPELT = 10;

/** What is wrong with calls of a batch. @param name of the tool they go through */
export function ofCalls(name: string, wrong: readonly [CallError, ...CallError[]]): OktaMcpError {
  const [{ error: first }] = wrong;
  const same = wrong.every(({ error }) => error.code === first.code);
  const lines = wrong.slice(0, SPELT).map(({ at, error }) => `calls[${at}]: ${error.message}`);
  const more = wrong.length > SPELT ? [`and ${wrong.length - SPELT} more, see calls below`] : [];
  const fixes = [...new Set(wrong.map(({ error }) => error.fix))].join(' ');
  const indices = wrong.map(({ at }) => at);
  return new OktaMcpError(
    same ? first.code : 'arguments_invalid',
    `None of the calls was sent:\n${[...lines, ...more].join('\n')}`,
    `Call ${name} again without ${indices.length === 1 ? 'it' : 'them'}, and tell the person you work for. As for what is left out: ${fixes}`,
    { calls: indices },
  );
}

/** A call by its place in the batch. */
export interface CallError {
  readonly at: number;
  readonly error: OktaMcpError;
}

/** Two calls of a batch are about the same thing. */
export function twice({ name }: ToolDefinition, first: number, second: number): OktaMcpError {
  return new OktaMcpError(
    'arguments_invalid',
    `calls[${first}] and calls[${second}] would do ${name} to the same target. Nothing was sent.`,
    'Give each target once.',
  );
}

/** The target is not in the state the tool is for. */
export function unfit({ name }: ToolDefinition, must: string, found: string, fix: string): OktaMcpError {
  return new OktaMcpError('target_unfit', `${name} needs a ${must}, and found: ${found}. Nothing was sent.`, fix);
}

/** Whether the target is in the state the tool is for is not known. @param lacking why it may not even be asked for */
export function unread(
  { name }: ToolDefinition,
  must: string,
  { label, text, refused }: Fact,
  lacking: Unreadable | undefined,
): OktaMcpError {
  if (lacking) {
    const { reader, refusal } = lacking;
    const message = `${name} needs a ${must}, so it must read the ${label} first, as ${reader} does. ${refusal.message}`;
    return new OktaMcpError(refusal.code, message, refusal.fix, { ...refusal.details, reads: reader });
  }
  const why = refused ? `could not be read: ${refused.message}` : `${text}.`;
  const fix = refused?.fix ?? 'Call again later.';
  const code = refused?.code ?? 'target_unfit';
  return new OktaMcpError(code, `${name} needs a ${must}, and the ${label} ${why} Nothing was sent.`, fix);
}

/** The first of two steps. @param name of the tool to repeat @param state what the second one carries */
export function twoSteps(name: string, message: string, state: string, expires: number): OktaMcpError {
  return new OktaMcpError(
    'confirmation_required',
    `Nothing has been sent yet. This client cannot ask a person, so the call takes two steps; repeating it is not a person's confirmation.\n${message}`,
    `Where the person you work for has agreed to exactly this: ${name} with the same arguments and this \`confirmation\`, once, until ${new Date(expires).toISOString()}.`,
    { confirmation: state },
  );
}
