import { OktaMcpError } from '../errors.js';
import type { CallContext, OktaReply, OperationInput } from '../okta/operation.js';
import type { Catalog, Grant } from './catalog.js';
import type { JsonObject, Merge, ToolDefinition } from './definition.js';
import {
  differences,
  isObject,
  mergePatch,
  type Place,
  placesOf,
  placeText,
  valueAtPlace,
  without,
} from './merge-patch.js';
import { readOnlyGiven, readUnavailable, writeOnlyMissing } from './merge-refusals.js';
import { segments } from './pointer.js';
import type { Fact } from './preview.js';
import { quoted } from './preview-text.js';
import { digest } from './seal.js';
import { isSecretName, MASK, withhold } from './secrets.js';

/** One field that a call changes. Values are as they may be shown: without secrets, and cut when long. */
export interface Change {
  /** `profile.name`; names that others chose stand in quotes. */
  readonly path: string;
  /** Absent where the field was not there. */
  readonly before?: unknown;
  /** Absent where the field goes. */
  readonly after?: unknown;
}

/** A tool that updates through an operation that replaces. */
export type MergingTool = ToolDefinition & { readonly merge: Merge };

export function isMerging(tool: ToolDefinition): tool is MergingTool {
  return tool.merge !== undefined;
}

/** What an update comes to. */
export interface MergePlan {
  /** What is sent instead: the whole resource. */
  readonly input: OperationInput;
  /** The changes and the version of what was read, for the question and its seal. */
  readonly facts: readonly Fact[];
  /** None: nothing need be sent. */
  readonly changes: readonly Change[];
}

export interface MergeParts {
  /** What may be read now. */
  readonly catalog: () => Catalog;
  /** Every tool there is, and what is allowed right now: to say what is missing. */
  readonly all: Catalog;
  readonly grant: () => Grant;
  readonly client: { send(id: string, input: OperationInput, context: CallContext): Promise<OktaReply> };
}

/** So many changes are spelt out. */
const SHOWN = 50;

/** Longest value that is shown in full, in characters. */
const VALUE = 300;

/** What Okta shows in place of a secret, or nothing. */
const BLANK = /^\**$/;

/** A secret that Okta does not show; anywhere else asterisks are just text. */
const MASKED = /^\*{3,}$/;

/**
 * Turns an update of some fields into the replacement of the whole resource that Okta wants (`update: merge`). Null takes a
 * field away and is never sent, also where Okta would take it: in a replacement, a field that is not there means the same.
 */
export class Merging {
  constructor(private readonly parts: MergeParts) {}

  /**
   * Reads the resource and merges the body of the call into it. The read passes the gate like a call of its own tool.
   * @param input of the call; its body is a merge patch
   * @throws OktaMcpError `tool_not_allowed` when the resource may not be read, `arguments_invalid` for a change of a
   *   read-only field, `write_only_missing` when writing back would erase what Okta does not show; what the read throws
   */
  async plan(tool: MergingTool, input: OperationInput, context: CallContext): Promise<MergePlan> {
    const { merge } = tool;
    this.#mayRead(tool);
    const read = await this.parts.client.send(merge.read, { path: input.path ?? {} }, context);
    if (!isObject(read.data)) throw unreadable(tool, read);
    const patch = input.body;
    const dropped = merge.readOnly.map(segments);
    const secret = [...merge.writeOnly, ...(tool.secrets ?? [])];
    const fixed = placesOf(patch, dropped).filter((place) => differs(read.data, patch, place));
    if (fixed.length > 0) throw readOnlyGiven(tool, fixed.map(placeText));

    const before = without(without(read.data, dropped), secret.map(segments), isBlank);
    const after = without(mergePatch(before, patch), dropped);
    const missing = missingIn(after, patch, merge.writeOnly);
    if (missing.length > 0) throw writeOnlyMissing(tool, missing.map(placeText));

    const etag = read.headers.get('etag');
    const changes: Shown[] = [
      ...changesOf(before, after, secret),
      ...erasedBy(patch, before, merge.writeOnly).map((place) => ({ place, before: MASK })),
    ];
    const header = merge.ifMatch && etag !== null ? { ...input.header, 'If-Match': etag } : input.header;
    return {
      input: { ...input, ...(header && { header }), body: after },
      facts: factsOf(changes, digest([etag ?? before, after])),
      changes: changes.map(({ place, before, after }) => ({
        path: placeText(place),
        ...(before !== undefined && { before: bounded(before) }),
        ...(after !== undefined && { after: bounded(after) }),
      })),
    };
  }

