import { access } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Lazy } from '../../base/lazy.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { onUnexpectedError } from '../../base/unexpectedError.ts';
import type { HostContext } from '../host/hostContext.ts';
import { isManifest, packagesKey } from './assetPackage.ts';
import type { AssetSurfaces } from './assetSurfaces.ts';
import { offerTerminalCommand } from './terminalCommand.ts';

/**
 * Puts `rivya` on the path of terminals, and waits for a sign that this window has a package: a manifest that
 * is made or opened, a file at a place that is known, or somebody who looks at our views. Until then nothing
 * more is loaded, and nothing is searched.
 * @param onDidShow fires when one of our views comes in sight
 */
export function startAssets(
  hostContext: HostContext,
  surfaces: Lazy<AssetSurfaces>,
  onDidShow: (listener: () => void) => Disposable,
): Disposable {
  const store = new DisposableStore();
  store.add(offerTerminalCommand(hostContext));
  const look = (): void => {
    surfaces
      .get()
      .then(({ packages }) => packages.find())
      .catch(onUnexpectedError);
  };
  const watcher = store.add(
    vscode.workspace.createFileSystemWatcher('**/rivya.assets.yaml', false, true, true),
  );
  store.add(watcher.onDidCreate(look));
  store.add(vscode.workspace.onDidOpenTextDocument(({ uri }) => isManifest(uri) && look()));
  store.add(onDidShow(look));
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const places = folders.flatMap(({ uri }) =>
    ['rivya.assets.yaml', '.rivya'].map(name => vscode.Uri.joinPath(uri, name)),
  );
  const remembered = hostContext.context.workspaceState.get<string[]>(packagesKey, []);
  const known = [...places, ...remembered.map(uri => vscode.Uri.parse(uri, true))].map(({ fsPath }) =>
    access(fsPath).then(
      () => true,
      () => false,
    ),
  );
  const isOpen = vscode.workspace.textDocuments.some(({ uri }) => isManifest(uri));
  Promise.all(known)
    .then(found => (isOpen || found.includes(true)) && look())
    .catch(onUnexpectedError);
  return store;
}
