import { stripVTControlCharacters } from 'node:util';

type Row = Readonly<Record<string, unknown>>;

/** Prints a guided session for a person: colour on a terminal, plain text elsewhere. */
export interface Story {
  title(name: string, subtitle: string): void;
  step(heading: string): void;
  say(line: string): void;
  scopes(scopes: string, tools: readonly string[]): void;
  call(tool: string, args: Row): void;
  table(rows: readonly Row[], columns: readonly string[]): void;
  /** Something the person is asked, and the answer. */
  question(text: string, answer: string): void;
  refusal(text: string): void;
  end(lines: readonly string[]): void;
}

export function createStory(out: NodeJS.WritableStream & { isTTY?: boolean; columns?: number }): Story {
  const paint = (code: string) => (text: string) => (out.isTTY ? `\u001b[${code}m${text}\u001b[0m` : text);
  const [bold, dim, green, red, cyan] = ['1', '2', '32', '31', '36'].map(paint) as [Paint, Paint, Paint, Paint, Paint];
  const width = Math.min(out.columns ?? 100, 110);
  const line = (text = '') => out.write(`${text}\n`);
  let steps = 0;
  return {
    title(name, subtitle) {
      line();
      line(bold(name));
      for (const part of wrap(subtitle, width)) line(dim(part));
    },
    step(heading) {
      steps += 1;
      line();
      line(`${green(`${steps}.`)} ${bold(heading)}`);
    },
    say(text) {
      for (const part of wrap(text, width - 3)) line(`   ${part}`);
    },
    scopes(scopes, tools) {
      line(`   ${cyan('OKTA_SCOPES')}=${scopes}`);
      const shown = tools.slice(0, 6).join(', ');
      const rest = tools.length > 6 ? `, and ${tools.length - 6} more` : '';
      for (const part of wrap(`${tools.length} tools: ${shown}${rest}`, width - 6)) line(`      ${part}`);
    },
    call(tool, args) {
      for (const [index, part] of wrap(`${tool} ${JSON.stringify(args)}`, width - 5).entries()) {
        line(`   ${index === 0 ? cyan('→') : ' '} ${index === 0 ? part.replace(tool, cyan(tool)) : part}`);
      }
    },
    table(rows, columns) {
      const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))];
      const widths = columns.map((_, index) => Math.max(...cells.map((row) => (row[index] ?? '').length)));
      for (const [index, row] of cells.entries()) {
        const text = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
        line(`     ${index === 0 ? dim(text.trimEnd()) : text.trimEnd()}`);
      }
    },
    question(text, answer) {
      for (const [index, part] of wrap(stripVTControlCharacters(text), width - 5).entries())
        line(`   ${index === 0 ? cyan('?') : ' '} ${part}`);
      line(`     ${green(answer)}`);
    },
    refusal(text) {
      for (const part of wrap(stripVTControlCharacters(text), width - 5)) line(`   ${red('✗')} ${part}`);
    },
    end(lines) {
      line();
      line(bold('Done.'));
      for (const text of lines) line(`   ${text}`);
      line();
    },
  };
}

type Paint = (text: string) => string;

function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let current = '';
    for (const word of paragraph.split(' ')) {
      if (current !== '' && current.length + word.length >= width) {
        lines.push(current);
        current = word;
      } else current = current === '' ? word : `${current} ${word}`;
    }
    return [...lines, current];
  });
}
