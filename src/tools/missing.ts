import type { Credential } from '../auth/strategy.js';

/** Why a known tool is outside a grant; only the reasons that apply are present. */
export interface Missing {
  /** The smallest scope sets of which adding any one satisfies the tool. */
  readonly scopes?: readonly (readonly string[])[];
  /** The grant is read-only and the tool is not. */
  readonly readOnly?: true;
  /** The toolset that is not among those of the grant. */
  readonly toolset?: string;
  /** The tool is not among the explicitly named ones. */
  readonly unlisted?: true;
  /** The toolset of a tool that no scope guards and nobody asked for: it changes something, so it is off by default. */
  readonly unnamed?: string;
  /** The credential kinds Okta accepts for the tool, none of which is the grant's. */
  readonly credential?: readonly Credential[];
  /** Roles any one of which would suffice. */
  readonly roles?: readonly string[];
  /** Permissions of a custom role that suffice instead of these. */
  readonly permissions?: readonly string[];
}

/** Always sufficient where a standard role is asked for (Okta, "Standard administrator roles and permissions"). */
export const SUPER_ADMIN = 'SUPER_ADMIN';

/** Every role that suffices, in words. */
export function rolesText(anyOf: readonly string[], permissions: readonly string[] = []): string {
  const custom = permissions.length > 0 ? [`a custom role with ${permissions.join(' and ')}`] : [];
  return [...new Set([...anyOf, SUPER_ADMIN]), ...custom].join(' or ');
}

/** Each reason a tool is not available, with what the operator would change. */
export function describeMissing(name: string, missing: Missing): { readonly why: string; readonly fix: string }[] {
  const reasons: { why: string; fix: string }[] = [];
  if (missing.scopes) {
    const sets = missing.scopes.map((set) => set.join(' and ')).join(', or ');
    reasons.push({ why: `it needs the scope ${sets}`, fix: `grant ${sets} in Okta and add it to OKTA_SCOPES` });
  }
  if (missing.readOnly) reasons.push({ why: 'the server is read-only', fix: 'unset OKTA_READ_ONLY' });
  if (missing.toolset) {
    reasons.push({ why: `toolset ${missing.toolset} is off`, fix: `add ${missing.toolset} to OKTA_TOOLSETS` });
  }
  if (missing.unlisted) reasons.push({ why: 'it is not among OKTA_TOOLS', fix: `add ${name} to OKTA_TOOLS` });
  if (missing.unnamed) {
    reasons.push({
      why: 'it changes something and needs no scope, so it is off unless it is named',
      fix: `name ${name} in OKTA_TOOLS, or its toolset ${missing.unnamed} in OKTA_TOOLSETS, together with all else that is to be offered`,
    });
  }
  if (missing.credential) {
    const accepted = missing.credential.map((kind) => (kind === 'oauth' ? 'an OAuth access token' : 'an API token'));
    const needed = accepted.join(' or ');
    reasons.push({ why: `Okta accepts only ${needed} for it`, fix: `set the server up with ${needed}` });
  }
  if (missing.roles) {
    const roles = rolesText(missing.roles, missing.permissions);
    reasons.push({ why: `it needs the role ${roles}`, fix: 'assign such a role and add it to OKTA_ADMIN_ROLES' });
  }
  return reasons;
}
