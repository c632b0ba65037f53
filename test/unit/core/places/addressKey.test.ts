import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ChatStore } from '../../../../src/core/chat/chatStore.ts';
import { addressKey, isSameAddress } from '../../../../src/core/places/addressKey.ts';
import { Ledger } from '../../../../src/core/tasks/ledger.ts';
import { createJob, newTask, noon, nowhere, temporaryFolder } from '../../../support/tasks.ts';

describe('the addresses of one folder', () => {
  it.each([
    ['win32', 'vscode-remote://wsl+Ubuntu/home/eva/site', 'file://wsl.localhost/Ubuntu/home/eva/site'],
    ['win32', 'vscode-remote://wsl%2BUbuntu/home/eva/site', 'file://wsl%24/ubuntu/home/eva/site'],
    ['linux', 'vscode-remote://wsl+Ubuntu/home/eva/site', 'file:///home/eva/site'],
    ['linux', 'vscode-remote://dev-container+7b22/workspaces/site', 'file:///workspaces/site'],
    ['win32', 'file:///c%3A/site', 'file:///C:/Site/'],
    ['darwin', 'file:///Users/eva/Site', 'file:///Users/Eva/site'],
    ['darwin', 'file:///w/%C5%BD', 'file:///w/Z%CC%8C'],
  ] as const)('on %s, %s and %s are one', (platform, one, other) => {
    expect(addressKey(one, platform)).toBe(addressKey(other, platform));
  });

  it.each([
    ['win32', 'file://wsl.localhost/Ubuntu/home/eva/Site', 'file://wsl.localhost/Ubuntu/home/eva/site'],
    ['win32', 'file://wsl.localhost/Ubuntu/home', 'file://wsl.localhost/Debian/home'],
    ['win32', 'vscode-remote://ssh-remote+host/c:/site', 'file:///c:/site'],
    ['linux', 'file:///home/eva/Site', 'file:///home/eva/site'],
    ['linux', 'vscode-notebook-cell:/w/a.ipynb#one', 'vscode-notebook-cell:/w/a.ipynb#two'],
    ['linux', 'untitled:Untitled-1', 'untitled:Untitled-2'],
    ['linux', 'file:///w/%', 'file:///w/%25%25'],
  ] as const)('on %s, %s and %s are not', (platform, one, other) => {
    expect(addressKey(one, platform)).not.toBe(addressKey(other, platform));
  });

  it.skipIf(process.platform === 'win32')('are one through a link, while the folder is there', () => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, 'site'));
    symlinkSync(join(folder.path, 'site'), join(folder.path, 'link'));
    const of = (name: string): string => pathToFileURL(join(folder.path, name)).href;
    expect(isSameAddress(of('site'), of('link'))).toBe(true);
    expect(isSameAddress(of('gone'), of('link'))).toBe(false);
    expect(isSameAddress(undefined, of('link'))).toBe(false);
  });
});

/** A folder and another address of it: a link to it, which Windows lets nobody make, or another case. */
function twoAddresses(folder: string): [string, string] {
  mkdirSync(join(folder, 'Site'));
  writeFileSync(join(folder, 'Site/a.md'), '');
  if (process.platform !== 'win32') symlinkSync(join(folder, 'Site'), join(folder, 'link'));
  const other = process.platform === 'win32' ? 'site' : 'link';
  return [pathToFileURL(join(folder, 'Site')).href, pathToFileURL(join(folder, other)).href];
}

describe('what is stored under one address', () => {
  it('of the ledger is found by another one', () => {
    using folder = temporaryFolder();
    const [site, link] = twoAddresses(folder.path);
    const { ledger } = Ledger.open(folder.file('ledger.sqlite'));
    const placement = { ...nowhere, document: `${site}/a.md`, folder: site };
    const { id } = createJob(ledger, newTask(), placement, noon);
    createJob(ledger, newTask(), { ...nowhere, document: 'file:///w/b.md', folder: 'file:///w' }, noon);
    expect(ledger.placements.inDocument(`${link}/a.md`).map(each => each.taskId)).toEqual([id]);
    expect(ledger.count({ folders: [link] })).toBe(1);
    expect(ledger.count({ folders: [link, 'file:///w'] })).toBe(2);
    expect(ledger.lists.ids({ folders: [link] }, { offset: 0, limit: 10 })).toEqual([id]);
    ledger.dispose();
  });

  it('of the chat is found by another one', () => {
    using folder = temporaryFolder();
    const [site, link] = twoAddresses(folder.path);
    const { store } = ChatStore.open(folder.file('chat.sqlite'));
    const session = (id: string, workspace: string | undefined): void => {
      store.create(
        {
          id,
          origin: 'https://rivya.ai',
          workspace,
          title: id,
          model: undefined,
          remoteId: undefined,
          note: undefined,
          draft: 'so far',
          webSearch: false,
          reasoningEffort: undefined,
        },
        noon,
      );
    };
    session('here', site);
    session('nowhere', undefined);
    expect(store.lastShown('https://rivya.ai', link)?.id).toBe('here');
    expect(store.lastShown('https://rivya.ai', undefined)?.id).toBe('nowhere');
    const ids = (workspace: string | null): string[] =>
      store.sessions({ query: '', workspace, limit: 10 }).map(each => each.id);
    expect(ids(link)).toEqual(['here']);
    expect(ids(null)).toEqual(['nowhere']);
    store.dispose();
  });
});
