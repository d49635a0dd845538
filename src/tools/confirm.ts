import { randomBytes } from 'node:crypto';
import type { OktaMcpError } from '../errors.js';
import {
  changed,
  declined,
  invalid,
  ofCalls,
  selfTarget,
  twice,
  twoSteps,
  unavailable,
  unfit,
  unread,
} from './confirm-refusals.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import { concerns, riskOf } from './escalation.js';
import type { Answer, Confirmation, ConfirmMode, Guard, Guarded, GuardedCall, Question } from './guard.js';
import { type Fact, type Previewer, valueAt } from './preview.js';
import { type ActingPrincipal, namesPrincipal, type Principal } from './principal.js';
import { batchText, type Concern, questionText } from './question.js';
import { canonical, digest, type Seal, type Sealed, type UsedSeals } from './seal.js';

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

/** From this many calls on, their number is typed. */
const TYPED = 11;

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
  const concern = concernOf(tool) ?? (tool.escalates?.some((each) => riskOf(each) === 'destructive') && 'destructive');
  return allowsTwoSteps(mode, concern || 'privileged');
}

/** Whether a call may go through two steps of the model where no person can be asked. */
function allowsTwoSteps(mode: ConfirmMode, concern: Concern): boolean {
  return mode === 'two-step' || (mode !== 'elicit' && concern !== 'privileged');
}

/** The guard of calls that erase, weaken security or hand out power. */
export function confirmation(parts: ConfirmParts): Guard {
  return (guarded) => new Confirming(parts, guarded).decide();
}

type Asked = Extract<Confirmation, 'human' | 'model-two-step'>;

/** Calls on their way through. */
class Confirming {
  constructor(
    private readonly parts: ConfirmParts,
    private readonly guarded: Guarded,
  ) {}

  async decide(): Promise<{ confirmed: Confirmation } | { ask: Question }> {
    const { tool, calls, context, batch } = this.guarded;
    const reasons = await Promise.all(calls.map((call) => this.#escalations(call)));
    const raised = new Set(reasons.flat().map(({ risk }) => risk));
    const concern = raised.has('privileged') ? 'privileged' : (concernOf(tool) ?? [...raised][0]);
    if (!concern) {
      // It was asked for a reason that is gone; a no stays a no.
      if (mayNeedConfirmation(tool) && context.answer && !this.#accepted(context.answer))
        throw declined(tool, context.answer);
      return { confirmed: 'none' };
    }
    const how = this.#how(concern);
    const presented = how === 'human' ? context.answer?.state : this.guarded.token;
    const asked = how !== 'policy-off' && presented !== undefined;
    const sealed = asked ? await this.#redeem(presented, how) : undefined;

    const facts = await Promise.all(calls.map((call) => this.#look(call)));
    // Known better now that a credential has been used.
    const principal = await this.parts.principal.identify(context);
    this.#refuseUnfit(facts, principal);
    this.#refuseTwice(facts);
    if (how === 'policy-off') return { confirmed: how };

    const shown = calls.map((call, at) => [...facts[at]!, ...reasons[at]!, ...(call.facts ?? [])]);
    const about = { concern, org: this.parts.org };
    const message =
      batch === undefined
        ? questionText(tool, calls[0]!.args, { ...about, facts: shown.flat() })
        : batchText(tool, calls, { ...about, facts: shown });
    const version = digest(shown.map((each) => each.map((fact) => [fact.label, fact.version])));
    if (!sealed) return await this.#ask(how, message, version, principal);
    if (sealed.version !== version) throw changed(tool, message);
    return { confirmed: how };
  }

  /** What the tool fixes and what a call gives, as reads refer to it. */
  #values({ args }: GuardedCall): JsonObject {
    return { ...this.guarded.tool.arguments, ...args };
  }

  /** Why a call is more than its tool need be. */
  async #escalations(call: GuardedCall): Promise<(Fact & { risk: ReturnType<typeof riskOf> })[]> {
    const { tool, context, catalog } = this.guarded;
    const values = this.#values(call);
    const reasons = (tool.escalates ?? []).filter((each) => concerns(each, values));
    const found = reasons.map(async (reason) => {
      const risk = riskOf(reason);
      if (!('operation' in reason)) return [{ label: reason.label, text: 'yes', version: 'given', risk }];
      const facts = await this.parts.previewer.lookAtEach(reason, values, context, catalog);
      return facts.filter(({ unread, count }) => unread || count !== 0).map((fact) => ({ ...fact, risk }));
    });
    return (await Promise.all(found)).flat();
  }

  /** What Okta says about the target of a call. */
  #look(call: GuardedCall): Promise<Fact[]> {
    const { tool, context, catalog } = this.guarded;
    return this.parts.previewer.look(tool.preview ?? [], this.#values(call), context, catalog);
  }

  #how(concern: Concern): Asked | 'policy-off' {
    const { mode } = this.parts;
    const { tool, context, token } = this.guarded;
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
   * @throws OktaMcpError when it is not the answer to a question about these very calls
   */
  async #redeem(presented: unknown, how: Asked): Promise<Sealed> {
    const { tool, context } = this.guarded;
    const { seal, used, org, now } = this.parts;
    const sealed = seal.open(presented);
    if (!sealed) throw invalid(tool, 'this server has not issued it');
    const principal = await this.parts.principal.identify(context);
    if (sealed.expires <= now()) throw invalid(tool, 'it has expired');
    if (sealed.kind !== how) throw invalid(tool, 'it belongs to another way of asking');
    if (sealed.tool !== tool.name) throw invalid(tool, 'it belongs to another tool');
    if (sealed.arguments !== this.#arguments()) throw invalid(tool, 'it belongs to other arguments');
    if (sealed.principal !== this.#whose(principal)) throw invalid(tool, 'it belongs to somebody else');
    if (sealed.org !== org) throw invalid(tool, 'it belongs to another org');
    if (!(await used.use(sealed.id, sealed.expires))) throw invalid(tool, 'it has been used already, or is forgotten');
    if (how === 'human' && !this.#accepted(context.answer)) throw declined(tool, context.answer);
    return sealed;
  }

  async #ask(how: Asked, message: string, version: string, principal: Principal): Promise<{ ask: Question }> {
    const { tool, calls, batch } = this.guarded;
    const { seal, used, org, now } = this.parts;
    const expires = now() + OPEN_FOR;
    const id = randomBytes(12).toString('base64url');
    await used.issued?.(id, expires);
    const state = seal.close({
      kind: how,
      tool: tool.name,
      arguments: this.#arguments(),
      principal: this.#whose(principal),
      org,
      version,
      expires,
      id,
    });
    const typed = calls.length >= TYPED && { count: calls.length };
    if (how === 'human') return { ask: { message, state, ...typed } };
    throw twoSteps(batch ?? tool.name, message, state, expires);
  }

  /** A batch of one is not the call itself. */
  #arguments(): string {
    const { calls, batch } = this.guarded;
    const all = calls.map(({ args }) => args);
    return digest(batch === undefined ? all[0] : [batch, all]);
  }

  #whose({ name }: Principal): string {
    return digest([this.guarded.context.caller ?? null, name]);
  }

  /** Only a form that was submitted with the box ticked, and the number typed where there is one, is a yes. */
  #accepted(answer: Answer | undefined): boolean {
    const { calls } = this.guarded;
    if (answer?.action !== 'accept' || answer.content?.confirm !== true) return false;
    return calls.length < TYPED || answer.content.count === calls.length;
  }

  /** Targets that are not there or not fit; of a batch, all of them at once. */
  #refuseUnfit(facts: readonly (readonly Fact[])[], principal: Principal): void {
    const { calls, batch } = this.guarded;
    const wrong = calls.flatMap((call, index) => {
      const { at = 0 } = call;
      const error = this.#wrong(call, facts[index]!, principal);
      return error ? [{ at, error }] : [];
    });
    const [first, ...others] = wrong;
    if (first) throw batch === undefined ? first.error : ofCalls(batch, [first, ...others]);
  }

