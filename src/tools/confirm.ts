import { randomBytes } from 'node:crypto';
import type { CallContext } from '../okta/operation.js';
import { changed, declined, invalid, selfTarget, twoSteps, unavailable, unfit } from './confirm-refusals.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import { type Fact, type Previewer, valueAt } from './preview.js';
import { type ActingPrincipal, namesPrincipal, type Principal } from './principal.js';
import { type Concern, questionText } from './question.js';
import { digest, type Seal, type Sealed, type UsedSeals } from './seal.js';

/** As in `OKTA_CONFIRM`. */
export type ConfirmMode = 'auto' | 'elicit' | 'two-step' | 'off';

/** Who confirmed. A model that repeats its own call is never called human. */
export type Confirmation = 'human' | 'model-two-step' | 'policy-off' | 'none';

/** What came back for a question. */
export interface Answer {
  /** The seal of the question, as the client returned it. */
  readonly state: unknown;
  /** `none`: the seal came back without an answer; `failed`: the client could not be asked, or gave none in time. */
  readonly action: 'accept' | 'decline' | 'cancel' | 'failed' | 'none';
  /** What was filled in. */
  readonly content?: JsonObject;
  /** Why it failed. */
  readonly reason?: string;
}

/** A call together with what its client can do. */
export interface AskingContext extends CallContext {
  /** The client can show a question to a person. */
  readonly canAsk?: boolean;
  readonly answer?: Answer;
}

/** Put to a person by whoever speaks to the client; the call is made again with the answer. */
export interface Question {
  readonly message: string;
  readonly state: string;
}

export interface GuardedCall {
  readonly tool: ToolDefinition;
  /** Checked, without `confirmation`. */
  readonly args: JsonObject;
  /** Those of `args` that the path of the operation takes: they name the target. */
  readonly targets: readonly unknown[];
  /** The token of the first of two steps. */
  readonly token?: unknown;
  readonly context: AskingContext;
}

/**
 * Decides whether a checked call may act now: says who confirmed it, or asks.
 * @throws OktaMcpError when it may not act
 */
export type Guard = (call: GuardedCall) => Promise<{ readonly confirmed: Confirmation } | { readonly ask: Question }>;

export interface ConfirmParts {
  readonly mode: ConfirmMode;
  readonly seal: Seal;
  readonly used: UsedSeals;
  readonly previewer: Previewer;
  readonly principal: Pick<ActingPrincipal, 'identify'>;
  /** Origin of the org. */
  readonly org: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How long a question stays open, in milliseconds. */
export const OPEN_FOR = 600_000;

/** Why every call of a tool must be confirmed, if it must. */
export function concernOf({ risk, update }: ToolDefinition): Concern | undefined {
  if (risk === 'privileged' || risk === 'destructive') return risk;
  return update === 'replace' ? 'replace' : undefined;
}

/** Whether some calls of a tool must be confirmed, so that they may carry the token of a first step. */
export function mayNeedConfirmation(tool: ToolDefinition): boolean {
  return concernOf(tool) !== undefined || tool.escalates !== undefined;
}

/** Whether calls of a tool may carry the token of a first step, when its client cannot ask a person. */
export function takesToken(mode: ConfirmMode, tool: ToolDefinition): boolean {
  if (mode === 'off' || !mayNeedConfirmation(tool)) return false;
  return allowsTwoSteps(mode, concernOf(tool) ?? 'privileged');
}

/** Whether a call may go through two steps of the model where no person can be asked. */
function allowsTwoSteps(mode: ConfirmMode, concern: Concern): boolean {
  return mode === 'two-step' || (mode !== 'elicit' && concern !== 'privileged');
}

/** The guard of calls that erase, weaken security or hand out power. */
export function confirmation(parts: ConfirmParts): Guard {
  return (call) => new Confirming(parts, call).decide();
}

type Asked = Extract<Confirmation, 'human' | 'model-two-step'>;

/** One call on its way through. */
class Confirming {
  constructor(
    private readonly parts: ConfirmParts,
    private readonly call: GuardedCall,
  ) {}

  async decide(): Promise<{ confirmed: Confirmation } | { ask: Question }> {
    const { tool, args, context } = this.call;
    const reasons = await this.#escalations();
    const concern = reasons.length > 0 ? 'privileged' : concernOf(tool);
    if (!concern) {
      // It was asked for a reason that is gone; a no stays a no.
      if (mayNeedConfirmation(tool) && context.answer && !accepted(context.answer))
        throw declined(tool, context.answer);
      return { confirmed: 'none' };
    }
    const how = this.#how(concern);
    const presented = how === 'human' ? context.answer?.state : this.call.token;
    const asked = how !== 'policy-off' && presented !== undefined;
    const sealed = asked ? await this.#redeem(presented, how) : undefined;

    this.#refuseSelf(this.call.targets, await this.parts.principal.identify(context));
    const facts = await this.parts.previewer.look(tool.preview ?? [], this.#values(), context);
    if (facts[0]?.missing) throw facts[0].missing;
    // Known better now that a credential has been used.
    const principal = await this.parts.principal.identify(context);
    this.#refuseSelf(
      facts.flatMap(({ owners = [] }) => owners),
      principal,
    );
    this.#refuseUnfit(facts);
    if (how === 'policy-off') return { confirmed: how };

    const shown = [...facts, ...reasons];
    const message = questionText(tool, args, { concern, org: this.parts.org, facts: shown });
    const version = digest(shown.map((fact) => [fact.label, fact.version]));
    if (!sealed) return this.#ask(how, message, version, principal);
    if (sealed.version !== version) throw changed(tool, message);
    return { confirmed: how };
  }

