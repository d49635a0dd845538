import type { CallContext, OktaReply, Operation, OperationInput } from '../okta/operation.js';
import { bind } from './bind.js';
import type { Catalog } from './catalog.js';
import type { JsonObject, ToolDefinition } from './definition.js';
import { itemsOf } from './result.js';

export interface EmptinessParts {
  /** What may be read now. */
  readonly catalog: () => Catalog;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly client: { send(id: string, input: OperationInput, context: CallContext): Promise<OktaReply> };
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What reading a list that is never empty told. */
type Sight = 'items' | 'nothing';

/** How long an answer is believed; a missing role is corrected while somebody waits for it. */
const BELIEVED_MS: Readonly<Record<Sight, number>> = { items: 5 * 60_000, nothing: 30_000 };

const CHECK_ROLE =
  'check its admin role (a person: Security > Administrators; an app: Applications > the app > Admin roles).';

const UNKNOWN = `Cannot tell whether nothing is there or the principal does not see it: it can read no list that has items in every org. To be sure, ${CHECK_ROLE}`;

/**
 * Says what an empty list means. Okta answers `[]` to a principal without an admin role as it does where there is
 * nothing, so a list that no org has empty is read as well.
 */
export class Emptiness {
  readonly #seen = new Map<string, { readonly sight: Sight; readonly until: number }>();

  constructor(private readonly parts: EmptinessParts) {}

  /** Another principal may see something else. */
  forget(): void {
    this.#seen.clear();
  }

  /**
   * For a reply that is a list: words for its reader when the list begins and ends with nothing; undefined for all
   * others. Never throws: the reply itself is at hand.
   */
  async note(
    tool: ToolDefinition,
    args: JsonObject,
    reply: OktaReply,
    context: CallContext,
  ): Promise<string | undefined> {
    const items = itemsOf(tool, reply);
    const unfiltered = tool.neverEmpty !== undefined && Object.keys(args).every((name) => name === 'limit');
    if (items && unfiltered) this.#learn(tool, items);
    if (items?.length !== 0 || 'after' in args || args.limit === 0) return undefined;
    const probes = this.parts.catalog().tools.filter(({ neverEmpty }) => neverEmpty !== undefined);
    const own = probes.find((probe) => this.#holds(probe, tool));
    let nothing: ToolDefinition | undefined;
    for (const probe of own ? [own, ...probes.filter((other) => other !== own)] : probes) {
      const sight = await this.#look(probe, context);
      if (sight === 'items') return this.#pathOf(probe) === this.#pathOf(tool) ? matchless(probe) : uncertain(probe);
      if (sight === 'nothing') nothing ??= probe;
      if (sight === 'nothing' && probe === own) break;
    }
    return nothing ? blind(nothing) : UNKNOWN;
  }

  /** The list is part of the collection that the probe lists. */
  #holds(probe: ToolDefinition, tool: ToolDefinition): boolean {
    return `${this.#pathOf(tool)}/`.startsWith(`${this.#pathOf(probe)}/`);
  }

  #pathOf({ operation }: ToolDefinition): string {
    return this.parts.operations[operation]?.path ?? operation;
  }

  /** Undefined when it cannot be told. */
  async #look(probe: ToolDefinition, context: CallContext): Promise<Sight | undefined> {
    const known = this.#seen.get(probe.name);
    if (known && this.parts.now() < known.until) return known.sight;
    const operation = this.parts.operations[probe.operation];
    if (!operation) return undefined;
    try {
      const args = probe.page?.limit === undefined ? {} : { limit: 1 };
      const reply = await this.parts.client.send(probe.operation, bind(probe, operation, args), context);
      const items = itemsOf(probe, reply);
      return items && this.#learn(probe, items);
    } catch {
      return undefined;
    }
  }

  #learn({ name }: ToolDefinition, items: readonly unknown[]): Sight {
    const sight = items.length > 0 ? 'items' : 'nothing';
    this.#seen.set(name, { sight, until: this.parts.now() + BELIEVED_MS[sight] });
    return sight;
  }
}

function matchless({ name }: ToolDefinition): string {
  return `Nothing matches. ${name} does answer items here; an admin role limited to targets may still hide some.`;
}

function uncertain({ name }: ToolDefinition): string {
  return `Nothing is there, or the admin role of the principal does not cover it: ${name} does answer items here.`;
}

function blind({ name, neverEmpty }: ToolDefinition): string {
  return `This does not mean that nothing is there: ${name} without a filter is empty, although ${neverEmpty}. The principal sees nothing there: ${CHECK_ROLE}`;
}
