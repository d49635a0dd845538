import { type Column, cell, columnsOf, csvLine, missedBy } from './csv.js';
import { ExportFile, formatOf, type Unfinished } from './export-file.js';
import { namedPaths } from './projection.js';
import { clean } from './result.js';

/** An export that is not finished yet. */
export interface Exported {
  readonly unfinished: Unfinished;
  readonly rows: number;
  readonly neutralised: number;
  /** Those of a CSV file, once its header is written. */
  readonly columns?: readonly Column[];
  /** Dotted paths of what no column shows. */
  readonly missed: readonly string[];
}

/** So many paths without a column are remembered. */
const MISSED = 10;

/** Rows on their way into a file, a page at a time. */
export class RowExport {
  #rows: unknown[] = [];
  #written: number;
  #neutralised: number;
  #columns: readonly Column[] | undefined;
  readonly #missed: Set<string>;

  private constructor(
    private readonly file: ExportFile,
    private readonly name: string,
    private readonly given: readonly Column[],
    before: Partial<Exported>,
  ) {
    this.#written = before.rows ?? 0;
    this.#neutralised = before.neutralised ?? 0;
    this.#columns = before.columns;
    this.#missed = new Set(before.missed);
  }

  /**
   * @param name of the file, which says its format
   * @param paths dotted paths of what rows show; undefined when that is everything
   * @param before what it goes on with
   * @throws OktaMcpError as `ExportFile` does
   */
  static async open(
    folder: string,
    name: string,
    paths: readonly string[] | undefined,
    before?: Exported,
  ): Promise<RowExport> {
    const file = before
      ? await ExportFile.reopen(folder, name, before.unfinished)
      : await ExportFile.create(folder, name);
    return new RowExport(file, name, paths?.map((path) => path.split('.')) ?? [[]], before ?? {});
  }

  add(row: unknown): void {
    this.#rows.push(row);
  }

  /** Writes what was added. @throws OktaMcpError */
  async flush(): Promise<void> {
    const rows = this.#rows;
    if (rows.length === 0) return;
    this.#rows = [];
    await this.file.write(
      formatOf(this.name) === 'csv' ? this.#csv(rows) : rows.map((row) => `${JSON.stringify(clean(row))}\n`).join(''),
    );
    this.#written += rows.length;
  }

  async suspend(): Promise<Exported> {
    return {
      unfinished: await this.file.suspend(),
      rows: this.#written,
      neutralised: this.#neutralised,
      ...(this.#columns && { columns: this.#columns }),
      missed: [...this.#missed],
    };
  }

  /** @returns facts about the file, and words about what is not as it was in the rows */
  async finish(): Promise<{ file: { path: string; rows: number; bytes: number }; note?: string }> {
    if (formatOf(this.name) === 'csv' && !this.#columns) await this.file.write(this.#csv([]));
    const { path, bytes } = await this.file.publish(this.name);
    const notes = [
      this.#neutralised > 0 &&
        `In ${this.#neutralised} cells, an apostrophe stands before what a spreadsheet would run as a formula.`,
      this.#missed.size > 0 &&
        `The columns are those of the first rows; not in the file: ${namedPaths(this.#missed).join(', ')}${this.#missed.size === MISSED ? ' and maybe more' : ''}. A .jsonl file holds everything.`,
    ].filter((note) => note !== false);
    return { file: { path, rows: this.#written, bytes }, ...(notes.length > 0 && { note: notes.join(' ') }) };
  }

  drop(): Promise<void> {
    return this.file.drop();
  }

  #csv(rows: readonly unknown[]): string {
    const lines: string[] = [];
    if (!this.#columns) {
      this.#columns = columnsOf(this.given, rows);
      lines.push(this.#line(this.#columns.map((column) => column.join('.'))));
    }
    const columns = this.#columns;
    const missed = missedBy(columns, this.given);
    for (const row of rows) {
      lines.push(this.#line(columns.map((column) => cell(row, column))));
      for (const path of this.#missed.size < MISSED ? missed(row) : []) {
        if (this.#missed.size < MISSED) this.#missed.add(path);
      }
    }
    return lines.join('');
  }

  #line(values: readonly unknown[]): string {
    const { text, neutralised } = csvLine(values);
    this.#neutralised += neutralised;
    return text;
  }
}
