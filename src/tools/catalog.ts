import type { Credential } from '../auth/strategy.js';
import type { ToolDefinition, ToolFile } from './definition.js';
import { type Missing, SUPER_ADMIN } from './missing.js';
import { nearestTools } from './nearest.js';

/**
 * What a principal or an operator allows. Absent fields do not restrict; `scopes` always does. A tool that changes something
 * and needs no scope takes `toolsets` or `tools`.
 */
export interface Grant {
  readonly scopes: readonly string[];
  /** The credential kind Okta will see; `any` where none is chosen yet. */
  readonly credential: Credential | 'any';
  readonly readOnly?: boolean;
  /** Ids of toolsets and presets: tools of any of them. */
  readonly toolsets?: readonly string[];
  readonly tools?: readonly string[];
  /** Administrator roles held (Okta `RoleType`). Hides tools only where their requirement is verified. */
  readonly roles?: readonly string[];
}

/** What one of several callers may use of what the server itself may. */
export type Restriction = Pick<Grant, 'scopes' | 'readOnly' | 'toolsets' | 'tools'>;

/** The tools somebody may use. Narrowing is the only way to derive another catalogue, and it only removes. */
export class Catalog {
  readonly #byName: ReadonlyMap<string, ToolDefinition>;

  private constructor(
    /** Release of Okta's specification the tools were generated from. */
    readonly release: string,
    /** Every scope the specification knows, sorted. */
    readonly scopes: readonly string[],
    readonly toolsets: ToolFile['toolsets'],
    readonly tools: readonly ToolDefinition[],
  ) {
    this.#byName = new Map(tools.flatMap((tool) => namesOf(tool).map((name) => [name, tool] as const)));
  }

  /** Every tool of `generated/tools.json`. */
  static parse(file: ToolFile): Catalog {
    return new Catalog(file.release, file.scopes, file.toolsets, file.tools);
  }

  /** The tools of this catalogue that the grant allows. */
  narrow(grant: Grant): Catalog {
    const gate = new Gate(grant);
    return new Catalog(
      this.release,
      this.scopes,
      this.toolsets,
      this.tools.filter((tool) => gate.missing(tool) === undefined),
    );
  }

  /** The tool of that name, or that once had it. */
  get(name: string): ToolDefinition | undefined {
    return this.#byName.get(name);
  }

  list(): readonly ToolDefinition[] {
    return this.tools;
  }

  /** Why a tool of this catalogue is outside the grant; undefined when it is inside, or when there is no such tool. */
  missing(name: string, grant: Grant): Missing | undefined {
    const tool = this.#byName.get(name);
    return tool && new Gate(grant).missing(tool);
  }

  /** Names of this catalogue that a misspelt one may have meant. */
  nearest(name: string): string[] {
    return nearestTools(
      name,
      this.tools.map((tool) => tool.name),
    );
  }
}

/** One grant, prepared for asking about many tools. There is no scope hierarchy here: codegen wrote it into `scopes`. */
class Gate {
  readonly #scopes: ReadonlySet<string>;
  readonly #toolsets: ReadonlySet<string> | undefined;
  readonly #tools: ReadonlySet<string> | undefined;

  constructor(readonly grant: Grant) {
    this.#scopes = new Set(grant.scopes);
    this.#toolsets = grant.toolsets && new Set(grant.toolsets);
    this.#tools = grant.tools && new Set(grant.tools);
  }

  missing(tool: ToolDefinition): Missing | undefined {
    const { credential, readOnly, roles } = this.grant;
    const unmet = tool.scopes.filter((anyOf) => !anyOf.some((scope) => this.#scopes.has(scope)));
    const missing: Missing = {
      ...(unmet.length > 0 && { scopes: smallestSets(unmet) }),
      ...(readOnly && tool.risk !== 'read' && { readOnly }),
      ...(this.#toolsets && !groupsOf(tool).some((id) => this.#toolsets?.has(id)) && { toolset: tool.toolset }),
      ...(this.#tools && !namesOf(tool).some((name) => this.#tools?.has(name)) && { unlisted: true as const }),
      ...(this.#unnamed(tool) && { unnamed: tool.toolset }),
      ...(credential !== 'any' && !tool.auth.includes(credential) && { credential: tool.auth }),
      ...(roles && lacksRole(tool, roles) && sufficient(tool)),
    };
    return Object.keys(missing).length > 0 ? missing : undefined;
  }

  /** No scope stands guard over it, so a change must have been asked for; lists of tools and toolsets say the rest. */
  #unnamed({ risk, scopes }: ToolDefinition): boolean {
    return risk !== 'read' && scopes.length === 0 && !this.#toolsets && !this.#tools;
  }
}

function namesOf({ name, aliases = [] }: ToolDefinition): string[] {
  return [name, ...aliases];
}

/** What `Grant.toolsets` may call it by. */
function groupsOf({ toolset, presets = [] }: ToolDefinition): string[] {
  return [toolset, ...presets];
}

function sufficient({ roles: { anyOf, permissions } }: ToolDefinition): Pick<Missing, 'roles' | 'permissions'> {
  return { roles: anyOf, ...(permissions?.length && { permissions }) };
}

function lacksRole({ roles: required }: ToolDefinition, held: readonly string[]): boolean {
  if (!required.verified || required.anyOf.length === 0) return false;
  const custom = (required.permissions ?? []).length > 0;
  return !held.some((role) => role === SUPER_ADMIN || required.anyOf.includes(role) || (role === 'CUSTOM' && custom));
}

/** The minimal sets holding one scope of every list: sets that contain another set are dropped. */
function smallestSets(lists: readonly (readonly string[])[]): string[][] {
  let sets: string[][] = [[]];
  for (const list of lists) {
    sets = sets.flatMap((set) => (list.some((s) => set.includes(s)) ? [set] : list.map((scope) => [...set, scope])));
  }
  const unique = [...new Map(sets.map((set) => [[...set].sort().join(' '), set])).values()];
  return unique
    .filter((set) => !unique.some((other) => other.length < set.length && other.every((scope) => set.includes(scope))))
    .sort((a, b) => a.length - b.length);
}
