import { type InboundLimit, inboundLimitInMemory } from '../http/inbound-limit.js';
import type { BudgetStore } from '../okta/rate-budget.js';
import type { ReplicaSettings } from '../replica-settings.js';
import type { SessionOptions } from '../server/sessions.js';
import { OPEN_FOR } from '../tools/confirm.js';
import { Seal, type UsedSeals, UsedSealsInMemory } from '../tools/seal.js';
import { BudgetsInRedis } from './budgets.js';
import { inboundLimitInRedis } from './inbound-limit.js';
import { SealsInRedis } from './seals.js';
import { SessionsInRedis } from './session-registry.js';
import { SharedRedis, type SharedRedisParts } from './shared-redis.js';

/** What this process has in common with its replicas. */
export interface Replicas {
  readonly shared: { readonly seal: Seal; readonly used?: UsedSeals; readonly budgets?: BudgetStore };
  readonly limit: InboundLimit;
  readonly sessions: Pick<SessionOptions, 'shared'>;
  /** Whether Redis can be used now; absent: there is none. */
  readonly redis?: { readonly up: boolean; check(): Promise<void> };
  close(): void;
}

export interface ReplicasParts extends Omit<SharedRedisParts, 'url'> {
  /** Requests a minute, for each caller. */
  readonly rateLimit: number;
  /** After so many milliseconds without a request a session ends. */
  readonly idleMs: number;
}

/**
 * Opens what the settings name; without Redis everything is this process's own.
 * @throws OktaMcpError `config_invalid` when Redis refuses the credentials
 */
export async function openReplicas(settings: ReplicaSettings, parts: ReplicasParts): Promise<Replicas> {
  const { sealKey, redisUrl: url } = settings;
  const { rateLimit, idleMs, now } = parts;
  const seal = new Seal(sealKey && Buffer.from(sealKey.reveal(), 'base64url'));
  if (!url) {
    const shared = { seal, ...(sealKey && { used: ofThisProcess(now) }) };
    return { shared, limit: inboundLimitInMemory(rateLimit), sessions: {}, close() {} };
  }
  const redis = await SharedRedis.open({ ...parts, url });
  return {
    shared: { seal, used: new SealsInRedis(redis, now), budgets: new BudgetsInRedis(redis, now) },
    limit: inboundLimitInRedis(redis, rateLimit),
    sessions: { shared: { seal, registry: new SessionsInRedis(redis, idleMs) } },
    redis,
    close: () => redis.close(),
  };
}

/** Seals that an earlier process made with the same key may have been used there. */
function ofThisProcess(now: () => number): UsedSeals {
  const start = now();
  const used = new UsedSealsInMemory(now);
  return { use: async (id, expires) => expires - OPEN_FOR > start && (await used.use(id, expires)) };
}
