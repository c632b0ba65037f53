import { number, optionalText, text, type Database, type Row } from '../storage/database.ts';
import type { ChatSessionSummaryRecord } from './records.ts';

export interface SessionQuery {
  /** Every word must occur in the title or in one message. */
  readonly query: string;
  /** Undefined for all; else only those of this workspace, where `null` is no folder. */
  readonly workspace: string | null | undefined;
  readonly limit: number;
}

/** Sessions that have messages or a draft, the latest first. */
export function findSessions(
  database: Database,
  { query, workspace, limit }: SessionQuery,
): ChatSessionSummaryRecord[] {
  const words = query.split(/\s+/).filter(word => word !== '');
  const conditions = [
    `(EXISTS (SELECT 1 FROM message WHERE session_id = session.id) OR trim(draft) <> '')`,
    ...(workspace === undefined ? [] : ['address_key(workspace) IS address_key(?)']),
    ...words.map(word => `(title LIKE ? ESCAPE '\\' OR id IN (${found(word)}))`),
  ];
  const values = [
    ...(workspace === undefined ? [] : [workspace]),
    ...words.flatMap(word => [like(word), isIndexed(word) ? `"${word.replaceAll('"', '""')}"` : like(word)]),
  ];
  const rows = database.all(
    `SELECT *, (SELECT count(*) FROM message WHERE session_id = session.id) AS message_count
       FROM session WHERE ${conditions.join(' AND ')} ORDER BY updated_at DESC, rowid DESC LIMIT ?`,
    ...values,
    limit,
  );
  return rows.map(summaryOf);
}

function summaryOf(row: Row): ChatSessionSummaryRecord {
  return {
    id: text(row, 'id'),
    origin: text(row, 'origin'),
    title: text(row, 'title') || text(row, 'draft'),
    model: optionalText(row, 'model'),
    remoteId: optionalText(row, 'remote_id'),
    workspace: optionalText(row, 'workspace'),
    updatedAt: number(row, 'updated_at'),
    messageCount: number(row, 'message_count'),
  };
}

/** The index knows nothing shorter than three characters. */
function isIndexed(word: string): boolean {
  return Array.from(word).length >= 3;
}

function found(word: string): string {
  return isIndexed(word)
    ? 'SELECT session_id FROM message_text JOIN message ON message.number = message_text.rowid WHERE message_text MATCH ?'
    : `SELECT session_id FROM message WHERE text LIKE ? ESCAPE '\\'`;
}

function like(word: string): string {
  return `%${word.replace(/[\\%_]/g, '\\$&')}%`;
}