  /** What the tool fixes and what the call gives, as reads refer to it. */
  #values(): JsonObject {
    const { tool, args } = this.call;
    return { ...tool.arguments, ...args };
  }

  /** Why this call is privileged although its tool need not be. */
  async #escalations(): Promise<Fact[]> {
    const { tool, context } = this.call;
    const values = this.#values();
    const found: Fact[] = [];
    for (const escalation of tool.escalates ?? []) {
      if ('given' in escalation) {
        const given = valueAt(values, escalation.given) ?? undefined;
        if (given !== undefined) found.push({ label: escalation.label, text: 'yes', version: 'given' });
      } else {
        const facts = await this.parts.previewer.lookAtEach(escalation, values, context);
        found.push(...facts.filter(({ unread, count }) => unread || count !== 0));
      }
    }
    return found;
  }

  #how(concern: Concern): Asked | 'policy-off' {
    const { mode } = this.parts;
    const { tool, context, token } = this.call;
    if (mode === 'off' && concern !== 'privileged') return 'policy-off';
    if (!context.canAsk) {
      if (allowsTwoSteps(mode, concern)) return 'model-two-step';
      throw unavailable(tool, concern, mode);
    }
    if (token !== undefined) throw invalid(tool, 'a person is asked here, so no confirmation can be given beforehand');
    return 'human';
  }

  /**
   * Checks everything about a seal but the version of the target, and uses it up.
   * @throws OktaMcpError when it is not the answer to a question about this very call
   */
  async #redeem(presented: unknown, how: Asked): Promise<Sealed> {
    const { tool, args, context } = this.call;
    const { seal, used, org, now } = this.parts;
    const sealed = seal.open(presented);
    if (!sealed) throw invalid(tool, 'this server has not issued it');
    const principal = await this.parts.principal.identify(context);
    if (sealed.expires <= now()) throw invalid(tool, 'it has expired');
    if (sealed.kind !== how) throw invalid(tool, 'it belongs to another way of asking');
    if (sealed.tool !== tool.name) throw invalid(tool, 'it belongs to another tool');
    if (sealed.arguments !== digest(args)) throw invalid(tool, 'it belongs to other arguments');
    if (sealed.principal !== this.#whose(principal)) throw invalid(tool, 'it belongs to somebody else');
    if (sealed.org !== org) throw invalid(tool, 'it belongs to another org');
    if (!(await used.use(sealed.id, sealed.expires))) throw invalid(tool, 'it has been used already');
    if (how === 'human' && !accepted(context.answer)) throw declined(tool, context.answer);
    return sealed;
  }

  #ask(how: Asked, message: string, version: string, principal: Principal): { ask: Question } {
    const { tool, args } = this.call;
    const { seal, org, now } = this.parts;
    const expires = now() + OPEN_FOR;
    const state = seal.close({
      kind: how,
      tool: tool.name,
      arguments: digest(args),
      principal: this.#whose(principal),
      org,
      version,
      expires,
      id: randomBytes(12).toString('base64url'),
    });
    if (how === 'human') return { ask: { message, state } };
    throw twoSteps(tool, message, state, expires);
  }

  #whose({ name }: Principal): string {
    return digest([this.call.context.caller ?? null, name]);
  }

  /** Nobody acts against the credentials this server lives on, or the person they belong to. */
  #refuseSelf(named: readonly unknown[], principal: Principal): void {
    if (namesPrincipal(named, principal)) throw selfTarget(this.call.tool);
  }

  #refuseUnfit(facts: readonly Fact[]): void {
    const { tool } = this.call;
    for (const { label, requires } of tool.preview ?? []) {
      const fact = facts.find((each) => each.label === label);
      const wrong = Object.entries(requires?.fields ?? {}).filter(
        ([path, value]) => valueAt(fact?.data, path) !== value,
      );
      if (!requires || wrong.length === 0) continue;
      const must = wrong.map(([path, value]) => `${path} ${value}`).join(', ');
      throw unfit(tool, `${label} with ${must}`, fact?.text ?? 'nothing', requires.otherwise);
    }
  }
}

/** Only a form that was submitted with the box ticked is a yes. */
function accepted(answer: Answer | undefined): boolean {
  return answer?.action === 'accept' && answer.content?.confirm === true;
}