  #mayRead(tool: MergingTool): void {
    const reads = ({ operation, risk }: ToolDefinition) => operation === tool.merge.read && risk === 'read';
    if (this.parts.catalog().tools.some(reads)) return;
    const reader = this.parts.all.tools.find(reads);
    if (!reader) throw new Error(`${tool.name}: no tool of risk read offers ${tool.merge.read}`);
    throw readUnavailable(tool, reader, this.parts.all.missing(reader.name, this.parts.grant()) ?? {});
  }
}

/** What a result says about the changes; `unchanged` stands alone, since nothing was sent. */
export function changesResult(changes: readonly Change[]): JsonObject {
  if (changes.length === 0) return { ok: true, unchanged: true };
  const more = changes.length - SHOWN;
  return { changed: changes.slice(0, SHOWN), ...(more > 0 && { changedFurther: more }) };
}

/** A call may repeat a read-only field as it is. */
function differs(resource: unknown, patch: unknown, place: Place): boolean {
  const given = valueAtPlace(patch, place);
  // Items of arrays are not those that were read.
  if (given === undefined || place.some((key) => typeof key === 'number')) return false;
  return digest(given ?? null) !== digest(valueAtPlace(resource, place) ?? null);
}

/**
 * Places of secrets that would be sent as nothing, or as the mask that stands for them in results, without the call
 * saying so.
 */
function missingIn(after: unknown, patch: unknown, writeOnly: readonly string[]): Place[] {
  const blank = placesOf(after, writeOnly.map(segments)).filter((place) => isBlank(valueAtPlace(after, place)));
  return [...blank, ...masksIn(after)].filter((place) => {
    const given = valueAtPlace(patch, place);
    return given === undefined || given === MASK;
  });
}

/** @param names of the members that lead here */
function masksIn(data: unknown, at: Place = [], names: readonly string[] = []): Place[] {
  const name = names.at(-1) ?? '';
  const holder = names.at(-2) ?? '';
  if (typeof data === 'string') return data === MASK || (MASKED.test(data) && isSecretName(name, holder)) ? [at] : [];
  if (Array.isArray(data)) return data.flatMap((item, index) => masksIn(item, [...at, index], names));
  if (!isObject(data)) return [];
  return Object.entries(data).flatMap(([key, value]) => masksIn(value, [...at, key], [...names, key]));
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && BLANK.test(value));
}

/** A change whose values may be shown. */
interface Shown {
  readonly place: Place;
  readonly before?: unknown;
  readonly after?: unknown;
}

function changesOf(before: unknown, after: unknown, secret: readonly string[]): Shown[] {
  const pointers = secret.map((pointer) => `/*${pointer}`);
  const masked = withhold([before, after], pointers).data;
  const at = (side: 0 | 1, place: Place) => {
    const value = valueAtPlace([before, after], [side, ...place]);
    // A name that repeats a secret is masked as well, so that its value is found no more.
    return value === undefined || value === null ? value : (valueAtPlace(masked, [side, ...place]) ?? MASK);
  };
  return differences(before, after).map((place) => ({ place, before: at(0, place), after: at(1, place) }));
}

/** What Okta does not show and the call takes away: nothing tells whether it was there. */
function erasedBy(patch: unknown, before: unknown, writeOnly: readonly string[]): Place[] {
  const places = placesOf(before, writeOnly.map(segments));
  return places.filter((place) => valueAtPlace(before, place) === undefined && valueAtPlace(patch, place) === null);
}

function factsOf(changes: readonly Shown[], version: string): Fact[] {
  const facts = changes.slice(0, SHOWN).map(({ place, before, after }) => {
    const now = before === undefined ? 'new' : `${quoted(before)} now`;
    return { label: placeText(place), text: `${now}, then ${after === undefined ? 'gone' : quoted(after)}`, version };
  });
  const further = changes.length - facts.length;
  const text = `${changes.length}${further > 0 ? `, ${further} of them not listed` : ''}; all else stays`;
  return [...facts, { label: 'fields that change', text, version }];
}

function bounded(value: unknown): unknown {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const characters = [...text];
  if (characters.length <= VALUE) return value;
  return `${characters.slice(0, VALUE).join('')} (and ${characters.length - VALUE} more characters)`;
}

function unreadable({ name, merge }: MergingTool, { status, requestId }: OktaReply): OktaMcpError {
  return new OktaMcpError(
    'okta_reply_invalid',
    `${name} reads the resource first (${merge.read}), and Okta answered something else. Nothing was changed.`,
    'Try again; if it stays, report it with the request id.',
    { status, ...(requestId && { requestId }) },
  );
}
