import { number, text, type Database } from '../storage/database.ts';
import type { StoredFile, TaskResult } from '../../shared/task.ts';
import { fileOf } from './rows.ts';

/** A stored file with what decides whether it may go. */
export interface LibraryFile {
  readonly taskId: string;
  readonly index: number;
  readonly file: StoredFile;
  readonly createdAt: number;
  /** Its job is placed: a copy was written to a workspace. Whether it still stands, `copyStands` tells. */
  readonly placed: boolean;
}

/** What all jobs have brought: their files in the library, and where they came from. */
export class Results {
  readonly #database: Database;
  readonly #dataVersion: () => number;
  /** As of what other windows had written; what is written here is added. */
  #hosts: { readonly version: number; readonly names: Set<string> } | undefined;

  /** @param dataVersion changes when another process has written */
  constructor(database: Database, dataVersion: () => number) {
    this.#database = database;
    this.#dataVersion = dataVersion;
  }

  /** Every file in the library, the oldest job's first. */
  files(): LibraryFile[] {
    const rows = this.#database.all(
      `SELECT result.*, task.created_at, task.state = 'placed' AND placement.state IN ('placed', 'saved') AS placed
       FROM result JOIN task ON task.id = result.task_id LEFT JOIN placement ON placement.task_id = task.id
       WHERE result.state = 'stored' ORDER BY task.created_at, result.position`,
    );
    return rows.flatMap(row => {
      const file = fileOf(row);
      if (!file) return [];
      const taskId = text(row, 'task_id');
      const index = number(row, 'position');
      return [
        { taskId, index, file, createdAt: number(row, 'created_at'), placed: number(row, 'placed') === 1 },
      ];
    });
  }

  /** What is in the library of an address, and the job that it is of; undefined when nothing is. */
  from(url: string): Pick<LibraryFile, 'taskId' | 'index' | 'file'> | undefined {
    const row = this.#database.get(`SELECT * FROM result WHERE url = ? AND state = 'stored'`, url);
    const file = row && fileOf(row);
    return file && { taskId: text(row, 'task_id'), index: number(row, 'position'), file };
  }

  /** The hosts that results came from, in small letters. */
  hosts(): ReadonlySet<string> {
    // Asked at every look into a document, and read from all results there ever were.
    const version = this.#dataVersion();
    if (this.#hosts?.version === version) return this.#hosts.names;
    const rows = this.#database.all(
      `SELECT DISTINCT substr(url, 1, instr(substr(url, 9) || '/', '/') + 7) AS host FROM result WHERE url LIKE 'http%'`,
    );
    const names = new Set(rows.flatMap(row => URL.parse(text(row, 'host'))?.hostname ?? []));
    this.#hosts = { version, names };
    return names;
  }

  /** This process has written a result. */
  written({ url }: TaskResult): void {
    const host = /^http/i.test(url) ? URL.parse(url)?.hostname : undefined;
    if (host !== undefined) this.#hosts?.names.add(host);
  }

  /** This process has removed results, or brought some back. */
  replaced(): void {
    this.#hosts = undefined;
  }
}
