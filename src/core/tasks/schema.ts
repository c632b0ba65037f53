/**
 * The schema, one entry a version: entry `n` brings a database from `user_version` n to n + 1.
 * Entries that were released never change; a new version appends one.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE task (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt TEXT NOT NULL,
    body TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    wanted INTEGER NOT NULL,
    hold TEXT,
    remote_id TEXT,
    reserved_credits REAL,
    final_credits REAL,
    problem TEXT,
    failures INTEGER NOT NULL,
    created_at INTEGER NOT NULL UNIQUE,
    updated_at INTEGER NOT NULL,
    intended_at INTEGER NOT NULL,
    first_sent_at INTEGER,
    due_at INTEGER
  ) STRICT;
  CREATE INDEX task_due ON task (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX task_state ON task (state, created_at);
  CREATE INDEX task_hold ON task (hold) WHERE hold IS NOT NULL;

  -- Trigrams find parts of words in every script; words are not told apart by blanks in all of them.
  CREATE VIRTUAL TABLE task_text USING fts5 (
    prompt, content = 'task', content_rowid = 'number', tokenize = 'trigram remove_diacritics 1'
  );
  CREATE TRIGGER task_text_insert AFTER INSERT ON task BEGIN
    INSERT INTO task_text (rowid, prompt) VALUES (new.number, new.prompt);
  END;
  CREATE TRIGGER task_text_delete AFTER DELETE ON task BEGIN
    INSERT INTO task_text (task_text, rowid, prompt) VALUES ('delete', old.number, old.prompt);
  END;

  CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    task_id TEXT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT,
    request_id TEXT
  ) STRICT;
  CREATE INDEX attempt_task ON attempt (task_id);

  CREATE TABLE result (
    task_id TEXT NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    url TEXT NOT NULL,
    state TEXT NOT NULL,
    failures INTEGER NOT NULL,
    path TEXT,
    bytes INTEGER,
    sha256 TEXT,
    media_type TEXT,
    extension TEXT,
    width INTEGER,
    height INTEGER,
    PRIMARY KEY (task_id, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE placement (
    task_id TEXT PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    mode TEXT NOT NULL,
    document TEXT,
    language TEXT,
    folder TEXT,
    anchor TEXT,
    file TEXT,
    updated_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE lease (
    task_id TEXT PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE,
    holder TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX lease_holder ON lease (holder);
  `,
  `
  ALTER TABLE task ADD COLUMN sources TEXT;
  `,
  `
  CREATE INDEX placement_waiting ON placement (document) WHERE state = 'waiting';
  `,
  `
  ALTER TABLE task ADD COLUMN order_id TEXT;
  ALTER TABLE task ADD COLUMN agreed_credits REAL;
  ALTER TABLE task ADD COLUMN account TEXT;
  ALTER TABLE task ADD COLUMN conflicts INTEGER;
  ALTER TABLE task ADD COLUMN other_remote_ids TEXT;

  -- Only what Rivya says with a terminal status is final, and only its own word ends a job.
  UPDATE task SET final_credits = NULL
    WHERE state IN ('draft', 'submitting', 'queued', 'processing') OR remote_id IS NULL;
  UPDATE task SET state = 'unreachable', final_credits = nullif(final_credits, 0)
    WHERE state = 'failed' AND remote_id IS NOT NULL
      AND (problem ->> 'code' IN ('not_found', 'http_404', 'http_410', 'result_missing')
        OR EXISTS (SELECT 1 FROM result WHERE task_id = id AND result.state = 'lost'));
  -- A fresh key conflicts with nothing but a copy of itself that was accepted.
  UPDATE task SET first_sent_at = intended_at
    WHERE state = 'failed' AND remote_id IS NULL AND problem ->> 'code' IN ('idempotency_conflict', 'http_409');
  ALTER TABLE placement ADD COLUMN copies TEXT;
  CREATE INDEX task_state_due ON task (state, due_at) WHERE due_at IS NOT NULL;
  `,
  `
  -- parent: the job that this one was made from. folder and file_names repeat what the placement says, so
  -- that lists are filtered by an index and files are found by their names.
  ALTER TABLE task ADD COLUMN parent TEXT;
  ALTER TABLE task ADD COLUMN favourite INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE task ADD COLUMN folder TEXT;
  ALTER TABLE task ADD COLUMN file_names TEXT;
  UPDATE task SET (folder, file_names) = (
    SELECT folder, replace(file, rtrim(file, replace(file, '/', '')), '') FROM placement WHERE task_id = task.id
  );
  CREATE TRIGGER placement_folder AFTER INSERT ON placement BEGIN
    UPDATE task SET folder = new.folder WHERE id = new.task_id AND folder IS NOT new.folder;
  END;

  -- Everything by which a list is filtered and sorted, so that the rows themselves are read for one page only.
  CREATE INDEX task_list ON task (created_at, kind, state, model, favourite, final_credits);
  CREATE INDEX task_folder ON task (folder, created_at, kind, state, model, favourite, final_credits);
  CREATE INDEX task_model ON task (model);
  CREATE INDEX task_parent ON task (parent) WHERE parent IS NOT NULL;

  DROP TRIGGER task_text_insert;
  DROP TRIGGER task_text_delete;
  DROP TABLE task_text;
  CREATE VIRTUAL TABLE task_text USING fts5 (
    prompt, model, kind, file_names,
    content = 'task', content_rowid = 'number', tokenize = 'trigram remove_diacritics 1'
  );
  INSERT INTO task_text (task_text) VALUES ('rebuild');
  CREATE TRIGGER task_text_insert AFTER INSERT ON task BEGIN
    INSERT INTO task_text (rowid, prompt, model, kind, file_names)
      VALUES (new.number, new.prompt, new.model, new.kind, new.file_names);
  END;
  CREATE TRIGGER task_text_delete AFTER DELETE ON task BEGIN
    INSERT INTO task_text (task_text, rowid, prompt, model, kind, file_names)
      VALUES ('delete', old.number, old.prompt, old.model, old.kind, old.file_names);
  END;
  CREATE TRIGGER task_text_update AFTER UPDATE OF file_names ON task BEGIN
    INSERT INTO task_text (task_text, rowid, prompt, model, kind, file_names)
      VALUES ('delete', old.number, old.prompt, old.model, old.kind, old.file_names);
    INSERT INTO task_text (rowid, prompt, model, kind, file_names)
      VALUES (new.number, new.prompt, new.model, new.kind, new.file_names);
  END;

  -- Jobs that were removed from the list and can still be brought back, with all their rows.
  CREATE TABLE removed (
    id TEXT PRIMARY KEY,
    removed_at INTEGER NOT NULL,
    may_lose TEXT NOT NULL,
    content TEXT NOT NULL
  ) STRICT;
  CREATE INDEX removed_at ON removed (removed_at);
  `,
  `
  -- Two blanks end each text, so that its last letters begin a trigram, too: a word of two letters is then
  -- found by the trigrams that it begins, which task_term lists.
  DROP TRIGGER task_text_insert;
  DROP TRIGGER task_text_delete;
  DROP TRIGGER task_text_update;
  DROP TABLE task_text;
  CREATE VIEW task_words AS
    SELECT number, prompt || '  ' AS prompt, model || '  ' AS model, kind || '  ' AS kind,
      file_names || '  ' AS file_names FROM task;
  CREATE VIRTUAL TABLE task_text USING fts5 (
    prompt, model, kind, file_names,
    content = 'task_words', content_rowid = 'number', tokenize = 'trigram remove_diacritics 1'
  );
  INSERT INTO task_text (task_text) VALUES ('rebuild');
  CREATE VIRTUAL TABLE task_term USING fts5vocab (task_text, instance);
  CREATE TRIGGER task_text_insert AFTER INSERT ON task BEGIN
    INSERT INTO task_text (rowid, prompt, model, kind, file_names)
      VALUES (new.number, new.prompt || '  ', new.model || '  ', new.kind || '  ', new.file_names || '  ');
  END;
  CREATE TRIGGER task_text_delete AFTER DELETE ON task BEGIN
    INSERT INTO task_text (task_text, rowid, prompt, model, kind, file_names)
      VALUES ('delete', old.number, old.prompt || '  ', old.model || '  ', old.kind || '  ', old.file_names || '  ');
  END;
  CREATE TRIGGER task_text_update AFTER UPDATE OF file_names ON task BEGIN
    INSERT INTO task_text (task_text, rowid, prompt, model, kind, file_names)
      VALUES ('delete', old.number, old.prompt || '  ', old.model || '  ', old.kind || '  ', old.file_names || '  ');
    INSERT INTO task_text (rowid, prompt, model, kind, file_names)
      VALUES (new.number, new.prompt || '  ', new.model || '  ', new.kind || '  ', new.file_names || '  ');
  END;
  `,
  `
  -- The file that a document refers to and that is not there, with the address that it has there.
  ALTER TABLE placement ADD COLUMN missing TEXT;
  CREATE INDEX result_url ON result (url);
  `,
  `
  -- Of what may be out since before the server's time was noted, nobody knows how old it is by that.
  ALTER TABLE task ADD COLUMN sent_server_time INTEGER;
  UPDATE task SET sent_server_time = 0 WHERE first_sent_at IS NOT NULL AND remote_id IS NULL;
  ALTER TABLE task ADD COLUMN sent_anew INTEGER NOT NULL DEFAULT 0;
  `,
  `
  -- wish: of jobs that agents have ordered, exactly what was wanted. agent_spend: what each of these jobs may
  -- cost and has cost; it stays when the job goes. agent_grant: questions about an order, each answered once.
  ALTER TABLE task ADD COLUMN wish TEXT;
  CREATE INDEX task_wish ON task (wish, created_at) WHERE wish IS NOT NULL;
  CREATE TABLE agent_spend (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    origin TEXT NOT NULL,
    door TEXT NOT NULL,
    client TEXT NOT NULL,
    tool TEXT NOT NULL,
    order_id TEXT NOT NULL,
    wish TEXT NOT NULL,
    task_id TEXT NOT NULL UNIQUE,
    estimate REAL CHECK (estimate >= 0),
    reserved REAL,
    final REAL,
    consent TEXT NOT NULL CHECK (consent IN ('below', 'host', 'client', 'window'))
  ) STRICT;
  CREATE INDEX agent_spend_at ON agent_spend (origin, at, order_id, estimate, reserved, final);
  CREATE TABLE agent_grant (
    nonce TEXT PRIMARY KEY,
    wish TEXT NOT NULL,
    credits REAL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
  ) STRICT;
  CREATE TABLE agent_stop (
    origin TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('person', 'credits')),
    until INTEGER NOT NULL,
    PRIMARY KEY (origin, reason)
  ) STRICT, WITHOUT ROWID;
  `,
];
