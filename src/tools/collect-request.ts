import { OktaMcpError } from '../errors.js';
import type { JsonObject } from './definition.js';

/** What to collect, and what is to become of it. */
export interface CollectRequest {
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly fields: readonly string[];
  readonly where?: string;
  readonly count_by?: readonly string[];
  readonly sort?: string;
  readonly top?: number;
  readonly save_as?: string;
}

/** @param args checked. @throws OktaMcpError `arguments_invalid` for what does not go together */
export function readRequest(args: JsonObject): CollectRequest {
  const { tool, count_by, sort, save_as, top } = args;
  if (tool === undefined) {
    throw invalid('`tool` is missing', 'Name the list tool to collect from, or give the `cursor` of a result.');
  }
  if (sort !== undefined && count_by !== undefined) {
    throw invalid('`sort` orders rows, and `count_by` shows none', 'Leave out `sort`: counts are sorted already.');
  }
  if (sort !== undefined && save_as !== undefined) {
    throw invalid('a file keeps the order in which Okta lists rows', 'Leave out `sort`, or `save_as`.');
  }
  if (top !== undefined && save_as !== undefined && count_by === undefined) {
    throw invalid('a file holds all rows, and `top` limits them', 'Leave out `top`, or `save_as`.');
  }
  return {
    arguments: {},
    fields: [],
    ...args,
    ...(count_by !== undefined && { count_by: [count_by].flat() }),
  } as unknown as CollectRequest;
}

function invalid(why: string, fix: string): OktaMcpError {
  return new OktaMcpError('arguments_invalid', `Nothing was sent: ${why}.`, fix);
}
