import { text, type Database, type Row } from './database.ts';
import { primaryCode } from './fileErrors.ts';

/**
 * Writes a row of another file, which may have been written by another version: columns that are not known
 * here are left out. What the schema refuses is no row of ours any more.
 * @param table is our own, never a user's
 * @returns whether it was written
 */
export function insertRescued(into: Database, table: string, row: Row): boolean {
  const columns = into.all('SELECT name FROM pragma_table_info(?)', table).map(each => text(each, 'name'));
  const known = Object.entries(row).filter(([name]) => columns.includes(name));
  try {
    into.insert(table, Object.fromEntries(known));
    return true;
  } catch (error) {
    if (isConstraint(error)) return false;
    throw error;
  }
}

/** Whether a column that holds JSON, or nothing, can be read. */
export function isJson(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  try {
    return typeof value === 'string' && typeof JSON.parse(value) === 'object';
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

// SQLITE_CONSTRAINT, and SQLITE_MISMATCH for a value of the wrong type.
function isConstraint(error: unknown): boolean {
  return [19, 20].includes(primaryCode(error));
}
