import type { Credential } from '../auth/strategy.js';

/** `generated/tools.json`: all that the runtime knows about its tools. Written by codegen, read once at start. Types only. */
export interface ToolFile {
  /** Release of Okta's specification the tools were generated from. */
  readonly release: string;
  /** Every scope the specification knows, sorted. */
  readonly scopes: readonly string[];
  readonly toolsets: Readonly<Record<string, { readonly title: string }>>;
  /** Tools for one kind of work, across toolsets; their names go where those of toolsets go. */
  readonly presets?: Readonly<Record<string, Preset>>;
  readonly tools: readonly ToolDefinition[];
  /** The read that tells which person the credentials belong to, and the fields that name them. */
  readonly self?: {
    readonly operation: string;
    readonly arguments: Readonly<Record<string, string>>;
    readonly fields: readonly string[];
  };
}

export interface Preset {
  readonly title: string;
  /** The fewest scopes that open all of its tools. */
  readonly scopes: readonly string[];
  /** Standard administrator roles that together suffice for its tools, with as little beyond as can be. */
  readonly roles: readonly string[];
  /** Those of its tools for which no lesser role is known; only where `roles.verified` there is none. */
  readonly reserved: readonly string[];
}

export type Risk = 'read' | 'write' | 'destructive' | 'privileged';

/** One tool: what the model sees and what the gate checks. Plain JSON. */
export interface ToolDefinition {
  /** snake_case, at most 48 characters. */
  readonly name: string;
  /** Former names: calls by them reach this tool; never listed. */
  readonly aliases?: readonly string[];
  readonly title: string;
  readonly description: string;
  /** Key into `generated/operations.ts`. */
  readonly operation: string;
  /** Values this tool fixes or builds itself; they are never taken from the model. See `Template`. */
  readonly arguments?: Readonly<Record<string, Template>>;
  readonly toolset: string;
  /** Those it belongs to. */
  readonly presets?: readonly string[];
  /** Listed first when not everything fits. */
  readonly core: boolean;
  /** Offered through a pattern, in composed words; listed only where everything is. */
  readonly composed?: true;
  readonly risk: Risk;
  /** Every inner list needs one granted scope: `[["okta.users.read", "okta.users.manage"]]`. Empty: no scope needed. */
  readonly scopes: readonly (readonly string[])[];
  readonly roles: RoleRequirement;
  /** The credentials Okta accepts for it. */
  readonly auth: readonly Credential[];
  /** JSON Schema 2020-12, compact, closed at the top, without `$ref`. */
  readonly inputSchema: JsonObject;
  /** What Okta admits beyond `inputSchema`; applied before the validator is compiled. */
  readonly accept?: {
    /** JSON pointers to schemas that also admit null. */
    readonly nullable?: readonly string[];
    /** JSON pointers to schemas whose `enum` is a hint: unknown values are admitted. */
    readonly open?: readonly string[];
  };
  /** Names that clients refuse, as Okta has them, by JSON pointer into the arguments; `*` stands for every item. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Present on tools that answer a list. */
  readonly page?: Page;
  /** Why this list, read without a filter, has items in every org; who sees none may see nothing at all. */
  readonly neverEmpty?: string;
  /**
   * Of operations that replace a resource. `replace`: sent as given, so Okta erases what the body leaves out. `merge`: the
   * body is a merge patch (RFC 7396) of what is read first; see `merge`.
   */
  readonly update?: 'replace' | 'merge';
  /** How the resource is read and written back; with `update: merge`. */
  readonly merge?: Merge;
  /** Dotted paths of the fields a list shows of each item unless `fields` asks for more; absent, all. */
  readonly projection?: readonly string[];
  /** JSON pointers of what a reply may hold that no result shows; `*` stands for every item or value. */
  readonly secrets?: readonly string[];
  /** What is read before a call that must be confirmed, to say what it is about. The first is the target itself. */
  readonly preview?: readonly PreviewRead[];
  /**
   * What makes a call privileged or destructive although the tool's own risk says less. Its annotations are those of an
   * ordinary call all the same: a client that asks before every one trains people to click, and this server asks for those
   * that escalate.
   */
  readonly escalates?: readonly Escalation[];
  /** Files among its arguments. */
  readonly files?: readonly FileInput[];
  /** Which call tells what became of a request that Okta accepted and has not finished (202). */
  readonly outcome?: Outcome;
  readonly annotations: Annotations;
}

