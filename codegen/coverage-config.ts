import { z } from 'zod';

/** Why an operation is no tool. Closed: a new reason is a decision about the product. */
export const REASONS = {
  'redirect-only': 'Okta answers nothing but a redirect; it was replaced.',
  'deprecated-duplicate': 'Deprecated, and another tool reads or does the same.',
  'own-credential': 'It would revoke the credential this server works with.',
} as const;
export type Reason = keyof typeof REASONS;

const risk = z.enum(['read', 'write', 'destructive', 'privileged']);

/** One rule for operations that have no entry of their own. The first that matches decides. */
export const pattern = (roles: z.ZodType<Roles>) =>
  z.strictObject({
    /** Scope without its last part (`okta.apps`), or `none` for operations that need no scope. */
    scope: z.string(),
    /** What the path begins with; names of parameters do not count. Several: any of them. */
    path: z.union([z.string().startsWith('/'), z.array(z.string().startsWith('/')).min(1)]).optional(),
    toolset: z.string(),
    /** Of what is no GET; derived from method and path when absent. `read`: a POST that asks and changes nothing. */
    risk: risk.optional(),
    /** Of what only takes away (DELETE, revoke, deactivate), where `risk` would say too much. */
    removal: risk.exclude(['read']).optional(),
    /** Of reads that answer live secrets. */
    reads: z.literal('privileged').optional(),
    /** `none`: no administrator role is needed, the caller acts on what is its own. */
    roles: z.union([z.literal('none'), roles]).optional(),
  });

/** Of `codegen/config.ts`. */
export interface Roles {
  anyOf: string[];
  permissions?: string[] | undefined;
  source: string;
  verified: boolean;
}
export type Pattern = z.output<ReturnType<typeof pattern>>;

/** Operation id -> our words for it, its name where the rules make a poor one, and names it once had. */
export const phrase = z.union([
  z.string().min(1),
  z.strictObject({
    name: z.string().optional(),
    says: z.string().min(1).optional(),
    aliases: z.array(z.string().regex(/^[a-z][a-z0-9_]*$/)).optional(),
  }),
]);
export type Phrase = z.output<typeof phrase>;

export const excluded = z.record(z.string(), z.enum(Object.keys(REASONS) as [Reason, ...Reason[]]));

/** `protocol`: operations that clients of a protocol call, not administrators. They are never offered. */
export const specs = z.record(z.string(), z.strictObject({ protocol: z.array(z.string()).default([]) }));
