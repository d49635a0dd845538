import type { CollectRequest } from './collect-request.js';
import type { ToolDefinition } from './definition.js';
import { projector } from './projection.js';
import { type Exported, RowExport } from './row-export.js';
import { RowFilter } from './row-filter.js';
import { ShownRows } from './shown-rows.js';
import { type Count, Tally } from './tally.js';
import { pathOfOrder, type Ranked, TopRows } from './top-rows.js';
import { UnseenPaths } from './unseen-paths.js';

/** What was collected so far, as a cursor carries it. */
export interface Collected {
  readonly read: number;
  readonly matched: number;
  readonly unseen: readonly string[];
  readonly counts?: readonly Count[];
  readonly best?: readonly Ranked[];
  readonly file?: Exported;
}

/** Rows kept of a sorted list when nobody says how many. */
const BEST = 20;

const ALL = '*';

/** What becomes of the rows of one request. Nothing of a page is kept but what the result needs. */
export class Collection {
  read: number;
  matched: number;
  readonly unseen: UnseenPaths;
  readonly tally: Tally | undefined;
  readonly best: TopRows | undefined;
  readonly shown: ShownRows | undefined;
  readonly #filter: RowFilter | undefined;
  readonly #paths: readonly string[] | undefined;
  readonly #show: (row: unknown) => unknown;
  #export: RowExport | undefined;

  /**
   * @param room UTF-8 bytes for rows
   * @throws OktaMcpError `arguments_invalid`
   */
  constructor(
    private readonly request: CollectRequest,
    tool: ToolDefinition,
    private readonly before: Collected | undefined,
    room: number,
  ) {
    const { fields, where, count_by, sort, top, save_as } = request;
    this.read = before?.read ?? 0;
    this.matched = before?.matched ?? 0;
    this.#filter = where === undefined ? undefined : new RowFilter(where);
    this.#paths = pathsShown(tool, fields);
    const projected = this.#paths && projector(this.#paths);
    this.#show = (row) => (projected ? projected(row).value : row);
    const asked = [...fields, ...(count_by ?? []), ...(sort === undefined ? [] : [pathOfOrder(sort)])];
    const named = [...asked.filter((path) => path !== ALL), ...(this.#filter?.paths ?? [])];
    this.unseen = new UnseenPaths(before?.unseen ?? named);
    this.tally = count_by && new Tally(count_by, before?.counts);
    this.best = sort === undefined ? undefined : new TopRows(sort, top ?? BEST, before?.best);
    const showing = !count_by && sort === undefined && save_as === undefined;
    this.shown = showing ? new ShownRows(room, top ?? Number.POSITIVE_INFINITY) : undefined;
  }

  /** Opens the file, if there is to be one. @throws OktaMcpError */
  async open(folder: string | undefined): Promise<void> {
    const { save_as } = this.request;
    if (save_as === undefined || folder === undefined) return;
    this.#export = await RowExport.open(folder, save_as, this.#paths, this.before?.file);
  }

  /**
   * Takes the items of a page, from `skip` on.
   * @returns how many of the page are behind; not all when the result is full
   * @throws OktaMcpError when there is more than can be counted
   */
  take(items: readonly unknown[], skip: number): number {
    for (let at = skip; at < items.length; at += 1) {
      const row = items[at];
      const accepted = this.#filter?.accepts(row) ?? true;
      if (accepted && this.shown?.add(this.#show(row)) === false) return at;
      this.read += 1;
      this.unseen.see(row);
      if (!accepted) continue;
      this.matched += 1;
      this.tally?.add(row);
      this.best?.add(row, (kept) => this.#show(kept));
      this.#export?.add(this.#show(row));
      if (this.full) return at + 1;
    }
    return items.length;
  }

  get full(): boolean {
    return this.shown?.full ?? false;
  }

  /** Writes what was taken to the file. @throws OktaMcpError */
  async flush(): Promise<void> {
    await this.#export?.flush();
  }

  /** What a cursor has to carry; the file is closed. */
  async suspend(): Promise<Collected> {
    const { read, matched, tally, best } = this;
    const file = await this.#export?.suspend();
    return {
      read,
      matched,
      unseen: this.unseen.list(),
      ...(tally && { counts: tally.counted() }),
      ...(best && { best: best.ranked() }),
      ...(file && { file }),
    };
  }

  /** Gives the file its name. @throws OktaMcpError */
  async finish(): Promise<Awaited<ReturnType<RowExport['finish']>> | undefined> {
    return this.#export?.finish();
  }

  /** Removes the file. */
  async drop(): Promise<void> {
    await this.#export?.drop();
  }
}

/** Dotted paths of what rows show; undefined when that is everything. */
function pathsShown({ projection }: ToolDefinition, fields: readonly string[]): readonly string[] | undefined {
  if (fields.includes(ALL) || (!projection && fields.length === 0)) return undefined;
  return [...new Set([...(projection ?? []), ...fields])];
}
