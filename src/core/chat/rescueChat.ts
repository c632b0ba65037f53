import type { DamagedSource } from '../storage/damagedSource.ts';
import type { Database, Row } from '../storage/database.ts';
import { insertRescued, isJson } from '../storage/rescuedRow.ts';

/** In an order in which each refers to what comes before it. */
const tables = ['session', 'message', 'image', 'context', 'request', 'card'];
/** Where a session is listed whose own row cannot be read, and no other row says where its server is. */
const defaultOrigin = 'https://rivya.ai';

/**
 * Takes over what can be read of another chat file and is not known yet. What matters most are questions
 * that were sent and have no answer yet, with their idempotency keys, and answers that were paid.
 * @returns how many messages
 */
export function rescueChat(source: DamagedSource, into: Database): number {
  return into.transaction('durable', () => {
    let messages = 0;
    let origin = defaultOrigin;
    for (const table of tables) {
      for (const found of source.rows(table)) {
        const row = withReadableJson(found);
        if (table === 'session' && typeof row['origin'] === 'string') origin = row['origin'];
        if (table === 'message') keepSession(row, origin, into);
        if (insertRescued(into, table, withFreeNumber(table, row, into)) && table === 'message') messages++;
      }
    }
    return messages;
  });
}

/** A message whose session cannot be read gets one that can. */
function keepSession(message: Row, origin: string, into: Database): void {
  const { session_id: id = null, created_at: time = null } = message;
  if (into.get('SELECT 1 FROM session WHERE id = ?', id)) return;
  insertRescued(into, 'session', {
    id,
    origin,
    title: '',
    draft: '',
    web_search: 0,
    created_at: time,
    updated_at: time,
    shown_at: time,
  });
}

/** Rows of two files may bear the same number. */
function withFreeNumber(table: string, row: Row, into: Database): Row {
  const { number, ...rest } = row;
  if (typeof number !== 'number') return row;
  return into.get(`SELECT 1 FROM ${table} WHERE number = ?`, number) ? rest : row;
}

function withReadableJson(row: Row): Row {
  const whole = { ...row };
  for (const column of ['note', 'problem']) if (!isJson(whole[column])) whole[column] = null;
  return whole;
}