  #wrong({ args, targets }: GuardedCall, facts: readonly Fact[], principal: Principal): OktaMcpError | undefined {
    // Nobody acts against the credentials this server lives on, or the person they belong to.
    // What takes away may name its target in the body as well.
    const given = this.guarded.tool.risk === 'destructive' ? args : targets;
    const named = [given, ...facts.flatMap(({ owners = [] }) => owners)];
    if (namesPrincipal(named, principal)) return selfTarget(this.guarded.tool);
    return facts[0]?.missing ?? this.#unfit(facts);
  }

  /** By id and by name it is still one target, and some calls do more the second time: deleting a user, for one. */
  #refuseTwice(facts: readonly (readonly Fact[])[]): void {
    const { tool, calls } = this.guarded;
    const before = new Map<string, number>();
    for (const [index, call] of calls.entries()) {
      const { at = 0 } = call;
      const ids = facts[index]!.filter(({ data }) => data).map(({ data, label }) => [label, data!.id]);
      const key = canonical([ids, this.#apart(call)]);
      const first = before.get(key);
      if (ids.length > 0 && first !== undefined) throw twice(tool, first, at);
      before.set(key, at);
    }
  }

  /** What a call gives beside what names its target. */
  #apart({ args, targets }: GuardedCall): JsonObject {
    return Object.fromEntries(Object.entries(args).filter(([, value]) => !targets.includes(value)));
  }

  #unfit(facts: readonly Fact[]): OktaMcpError | undefined {
    const { tool } = this.guarded;
    for (const { label, operation, requires } of tool.preview ?? []) {
      const fact = facts.find((each) => each.label === label);
      const wrong = Object.entries(requires?.fields ?? {}).filter(
        ([path, value]) => valueAt(fact?.data, path) !== value,
      );
      if (!requires || wrong.length === 0) continue;
      const must = wrong.map(([path, value]) => `${path} ${value}`).join(', ');
      const target = `${label} with ${must}`;
      // What nobody has seen is not wrong, and what helps where it is would be bad advice.
      if (fact?.unread) return unread(tool, target, fact, this.guarded.unreadable?.(operation));
      return unfit(tool, target, fact?.text ?? 'nothing', requires.otherwise);
    }
    return undefined;
  }
}
