import { number, text, type Database, type Row } from '../storage/database.ts';
import { taskColumns } from './rows.ts';
import type { SearchWord } from './searchWords.ts';
import {
  allOf,
  conditionOf,
  indexFor,
  isNarrowed,
  orderBy,
  type Condition,
  type ListOrder,
  type TaskFilter,
} from './taskFilter.ts';

/** What a list shows: jobs that pass the filter and match every word. */
export interface ListQuery extends Partial<TaskFilter> {
  readonly words?: readonly SearchWord[];
  readonly order?: ListOrder;
}

/** A part of a list. */
export interface ListPage {
  readonly limit: number;
  readonly offset?: number;
}

/**
 * Rows of `taskColumns`. A word matches where it is part of the prompt, the model, the kind or the name of a
 * file, whatever its case and accents, or when the job was made at the time that it names.
 */
export function listRows(database: Database, query: ListQuery, { limit, offset = 0 }: ListPage): Row[] {
  const { order = 'newest' } = query;
  const { from, where } = sourceOf(database, query);
  return database.all(
    `SELECT ${taskColumns} FROM (
       SELECT task.number AS listed FROM ${from} WHERE ${where.sql}
       ORDER BY ${pageOrder(from, order)} LIMIT ? OFFSET ?
     ) JOIN task ON task.number = listed ORDER BY ${orderBy(order)}`,
    ...where.values,
    limit,
    offset,
  );
}

/** How many rows the list has; no more than `limit` are counted. */
export function listCount(database: Database, query: ListQuery, limit: number): number {
  const { from, where } = sourceOf(database, query);
  const row = database.get(
    `SELECT count(*) AS count FROM (SELECT 1 FROM ${from} WHERE ${where.sql} LIMIT ?)`,
    ...where.values,
    limit,
  );
  return row ? number(row, 'count') : 0;
}

/** Ids of a part of a list, in its order. */
export function listIds(database: Database, query: ListQuery, { limit, offset = 0 }: ListPage): Row[] {
  const { order = 'newest' } = query;
  const { from, where } = sourceOf(database, query);
  return database.all(
    `SELECT task.id FROM (
       SELECT task.number AS listed FROM ${from} WHERE ${where.sql} ORDER BY ${pageOrder(from, order)} LIMIT ? OFFSET ?
     ) JOIN task ON task.number = listed ORDER BY ${orderBy(order)}`,
    ...where.values,
    limit,
    offset,
  );
}

/** Where the rows are read from: the index of texts as soon as a word is in it, else one of the lists. */
function sourceOf(database: Database, query: ListQuery): { from: string; where: Condition } {
  const { words = [] } = query;
  const asked = words.map(word => ({ word, term: word.span ? undefined : termOf(database, word) }));
  const indexed = asked.flatMap(({ term }) => term ?? []);
  const others = asked.filter(({ term }) => term === undefined).map(({ word }) => word);
  const conditions = [conditionOf(query), ...others.map(word => conditionOfWord(database, word))];
  if (indexed.length === 0) {
    const isByIndex = isNarrowed(query) || others.length === 0 || others.every(word => word.span);
    return {
      from: isByIndex ? `task INDEXED BY ${indexFor(query)}` : 'task',
      where: allOf(conditions),
    };
  }
  const terms = [...indexed, ...filterTerms(query)];
  const matched = { sql: 'task_text MATCH ?', values: [terms.join(' AND ')] };
  return {
    from: 'task_text JOIN task ON task.number = task_text.rowid',
    where: allOf([matched, ...conditions]),
  };
}

/** The index of texts is read backwards as it is; sorting all that match would take far longer. */
function pageOrder(from: string, order: ListOrder): string {
  return order === 'newest' && from.startsWith('task_text') ? 'task_text.rowid DESC' : orderBy(order);
}

/** The index of texts knows three letters and more. */
function isLong(word: string): boolean {
  return Array.from(word).length >= 3;
}

/** As many trigrams are asked for at once; a word that begins more is soon found without them. */
const mostTrigrams = 500;

/** The trigrams of all texts that begin with two letters; undefined when there are too many. */
function trigramsOf(database: Database, word: string): string[] | undefined {
  const first = folded(word);
  const last = `${first}\u{10FFFF}`;
  // From one to the next in the index, past all the places where the same one stands.
  const rows = database.all(
    `WITH RECURSIVE found (term) AS (
       SELECT (SELECT term FROM task_term WHERE term >= ? AND term <= ? LIMIT 1)
       UNION ALL
       SELECT (SELECT term FROM task_term WHERE term >= found.term || char(1) AND term <= ? LIMIT 1)
       FROM found WHERE found.term IS NOT NULL
     ) SELECT term FROM found WHERE term IS NOT NULL LIMIT ?`,
    first,
    last,
    last,
    mostTrigrams + 1,
  );
  return rows.length > mostTrigrams ? undefined : rows.map(row => text(row, 'term'));
}

/** As the index spells letters: small, and without accents. */
function folded(word: string): string {
  return Array.from(word.toLowerCase(), letter => {
    const [base = '', ...marks] = letter.normalize('NFD');
    return marks.every(mark => /[\u0300-\u036f]/.test(mark)) ? base : letter;
  }).join('');
}

/** What of the filter the index of texts can tell as well, so that fewer rows are looked at. */
function filterTerms({ kinds = [], models = [] }: ListQuery): string[] {
  const anyOf = (column: string, values: readonly string[]): string[] =>
    values.length === 0 || !values.every(isLong)
      ? []
      : [`(${values.map(value => `${column} : ${quoted(value)}`).join(' OR ')})`];
  return [...anyOf('kind', kinds), ...anyOf('model', models)];
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** What the index of texts is asked for a word; undefined when it cannot tell. */
function termOf(database: Database, { text: word, kind, models = [] }: SearchWord): string | undefined {
  const isPair = Array.from(word).length === 2;
  const words = isLong(word) ? [word] : isPair ? trigramsOf(database, word) : undefined;
  if (words === undefined) return undefined;
  const terms = [
    ...words.map(quoted),
    ...(kind === undefined ? [] : [`kind : "${kind}"`]),
    ...models.filter(isLong).map(id => `model : ${quoted(id)}`),
  ];
  // No text has what no trigram begins with; the index does not know an empty choice.
  return terms.length === 0 ? '"\u{10FFFF}\u{10FFFF}\u{10FFFF}"' : `(${terms.join(' OR ')})`;
}

function conditionOfWord(database: Database, word: SearchWord): Condition {
  const { span } = word;
  const letters = conditionOfLetters(database, word);
  if (!span) return letters;
  return {
    sql: `((task.created_at >= ? AND task.created_at < ?) OR ${letters.sql})`,
    values: [span.since, span.before, ...letters.values],
  };
}

function conditionOfLetters(database: Database, word: SearchWord): Condition {
  const term = termOf(database, word);
  if (term !== undefined) {
    const sql = 'task.number IN (SELECT rowid FROM task_text WHERE task_text MATCH ?)';
    return { sql, values: [term] };
  }
  const pattern = `%${word.text.replace(/[\\%_]/g, '\\$&')}%`;
  return {
    sql: `concat(task.prompt, ' ', task.model, ' ', task.file_names) LIKE ? ESCAPE '\\'`,
    values: [pattern],
  };
}
