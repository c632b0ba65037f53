import { mkdirSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Lazy } from '../../../../src/base/lazy.ts';
import type { AssetSurfaces } from '../../../../src/vscode/assets/assetSurfaces.ts';
import { startAssets } from '../../../../src/vscode/assets/startAssets.ts';
import type { HostContext } from '../../../../src/vscode/host/hostContext.ts';
import { temporaryFolder } from '../../../support/tasks.ts';

/** What the editor has, and whom it tells. */
const editor = vi.hoisted(() => ({
  folders: [] as { uri: { scheme: string; path: string; fsPath: string } }[],
  open: [] as { uri: { scheme: string; path: string } }[],
  opened: [] as ((document: unknown) => void)[],
  created: [] as ((uri: unknown) => void)[],
  searches: 0,
}));

vi.mock('../../../../src/vscode/assets/terminalCommand.ts', () => ({
  offerTerminalCommand: () => ({ dispose: () => undefined }),
}));
vi.mock('vscode', async importOriginal => {
  const { workspace, ...rest } = await importOriginal<{ workspace: object }>();
  const nothing = { dispose: () => undefined };
  const uri = (file: string): object => ({ scheme: 'file', path: file, fsPath: file });
  return {
    ...rest,
    Uri: {
      joinPath: (base: { path: string }, ...parts: string[]) => uri(path.posix.join(base.path, ...parts)),
      parse: (text: string) => uri(text.replace('file://', '')),
    },
    workspace: Object.defineProperties(
      {
        ...workspace,
        onDidOpenTextDocument: (listener: () => void) => (editor.opened.push(listener), nothing),
        createFileSystemWatcher: () => ({
          ...nothing,
          onDidCreate: (listener: () => void) => (editor.created.push(listener), nothing),
        }),
        findFiles: () => (editor.searches++, Promise.resolve([])),
      },
      {
        workspaceFolders: { get: () => editor.folders },
        textDocuments: { get: () => editor.open },
      },
    ),
  };
});

describe('the wait for a package', () => {
  let home: ReturnType<typeof temporaryFolder>;
  let finds: number;
  let shown: (() => void)[];

  beforeEach(() => {
    home = temporaryFolder();
    editor.folders = [{ uri: { scheme: 'file', path: home.path, fsPath: home.path } }];
    Object.assign(editor, { open: [], opened: [], created: [], searches: 0 });
    finds = 0;
    shown = [];
  });
  afterEach(() => home[Symbol.dispose]());

  /** Starts, and waits until the places that are known were looked at. */
  async function start(remembered: readonly string[] = []): Promise<Lazy<AssetSurfaces>> {
    const find = (): Promise<void> => {
      finds++;
      return Promise.resolve();
    };
    const packages = { find };
    const surfaces = new Lazy(() => Promise.resolve({ packages } as unknown as AssetSurfaces));
    const context = { workspaceState: { get: () => remembered } };
    startAssets({ context } as unknown as HostContext, surfaces, listener => {
      shown.push(listener);
      return { dispose: () => undefined };
    });
    // The disk answers in the order of the questions: what was asked before is known then.
    for (let time = 0; time < 8; time++) await access(home.path);
    await new Promise(resolve => setImmediate(resolve));
    return surfaces;
  }

  const manifest = (folder = home.path): { scheme: string; path: string } => ({
    scheme: 'file',
    path: `${folder}/rivya.assets.yaml`,
  });

  it('loads nothing, and searches nothing, without a sign of one', async () => {
    const surfaces = await start([`file://${home.path}/gone/rivya.assets.yaml`]);
    for (const listener of editor.opened) listener({ uri: { scheme: 'file', path: `${home.path}/a.yaml` } });
    for (const listener of editor.opened) listener({ uri: { ...manifest(), scheme: 'git' } });
    expect([surfaces.value, finds, editor.searches]).toEqual([undefined, 0, 0]);
  });

  const signs: readonly (readonly [string, () => unknown, () => unknown])[] = [
    ['a manifest in a folder', () => writeFileSync(path.join(home.path, 'rivya.assets.yaml'), 'rivya: 1\n'), () => undefined],
    ['recipes in a folder', () => mkdirSync(path.join(home.path, '.rivya')), () => undefined],
    ['a manifest that is open', () => editor.open.push({ uri: manifest() }), () => undefined],
    ['one that is opened', () => undefined, () => editor.opened.forEach(tell => tell({ uri: manifest() }))],
    ['one that is made', () => undefined, () => editor.created.forEach(tell => tell(manifest()))],
    ['one of our views that shows', () => undefined, () => shown.forEach(tell => tell())],
  ]; // prettier-ignore

  it.each(signs)('ends with %s', async (_name, before, after) => {
    before();
    await start();
    after();
    await vi.waitFor(() => expect(finds).toBe(1));
  });

  it('ends with one that is remembered and still there', async () => {
    mkdirSync(path.join(home.path, 'site'));
    writeFileSync(path.join(home.path, 'site/rivya.assets.yaml'), 'rivya: 1\n');
    await start([`file://${home.path}/site/rivya.assets.yaml`]);
    await vi.waitFor(() => expect(finds).toBe(1));
  });
});
