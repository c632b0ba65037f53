import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { migrations } from '../../src/core/tasks/schema.ts';

/*
 * Makes a ledger file as the version given in argv[3] wrote it, with a job in each state, at argv[2]:
 * `node test/support/makeLedgerFixture.ts test/fixtures/ledger/v1.sqlite 1`. Run it once for each released
 * schema, before the next is begun; the file is then kept, and the test of migrations opens it for ever.
 */
const [, , path = '', version = ''] = process.argv;
const states = [
  'draft',
  'submitting',
  'queued',
  'processing',
  'succeeded',
  'stored',
  'placed',
  'failed',
  'untracked',
  ...(Number(version) >= 4 ? ['unreachable'] : []),
];
const noon = Date.UTC(2026, 4, 11, 12);

rmSync(path, { force: true });
const database = new DatabaseSync(path);
for (const migration of migrations.slice(0, Number(version))) database.exec(migration);
database.exec(`PRAGMA user_version = ${Number(version)}`);

if (Number(version) >= 1) {
  const task = database.prepare(
    `INSERT INTO task (id, origin, kind, model, prompt, body, idempotency_key, state, wanted, hold, remote_id,
       reserved_credits, final_credits, problem, failures, created_at, updated_at, intended_at, first_sent_at, due_at)
     VALUES (?, 'https://rivya.ai', 'image', 'z-image', ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, 0, ?, ?, ?, ?, ?)`,
  );
  const result = database.prepare(
    `INSERT INTO result VALUES (?, 0, 'https://media.example/0.png', ?, 0, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const placement = database.prepare(
    `INSERT INTO placement (task_id, state, mode, document, language, folder, anchor, file, updated_at)
     VALUES (?, ?, 'after', 'file:///w/readme.md', 'markdown', 'file:///w', ?, ?, ?)`,
  );
  states.forEach((state, index) => {
    const id = `0000000${index}-0000-4000-8000-000000000000`;
    const sent = index > 0;
    const accepted = index > 1;
    const running = index < 5;
    const stored = ['stored', 'placed', 'untracked'].includes(state);
    const time = noon + index;
    task.run(
      id,
      `A fox, number ${index}: लोमड़ी 狐狸`,
      `{"model":"z-image","prompt":"A fox, number ${index}"}`,
      `key-${index}`,
      state,
      state === 'untracked' ? 0 : 1,
      state === 'submitting' ? 'decision' : null,
      accepted ? `task_${index}` : null,
      running ? null : 1,
      state === 'failed' ? '{"code":"generation_failed","message":"The generation failed."}' : null,
      time,
      time,
      time,
      sent ? time : null,
      running && state !== 'submitting' ? time + 5_000 : null,
    );
    if (state === 'succeeded') result.run(id, 'pending', null, null, null, null, null, null, null);
    if (stored)
      result.run(id, 'stored', `00/${id}-0.png`, 1234, 'ab'.repeat(32), 'image/png', 'png', 1024, 768);
    placement.run(
      id,
      state === 'placed' ? 'placed' : 'waiting',
      '{"start":3,"end":9,"text":"A fox."}',
      state === 'placed' ? 'file:///w/fox.png' : null,
      time,
    );
    if (accepted)
      database
        .prepare(
          `INSERT INTO attempt (task_id, action, started_at, ended_at, outcome, request_id) VALUES (?, 'submit', ?, ?, 'queued', 'req_1')`,
        )
        .run(id, time, time + 40);
  });
  database
    .prepare(`INSERT INTO lease VALUES ('00000003-0000-4000-8000-000000000000', 'a-dead-window', ?)`)
    .run(noon + 15_000);
}
if (Number(version) >= 2) {
  database.exec(`UPDATE task SET sources = '["file:///w/a%20fox.png"]' WHERE state = 'placed'`);
}
if (Number(version) >= 4) {
  database.exec(`UPDATE task SET account = 'a-mark', conflicts = 1 WHERE state = 'submitting'`);
  database.exec(`UPDATE task SET other_remote_ids = '["task_x"]' WHERE state = 'queued'`);
  database.exec(
    `UPDATE placement SET copies = '[{"index":0,"uri":"file:///w/fox.png"}]' WHERE file IS NOT NULL`,
  );
}
if (Number(version) >= 5) {
  database.exec(`UPDATE task SET favourite = 1, file_names = 'fox.png' WHERE state = 'placed'`);
  database.exec(
    `UPDATE task SET parent = '00000006-0000-4000-8000-000000000000' WHERE state IN ('stored', 'failed')`,
  );
}
database.close();
