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
];
