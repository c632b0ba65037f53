import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { ChatStore } from '../../../../src/core/chat/chatStore.ts';
import { damageMark } from '../../../../src/core/storage/database.ts';
import { noon, temporaryFolder } from '../../../support/tasks.ts';

const sessions = 60;

/** Chats with paid answers of a page each, and in each a question that was sent and is not answered yet. */
function fill(path: string): void {
  ChatStore.open(path).store.dispose();
  const database = new DatabaseSync(path);
  const session = database.prepare(
    `INSERT INTO session (id, origin, title, draft, web_search, created_at, updated_at, shown_at)
     VALUES (?, 'http://127.0.0.1:4010', ?, '', 0, ?, ?, ?)`,
  );
  const message = database.prepare(
    `INSERT INTO message (id, session_id, role, state, text, reasoning, created_at) VALUES (?, ?, ?, ?, ?, '', ?)`,
  );
  const request = database.prepare(
    `INSERT INTO request (answer_id, question_id, session_id, idempotency_key, body, streamed, created_at, expires_at)
     VALUES (?, ?, ?, ?, '{}', 1, ?, 0)`,
  );
  database.exec('BEGIN');
  for (let index = 0; index < sessions; index++) {
    const id = `s${index}`;
    session.run(id, `Session ${index}`, noon, noon, noon);
    message.run(`q${index}`, id, 'user', 'complete', `Question ${index}`, noon);
    message.run(`a${index}`, id, 'assistant', 'complete', `Paid answer ${index} `.repeat(150), noon);
    message.run(`n${index}`, id, 'user', 'complete', `Next question ${index}`, noon);
    message.run(`p${index}`, id, 'assistant', 'streaming', '', noon);
    request.run(`p${index}`, `n${index}`, id, `key-${index}`, noon);
  }
  database.exec('COMMIT');
  database.close();
}

function spoil(path: string, text: string): void {
  const file = readFileSync(path);
  const page = Math.floor(file.indexOf(text) / 4096) * 4096;
  expect(page).toBeGreaterThan(0);
  file.fill(0xff, page, page + 4096);
  writeFileSync(path, file);
  writeFileSync(damageMark(path), 'found by a test');
}

it('keys of questions without an answer and paid answers outlive a damaged page', () => {
  using folder = temporaryFolder();
  const path = folder.file('chat.sqlite');
  fill(path);
  spoil(path, 'Paid answer 30 Paid answer 30');
  const { store, quarantined } = ChatStore.open(path);
  expect(quarantined?.rescued).toBeGreaterThan(4 * sessions - 12);
  const indexes = Array.from({ length: sessions }, (_, index) => index);
  const keys = indexes.flatMap(index => store.requests.request(`p${index}`)?.idempotencyKey ?? []);
  // A page holds the messages of one or two sessions only.
  expect(keys.length).toBeGreaterThanOrEqual(sessions - 3);
  expect(store.messages('s0').map(({ id }) => id)).toEqual(['q0', 'a0', 'n0', 'p0']);
  expect(store.messages('s59')[1]?.text).toContain('Paid answer 59');
  expect(store.sessions({ query: 'answer 59', workspace: undefined, limit: 9 })).toHaveLength(1);
  store.dispose();
});

it('messages of a session that cannot be read stay readable', () => {
  using folder = temporaryFolder();
  const path = folder.file('chat.sqlite');
  fill(path);
  spoil(path, 'Session 3');
  const { store } = ChatStore.open(path);
  for (const index of [0, 30, 59]) {
    expect(store.messages(`s${index}`)).toHaveLength(4);
    expect(store.session(`s${index}`)?.origin).toMatch(/^https?:/);
    expect(store.requests.request(`p${index}`)?.idempotencyKey).toBe(`key-${index}`);
  }
  store.dispose();
});
