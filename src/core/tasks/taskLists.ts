import { optionalNumber, optionalText, placeholders, text, type Database } from '../storage/database.ts';
import type { StoredFile, Task } from '../../shared/task.ts';
import { taskColumns, taskOf } from './rows.ts';
import { listCount, listIds, listRows, type ListPage, type ListQuery } from './search.ts';

/** What a job was made from, and what else was made from the same. */
export interface Lineage {
  /** From the first to the one that it was made from. */
  readonly ancestors: readonly Task[];
  /** What was made from it, or beside it from the same; the newest first. */
  readonly variants: readonly Task[];
  /** Jobs with the very same prompt, of which nobody has noted where they come from; the newest first. */
  readonly guesses: readonly Task[];
}

const mostAncestors = 20;
const mostVariants = 50;
const mostGuesses = 12;
const mostNamesakes = 20;

/** Lists of jobs for people who look for one among many, and what they note about them. */
export class TaskLists {
  readonly #database: Database;
  readonly #changed: () => void;

  /** @param changed is called after every change */
  constructor(database: Database, changed: () => void) {
    this.#database = database;
    this.#changed = changed;
  }

  /** A part of a list; by default the newest first. */
  page(query: ListQuery, page: ListPage): Task[] {
    return listRows(this.#database, query, page).map(taskOf);
  }

  /** How many jobs a list has; no more than `limit` are counted. */
  count(query: ListQuery, limit: number): number {
    return listCount(this.#database, query, limit);
  }

  /** Ids of a part of a list, in its order. */
  ids(query: ListQuery, page: ListPage): string[] {
    return listIds(this.#database, query, page).map(row => text(row, 'id'));
  }

  /** The ids of all models that jobs were made with. */
  models(): string[] {
    return this.#distinct('model');
  }

  /** The URIs of all workspace folders that jobs were begun in. */
  folders(): string[] {
    return this.#distinct('folder');
  }

  /** The ids of the models that jobs were made with most recently, the latest first. */
  recentModels(limit: number): string[] {
    const rows = this.#database.all(
      `SELECT model FROM (SELECT model, number FROM task ORDER BY number DESC LIMIT 200)
       GROUP BY model ORDER BY max(number) DESC LIMIT ?`,
      limit,
    );
    return rows.map(row => text(row, 'model'));
  }

  /** Jobs of which a file of this name was placed, the latest first. */
  withFileName(name: string): Task[] {
    return this.#tasks(
      `number IN (SELECT rowid FROM task_text WHERE task_text MATCH ?) ORDER BY created_at DESC LIMIT ${mostNamesakes}`,
      `file_names : "${name.replaceAll('"', '""')}"`,
    );
  }

  /** Jobs that made this very content, the latest first. */
  withContent({ sha256, bytes }: Pick<StoredFile, 'sha256' | 'bytes'>): Task[] {
    return this.#tasks(
      `id IN (SELECT task_id FROM result WHERE bytes = ? AND sha256 = ?) ORDER BY created_at DESC LIMIT ${mostNamesakes}`,
      bytes,
      sha256,
    );
  }

  /** Whether any job made a file of this length. */
  hasLength(bytes: number): boolean {
    return this.#database.get('SELECT 1 FROM result WHERE bytes = ? LIMIT 1', bytes) !== undefined;
  }

  /** Whether any job has made a file that was stored. */
  hasResults(): boolean {
    return this.#database.get('SELECT 1 FROM result WHERE path IS NOT NULL LIMIT 1') !== undefined;
  }

  /** When the earliest job was made that is still listed; undefined when there is none. */
  earliest(): number | undefined {
    const row = this.#database.get('SELECT min(created_at) AS earliest FROM task');
    return row && optionalNumber(row, 'earliest');
  }

  /** Marks jobs as favourites, or no longer. */
  setFavourite(ids: readonly string[], isFavourite: boolean): void {
    if (ids.length === 0) return;
    this.#database.transaction('durable', () =>
      this.#database.run(
        `UPDATE task SET favourite = ? WHERE id IN (${placeholders(ids)})`,
        isFavourite ? 1 : 0,
        ...ids,
      ),
    );
    this.#changed();
  }

  /** See `Lineage`. Jobs that were removed from the list are not in it. */
  lineage(task: Task): Lineage {
    const ancestors = this.#ancestors(task);
    const roots = [task.id, ...(task.parent === undefined ? [] : [task.parent])];
    const variants = this.#tasks(
      `parent IN (${placeholders(roots)}) AND id <> ? ORDER BY created_at DESC LIMIT ${mostVariants}`,
      ...roots,
      task.id,
    );
    const known = new Set([task.id, ...[...ancestors, ...variants].map(({ id }) => id)]);
    return { ancestors, variants, guesses: this.#samePrompt(task).filter(({ id }) => !known.has(id)) };
  }

  /** From one to the next in the index; to group all rows would take longer than all else of a list. */
  #distinct(column: 'model' | 'folder'): string[] {
    const rows = this.#database.all(
      `WITH RECURSIVE used (value) AS (
         SELECT min(${column}) FROM task
         UNION ALL
         SELECT (SELECT min(${column}) FROM task WHERE ${column} > used.value) FROM used WHERE used.value IS NOT NULL
       ) SELECT value FROM used WHERE value IS NOT NULL`,
    );
    return rows.map(row => text(row, 'value'));
  }

  #ancestors({ parent }: Task): Task[] {
    const found: Task[] = [];
    let next = parent;
    while (next !== undefined && found.length < mostAncestors) {
      const row = this.#database.get(`SELECT ${taskColumns} FROM task WHERE id = ?`, next);
      // A chain that comes back to itself is none of ours.
      if (!row || found.some(({ id }) => id === text(row, 'id'))) break;
      found.unshift(taskOf(row));
      next = optionalText(row, 'parent');
    }
    return found;
  }

  #samePrompt({ prompt, id }: Task): Task[] {
    // The index of texts finds candidates; words that are too short for it make no guess.
    const words = prompt.split(/\s+/).filter(word => Array.from(word).length >= 3);
    if (words.length === 0) return [];
    const longest = words.toSorted((a, b) => b.length - a.length).slice(0, 3);
    return this.#tasks(
      `number IN (SELECT rowid FROM task_text WHERE task_text MATCH ?) AND parent IS NULL AND id <> ? AND prompt = ?
       ORDER BY created_at DESC LIMIT ${mostGuesses}`,
      longest.map(word => `prompt : "${word.replaceAll('"', '""')}"`).join(' AND '),
      id,
      prompt,
    );
  }

  #tasks(where: string, ...values: (string | number)[]): Task[] {
    return this.#database.all(`SELECT ${taskColumns} FROM task WHERE ${where}`, ...values).map(taskOf);
  }
}
