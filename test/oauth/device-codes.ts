import type { Account } from '../../src/demo-org/demo-org.js';
import { type App, isAssigned } from './apps.js';
import type { Core } from './core.js';
import { OAuthFailure } from './failure.js';

interface DeviceCode {
  readonly userCode: string;
  readonly app: App;
  /** Seconds; grows by 5 with each `slow_down`, and stays so (RFC 8628 section 3.5). */
  interval: number;
  polledAt: number | undefined;
  expiresAt: number;
  /** Approved, denied or exchanged. */
  settled: boolean;
  refusal?: 'access_denied' | 'user_not_assigned';
}

/** What the edge adds to oidc-provider's device flow: the pace of polling, the clock, and the person at `/activate`. */
export class DeviceCodes {
  readonly #codes = new Map<string, DeviceCode>();

  constructor(
    private readonly core: Core,
    private readonly now: () => number,
  ) {}

  issued(deviceCode: string, userCode: string, app: App, life: number, interval: number): void {
    const expiresAt = this.now() + life * 1000;
    this.#codes.set(deviceCode, { userCode, app, interval, polledAt: undefined, expiresAt, settled: false });
  }

  /** How many codes of the app wait for a person. */
  waiting(app: App): number {
    return [...this.#codes.values()].filter(
      (code) => code.app.id === app.id && !code.settled && code.expiresAt > this.now(),
    ).length;
  }

  /** Refuses a poll that is too late or too early; what a poll in time gets is oidc-provider's decision. */
  poll(deviceCode: string): void {
    const code = this.#codes.get(deviceCode);
    if (!code) return;
    const now = this.now();
    if (code.expiresAt <= now) throw new OAuthFailure('expired_token');
    const early = code.polledAt !== undefined && now - code.polledAt < code.interval * 1000;
    code.polledAt = now;
    if (!early) return;
    code.interval += 5;
    throw new OAuthFailure('slow_down');
  }

  /** Why the person at `/activate` was refused. */
  refusal(deviceCode: string): 'access_denied' | 'user_not_assigned' {
    return this.#codes.get(deviceCode)?.refusal ?? 'access_denied';
  }

  has(userCode: string): boolean {
    return [...this.#codes.values()].some((code) => code.userCode === userCode);
  }

  /** The person signs in at `/activate`, enters the code and allows it. */
  async approve(userCode: string, account: Account): Promise<void> {
    const code = this.#waitingFor(userCode);
    if (!isAssigned(code.app, account.login)) return this.#refuse(code, 'user_not_assigned');
    code.settled = true;
    const { provider } = this.core;
    const inner = await this.#inner(userCode);
    const scope = String(inner.params?.scope ?? '');
    const grant = new provider.Grant({ accountId: account.id, clientId: code.app.id });
    grant.addOIDCScope(scope);
    const grantId = await grant.save();
    Object.assign(inner, { accountId: account.id, grantId, scope, authTime: Math.floor(Date.now() / 1000) });
    await inner.save();
  }

  async deny(userCode: string): Promise<void> {
    await this.#refuse(this.#waitingFor(userCode), 'access_denied');
  }

  expireAll(): void {
    for (const code of this.#codes.values()) code.expiresAt = this.now();
  }

  async #refuse(code: DeviceCode, refusal: 'access_denied' | 'user_not_assigned'): Promise<void> {
    code.settled = true;
    code.refusal = refusal;
    const inner = await this.#inner(code.userCode);
    await Object.assign(inner, { error: 'access_denied', errorDescription: refusal }).save();
  }

  #waitingFor(userCode: string): DeviceCode {
    const code = [...this.#codes.values()].find((each) => each.userCode === userCode && !each.settled);
    if (!code) throw new Error(`No device login waits for the code ${userCode}.`);
    return code;
  }

  async #inner(userCode: string) {
    const inner = await this.core.provider.DeviceCode.findByUserCode(userCode);
    if (!inner) throw new Error(`oidc-provider has lost the device code ${userCode}.`);
    return inner;
  }
}
