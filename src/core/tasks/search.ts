import { number, type Database, type Row } from '../storage/database.ts';
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
  const { from, where } = sourceOf(query);
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
  const { from, where } = sourceOf(query);
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
  const { from, where } = sourceOf(query);
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
function sourceOf(query: ListQuery): { from: string; where: Condition } {
  const { words = [] } = query;
  const [indexed, others] = [words.filter(isIndexed), words.filter(word => !isIndexed(word))];
  const conditions = [conditionOf(query), ...others.map(conditionOfWord)];
  if (indexed.length === 0) {
    const isByIndex = isNarrowed(query) || others.length === 0 || others.every(word => word.span);
    return {
      from: isByIndex ? `task INDEXED BY ${indexFor(query)}` : 'task',
      where: allOf(conditions),
    };
  }
  const terms = [...indexed.map(termOf), ...filterTerms(query)];
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

/** Whether the word's letters alone decide, and the index of texts, which knows three and more, can tell. */
function isIndexed({ text, span }: SearchWord): boolean {
  return span === undefined && isLong(text);
}

function isLong(text: string): boolean {
  return Array.from(text).length >= 3;
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

function termOf({ text, kind }: SearchWord): string {
  const term = quoted(text);
  return kind === undefined ? term : `(${term} OR kind : "${kind}")`;
}

function conditionOfWord(word: SearchWord): Condition {
  const { span } = word;
  const letters = conditionOfLetters(word);
  if (!span) return letters;
  return {
    sql: `((task.created_at >= ? AND task.created_at < ?) OR ${letters.sql})`,
    values: [span.since, span.before, ...letters.values],
  };
}

function conditionOfLetters(word: SearchWord): Condition {
  if (isLong(word.text)) {
    const sql = 'task.number IN (SELECT rowid FROM task_text WHERE task_text MATCH ?)';
    return { sql, values: [termOf(word)] };
  }
  const pattern = `%${word.text.replace(/[\\%_]/g, '\\$&')}%`;
  return {
    sql: `concat(task.prompt, ' ', task.model, ' ', task.file_names) LIKE ? ESCAPE '\\'`,
    values: [pattern],
  };
}