/** A file that a tool takes: `{ path }` or `{ data }`, and, where a caller knows them, `name` and `type`. */
export interface FileInput {
  /** Dotted path among the arguments: `body.file`. */
  readonly at: string;
  /** Media type by format, of the formats Okta takes here. */
  readonly types: Readonly<Record<string, string>>;
  /** It must have fewer bytes. */
  readonly below?: number;
  /** It must be as wide as high, and at most so many pixels. */
  readonly square?: number;
}

/** `${name}` stands for what the call gave, `${reply.name}` for what Okta answered, in the body or a link. */
export interface Outcome {
  readonly tool: string;
  /** Path of the operation behind the tool, to read `Location` and `Link` by. */
  readonly path: string;
  readonly arguments: Readonly<Record<string, string>>;
}

/** One read for the question that a person is asked. */
export interface PreviewRead {
  /** What it is to the person: `group`, `members`. */
  readonly label: string;
  /** Key into `generated/operations.ts`; a tool of risk `read` offers it, whose gate decides whether it may be read. */
  readonly operation: string;
  /** A value `${a.b}` stands for what the call gives there; without it, this is not read. */
  readonly arguments?: Readonly<Record<string, string | number>>;
  /** It need not exist yet; elsewhere a target that Okta does not know ends the call. */
  readonly optional?: true;
  /** Dotted paths of the fields shown; absent, what usually names a resource. */
  readonly show?: readonly string[];
  /** The reply is a list: how many there are is shown, not what each one is. */
  readonly count?: true;
  /** Dotted path of the field that names the items of a counted list; the first few names are shown. */
  readonly names?: string;
  /** Only items of a counted list in which this value occurs, wherever; filled like `arguments`. */
  readonly mentions?: string;
  /** Values the target must have for the call to be sent at all, and what helps where it has not. */
  readonly requires?: { readonly fields: Readonly<Record<string, string>>; readonly otherwise: string };
  /** Fields beside `id` that tell whose it is; what belongs to the acting principal is refused. */
  readonly owner?: readonly string[];
}

/**
 * Arguments that make a call privileged (or destructive, see `risk`) when any of them is given, or a counted read that
 * does when it finds anything, or cannot be made. Both: the read is made when any of them is given. Where the call gives
 * an array for the read, it is made for each element.
 */
export type Escalation =
  | (Given & { readonly label: string })
  | (Partial<Given> & PreviewRead & { readonly count: true });

interface Given {
  /** Dotted paths; null clears, so it counts as given. */
  readonly given: string | readonly string[];
  /** Values that do no harm; those nobody has thought of are not among them. */
  readonly except?: readonly string[];
  /** Absent, privileged. */
  readonly risk?: 'destructive';
}

/**
 * A fixed value, or `{ "and": [...] }`: SCIM filter clauses joined by ` and `. `${name}` in a clause is replaced by the
 * argument of that name, escaped as a SCIM string; a clause whose argument was not given is left out.
 */
export type Template = string | number | boolean | readonly string[] | { readonly and: readonly string[] };

export interface RoleRequirement {
  /** Standard administrator roles (Okta `RoleType`), any one of which suffices, beside SUPER_ADMIN which always does. */
  readonly anyOf: readonly string[];
  /** Custom-role permissions that suffice instead. */
  readonly permissions?: readonly string[];
  readonly source: string;
  /** Only verified requirements may hide a tool; the others are shown as a hint. */
  readonly verified: boolean;
}

export interface Page {
  /** Property that holds the items when the reply wraps them; absent when the reply is the array itself. */
  readonly items?: string;
  /** The operation takes `after`, so further pages can be asked for. */
  readonly resumable: boolean;
  /** Sent as `limit` when the model gives none; absent when the operation has no `limit`. */
  readonly limit?: number;
  /** Largest `limit` that Okta documents; absent when it documents none. */
  readonly max?: number;
}

/** What it takes to change a few fields through an operation that replaces all of them. */
export interface Merge {
  /** Key into `generated/operations.ts` of the read of the same resource; it takes the same path inputs. */
  readonly read: string;
  /** JSON pointers into the resource that are never sent back: read-only fields. `*` stands for every item or value. */
  readonly readOnly: readonly string[];
  /** JSON pointers of what Okta never shows, so that writing back would erase it unless the call gives it. */
  readonly writeOnly: readonly string[];
  /** Okta refuses the write when the resource changed since it was read (`If-Match`, RFC 9110 section 13.1.1). */
  readonly ifMatch?: true;
}

export interface Annotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

export type JsonObject = { readonly [key: string]: unknown };
