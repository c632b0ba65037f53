import type { ClientName } from './dialects.ts';
import { troubles, type Trouble } from './faults.ts';
import type { Outcome } from './measure.ts';
import { footnoteOf, footnotes } from './remarks.ts';

type Lookup = (client: ClientName, trouble: Trouble) => Outcome | undefined;

/** Double posts and lost jobs side by side, then everything that was counted. */
export function printTables(clients: readonly ClientName[], outcomeOf: Lookup): void {
  console.log(
    '\nPaid again / lost: intents whose paid work was done more than once / paid ones without any result',
  );
  printTable(
    ['fault', ...clients],
    troubles.map(trouble => [
      trouble.title,
      ...clients.map(client => {
        const outcome = outcomeOf(client, trouble);
        const footnote = footnoteOf(client, trouble);
        const mark = footnote ? ` [${footnotes.indexOf(footnote) + 1}]` : '';
        return `${outcome ? `${outcome.paidAgain} / ${outcome.lost}` : 'n/a'}${mark}`;
      }),
    ]),
  );
  console.log('');
  for (const [index, { client, text }] of footnotes.entries())
    if (clients.includes(client)) console.log(`[${index + 1}] ${client}: ${text}`);
  console.log(
    '\nIn detail (paid again: executions beyond the first; not made: neither paid nor made; seconds: to a result)',
  );
  const columns = ['fault', 'client', 'intents', 'paid POSTs', 'with key', 'charges', 'paid again', 'lost'];
  printTable(
    [...columns, 'not made', 'too late', 'median s'],
    troubles.flatMap(trouble =>
      clients.flatMap(client => {
        const each = outcomeOf(client, trouble);
        if (!each) return [];
        const counts = [each.intents, each.posts, each.keyed, each.charges, each.paidAgain, each.lost];
        const rest = [...counts, each.unpaid, each.late].map(String);
        return [[trouble.title, client, ...rest, each.seconds?.toFixed(1) ?? '-']];
      }),
    ),
  );
}

/** The first columns that hold words are aligned to the left, numbers to the right. */
function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(row => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return /^\d+(\.\d+)?$|^-$/.test(cell) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  console.log(line(head));
  console.log(widths.map(width => '-'.repeat(width)).join('  '));
  for (const row of rows) console.log(line(row));
}
