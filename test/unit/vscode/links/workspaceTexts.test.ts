import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { workspaceTexts, type WorkspaceText } from '../../../../src/vscode/placement/workspaceTexts.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

interface OpenDocument {
  readonly uri: { readonly scheme: string; readonly path: string; readonly fsPath: string };
  readonly languageId: string;
  readonly isClosed: boolean;
  readonly isDirty: boolean;
  readonly getText: () => string;
}

const editor = vi.hoisted(() => ({
  folder: '',
  files: [] as string[],
  open: [] as OpenDocument[],
  limits: [] as (number | undefined)[],
}));

vi.mock('vscode', async importOriginal => {
  const { workspace, ...rest } = await importOriginal<{ workspace: object }>();
  const uriOf = (name: string): object => {
    const fsPath = `${editor.folder}/${name}`;
    return { scheme: 'file', path: fsPath, fsPath, toString: () => `file://${fsPath}` };
  };
  return {
    ...rest,
    RelativePattern: Object,
    workspace: {
      ...workspace,
      get workspaceFolders() {
        return [{ uri: uriOf('') }];
      },
      get textDocuments() {
        return editor.open;
      },
      getWorkspaceFolder: ({ scheme, path: own }: { scheme: string; path: string }) =>
        scheme === 'file' && own.startsWith(editor.folder) ? {} : undefined,
      findFiles: (_pattern: unknown, _exclude: unknown, limit?: number) => {
        editor.limits.push(limit);
        return Promise.resolve(editor.files.slice(0, limit).map(uriOf));
      },
    },
  };
});

describe('the walk over the workspace', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  const names = (found: readonly WorkspaceText[]): string[] =>
    found.map(({ uri, unread }) => path.basename(uri.path) + (unread === undefined ? '' : ` ${unread}`));
  const sought = { include: '**/*', exclude: () => '', largest: 1_000 };
  const walk = async (change: object = {}, isStopped = () => false): Promise<WorkspaceText[]> => {
    const found: WorkspaceText[] = [];
    for await (const each of workspaceTexts({ ...sought, ...change }, isStopped)) found.push(each);
    return found;
  };

  beforeEach(() => {
    folder = temporaryFolder();
    editor.folder = folder.file('walk');
    mkdirSync(editor.folder, { recursive: true });
    editor.files = Array.from({ length: 60 }, (_, number) => `f${number}.md`);
    for (const each of editor.files) writeFileSync(path.join(editor.folder, each), `disk ${each}`);
    editor.open = [];
  });

  afterEach(() => folder[Symbol.dispose]());

  const open = (file: string, text: string, scheme = 'file', isDirty = false): OpenDocument => ({
    uri: Object.assign({ scheme, path: file, fsPath: file }, { toString: () => `${scheme}://${file}` }),
    languageId: 'markdown',
    isClosed: false,
    isDirty,
    getText: () => text,
  });

  it('reads what is open as it stands there, and the rest from the disk, each once', async () => {
    editor.open = [
      open(`${editor.folder}/f3.md`, 'typed'),
      open('Untitled-1', 'never saved', 'untitled'),
      open(`${editor.folder}/f4.md`, 'an earlier state', 'git'),
    ];
    const found = await walk();
    expect(found).toHaveLength(61);
    expect(found.slice(0, 2).map(({ text }) => text)).toEqual(['typed', 'never saved']);
    expect(found.filter(({ uri }) => uri.path.endsWith('/f3.md'))).toHaveLength(1);
    expect(found.find(({ uri }) => uri.path.endsWith('/f4.md'))?.text).toBe('disk f4.md');
  });

  it('takes nothing that was deleted while it was open, unless something of it was never saved', async () => {
    editor.open = [
      open(`${editor.folder}/deleted.md`, 'as it was'),
      open(`${editor.folder}/changed.md`, 'typed', 'file', true),
    ];
    expect(names(await walk()).filter(name => !name.startsWith('f'))).toEqual(['changed.md']);
  });

  it('says of what it has not read why', async () => {
    writeFileSync(path.join(editor.folder, 'f0.md'), 'x'.repeat(1_001));
    editor.files.splice(1, 0, 'gone.md');
    const found = await walk({ most: 4 });
    expect(names(found)).toEqual(['f0.md large', 'gone.md gone', 'f1.md', 'f2.md', 'f3.md beyond']);
    // It asks for no more than it needs to know that there are more.
    expect(editor.limits.at(-1)).toBe(5);
  });

  it('ends between two documents when it is stopped', async () => {
    const found: WorkspaceText[] = [];
    for await (const each of workspaceTexts(sought, () => found.length === 7)) found.push(each);
    expect(found).toHaveLength(7);
  });
});
