import { OktaMcpError } from '../errors.js';
import type { Answer, ConfirmMode } from './confirm.js';
import type { ToolDefinition } from './definition.js';
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
    accept: 'the person did not tick the box',
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
  const roles = escalates
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

/** The target is not in the state the tool is for. */
export function unfit({ name }: ToolDefinition, must: string, found: string, fix: string): OktaMcpError {
  return new OktaMcpError('target_unfit', `${name} needs a ${must}, and found: ${found}. Nothing was sent.`, fix);
}

/** The first of two steps. @param state what the second one carries */
export function twoSteps({ name }: ToolDefinition, message: string, state: string, expires: number): OktaMcpError {
  return new OktaMcpError(
    'confirmation_required',
    `Nothing has been sent yet. This client cannot ask a person, so the call takes two steps; repeating it is not a person's confirmation.\n${message}`,
    `Where the person you work for has agreed to exactly this: ${name} with the same arguments and this \`confirmation\`, once, until ${new Date(expires).toISOString()}.`,
    { confirmation: state },
  );
}
