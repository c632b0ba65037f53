import { placeOf } from '../places/addressKey.ts';
import { segmentsBelow } from '../places/places.ts';
import { text, type Database } from '../storage/database.ts';
import type { PlacedCopy, Placement } from './placement.ts';
import { placementColumns, placementOf } from './rows.ts';

/**
 * What is to become of the results of jobs: where they go, and where copies of them were written. Moving one
 * from state to state is the ledger's, because the job moves with it.
 */
export class Placements {
  readonly #database: Database;
  readonly #changed: () => void;

  /** @param changed is called after every change */
  constructor(database: Database, changed: () => void) {
    this.#database = database;
    this.#changed = changed;
  }

  of(id: string): Placement | undefined {
    const row = this.#database.get('SELECT * FROM placement WHERE task_id = ?', id);
    return row && placementOf(row);
  }

  /** Results that are in the library and still to be placed. */
  waiting(): Placement[] {
    return this.#database
      .all(
        `SELECT placement.* FROM task JOIN placement ON task.id = task_id
       WHERE task.state = 'stored' AND placement.state = 'waiting' ORDER BY task.created_at`,
      )
      .map(placementOf);
  }

  /** Places in this document that running or stored jobs still wait for. @param document its URI */
  inDocument(document: string): Placement[] {
    return this.#database
      .all(
        `SELECT placement.* FROM placement JOIN task ON task.id = task_id
         WHERE placement.state = 'waiting' AND document IS NOT NULL AND address_key(document) = address_key(?)
           AND task.state IN ('draft', 'submitting', 'queued', 'processing', 'succeeded', 'stored')`,
        document,
      )
      .map(placementOf);
  }

  /** URIs of the documents that placements wait for, each once, whatever the state of their jobs. */
  documents(): string[] {
    return this.#database
      .all(`SELECT DISTINCT document FROM placement WHERE state = 'waiting' AND document IS NOT NULL`)
      .map(row => text(row, 'document'));
  }

  /**
   * The documents were renamed: what waits for them waits for them under the new URI.
   * @param moved from old to new
   */
  moveDocuments(moved: ReadonlyMap<string, string>, now: number): void {
    this.#database.transaction('durable', () => {
      for (const [from, to] of moved) {
        this.#database.run(
          `UPDATE placement SET document = ?, updated_at = ? WHERE state = 'waiting' AND document = ?`,
          to,
          now,
          from,
        );
      }
    });
    this.#changed();
  }

  /** The job whose result was written to this file; of several, the latest. @param uri of the file */
  ofFile(uri: string): { readonly taskId: string; readonly index: number } | undefined {
    const found = this.#written(uri, 20).flatMap(({ taskId, copies }) =>
      copies.filter(copy => copy.uri === uri).map(({ index }) => ({ taskId, index })),
    );
    return found[0];
  }

  /** The results that were written to files of a folder, the latest first. @param folder its URI */
  inFolder(folder: string, limit: number): Placement[] {
    return this.#written(`${folder}/`, limit);
  }

  #written(uri: string, limit: number): Placement[] {
    return this.#database
      .all(
        `SELECT placement.* FROM placement JOIN task ON task.id = task_id
         WHERE instr(coalesce(copies, file), ?) > 0 ORDER BY task.created_at DESC LIMIT ?`,
        uri,
        limit,
      )
      .map(placementOf);
  }

  /** A file or folder with copies of results was renamed. @param from and `to` their URIs */
  moveCopies(from: string, to: string, now: number): void {
    // The last name of a URI stands in all its spellings, whatever case its letters have.
    const name = from.slice(from.lastIndexOf('/') + 1);
    const sql = 'SELECT * FROM placement WHERE instr(lower(coalesce(copies, file)), lower(?)) > 0';
    // Mostly there are none; reading needs no lock.
    if (!this.#database.get(sql, name)) return;
    const folder = placeOf(from);
    const moved = (uri: string): string => {
      const below = segmentsBelow(folder, placeOf(uri));
      return below ? [to, ...(below.length > 0 ? uri.split('/').slice(-below.length) : [])].join('/') : uri;
    };
    const areMoved = ({ copies, file = '' }: Placement): boolean =>
      [file, ...copies.map(({ uri }) => uri)].some(uri => moved(uri) !== uri);
    this.#database.transaction('durable', () => {
      for (const placement of this.#database.all(sql, name).map(placementOf).filter(areMoved)) {
        const { file } = placement;
        const copies = placement.copies.map(({ index, uri }) => ({ index, uri: moved(uri) }));
        const after = { ...placement, copies, file: file === undefined ? undefined : moved(file) };
        writePlacement(this.#database, after, now);
      }
    });
    this.#changed();
  }
}

/** Writes what has become of a placement, and with it the names by which its files are searched for. */
export function writePlacement(database: Database, placement: Placement, now: number): void {
  const { taskId, copies } = placement;
  database.update('placement', placementColumns(taskId, placement, now), 'task_id', taskId);
  const names = fileNames(copies);
  database.run('UPDATE task SET file_names = ? WHERE id = ? AND file_names IS NOT ?', names, taskId, names);
}

/** The names of the files, each once; null when there are none. */
function fileNames(copies: readonly PlacedCopy[]): string | null {
  const names = new Set(copies.map(({ uri }) => decoded(uri.slice(uri.lastIndexOf('/') + 1))));
  return names.size === 0 ? null : [...names].join('\n');
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch (error) {
    if (error instanceof URIError) return name;
    throw error;
  }
}
