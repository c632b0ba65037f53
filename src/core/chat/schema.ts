/** The schema of the chat database, one entry a version; as in the ledger, released entries never change. */
export const chatMigrations: readonly string[] = [
  `
  CREATE TABLE session (
    id TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    workspace TEXT,
    title TEXT NOT NULL,
    model TEXT,
    remote_id TEXT,
    note TEXT,
    draft TEXT NOT NULL,
    web_search INTEGER NOT NULL,
    reasoning_effort TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    shown_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX session_updated ON session (updated_at);
  CREATE INDEX session_remote ON session (origin, remote_id) WHERE remote_id IS NOT NULL;

  CREATE TABLE message (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    text TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    input_tokens INTEGER,
    output_tokens INTEGER,
    credits REAL,
    problem TEXT,
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX message_session ON message (session_id, number);
  CREATE INDEX message_questions ON message (created_at) WHERE role = 'user';

  -- Trigrams find parts of words in every script. An answer is indexed when it has ended, not with each piece.
  CREATE VIRTUAL TABLE message_text USING fts5 (
    text, content = 'message', content_rowid = 'number', tokenize = 'trigram remove_diacritics 1'
  );
  CREATE TRIGGER message_text_insert AFTER INSERT ON message WHEN new.state <> 'streaming' BEGIN
    INSERT INTO message_text (rowid, text) VALUES (new.number, new.text);
  END;
  CREATE TRIGGER message_text_leave BEFORE UPDATE OF text, state ON message WHEN old.state <> 'streaming' BEGIN
    INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.number, old.text);
  END;
  CREATE TRIGGER message_text_enter AFTER UPDATE OF text, state ON message WHEN new.state <> 'streaming' BEGIN
    INSERT INTO message_text (rowid, text) VALUES (new.number, new.text);
  END;
  CREATE TRIGGER message_text_delete AFTER DELETE ON message WHEN old.state <> 'streaming' BEGIN
    INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.number, old.text);
  END;

  -- Without a message it belongs to the composer.
  CREATE TABLE image (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    message_id TEXT REFERENCES message (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    path TEXT NOT NULL,
    media_type TEXT NOT NULL,
    file_id TEXT
  ) STRICT;
  CREATE INDEX image_session ON image (session_id);
  CREATE INDEX image_message ON image (message_id);
  CREATE TABLE context (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    message_id TEXT REFERENCES message (id) ON DELETE CASCADE,
    label TEXT NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX context_session ON context (session_id);
  CREATE INDEX context_message ON context (message_id);

  CREATE TABLE request (
    answer_id TEXT PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
    question_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    idempotency_key TEXT NOT NULL UNIQUE,
    body TEXT,
    streamed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    holder TEXT,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX request_question ON request (question_id);
  CREATE INDEX request_session ON request (session_id);

  CREATE TABLE card (
    task_id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX card_session ON card (session_id);
  CREATE INDEX card_message ON card (message_id);
  `,
  `
  ALTER TABLE request ADD COLUMN intended_at INTEGER;
  ALTER TABLE request ADD COLUMN first_sent_at INTEGER;
  ALTER TABLE request ADD COLUMN account TEXT;
  ALTER TABLE request ADD COLUMN conflicts INTEGER;
  ALTER TABLE request ADD COLUMN hold TEXT;

  -- Whether one with a body has left was not written down: it may have.
  UPDATE request SET intended_at = created_at, first_sent_at = CASE WHEN body IS NOT NULL THEN created_at END;
  `,
  `
  -- As in the ledger: how old they are by the server's clock, nobody knows.
  ALTER TABLE request ADD COLUMN sent_server_time INTEGER;
  UPDATE request SET sent_server_time = 0 WHERE first_sent_at IS NOT NULL;
  `,
];
