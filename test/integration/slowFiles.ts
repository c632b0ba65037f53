import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';

/** How long the write takes, in milliseconds. */
const writeMs = 500;

/** The files of this machine once more, one of which takes a while to be written, as on a disk far away. */
export class SlowFiles implements vscode.FileSystemProvider {
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  /** The same file on this disk. */
  static at(uri: vscode.Uri): vscode.Uri {
    return uri.with({ scheme: 'rivya-slow' });
  }

  readonly #slow: string;
  readonly #onWrite: () => void;

  private constructor(slow: string, onWrite: () => void) {
    this.#slow = slow;
    this.#onWrite = onWrite;
  }

  /** @param slow the file that takes a while @param onWrite is called when its write begins */
  static register(slow: vscode.Uri, onWrite: () => void): vscode.Disposable {
    return vscode.workspace.registerFileSystemProvider('rivya-slow', new SlowFiles(slow.path, onWrite));
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  stat(uri: vscode.Uri): Thenable<vscode.FileStat> {
    return vscode.workspace.fs.stat(fileOf(uri));
  }

  readDirectory(uri: vscode.Uri): Thenable<[string, vscode.FileType][]> {
    return vscode.workspace.fs.readDirectory(fileOf(uri));
  }

  createDirectory(uri: vscode.Uri): Thenable<void> {
    return vscode.workspace.fs.createDirectory(fileOf(uri));
  }

  readFile(uri: vscode.Uri): Thenable<Uint8Array> {
    return vscode.workspace.fs.readFile(fileOf(uri));
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    if (uri.path === this.#slow) {
      this.#onWrite();
      await delay(writeMs);
    }
    await vscode.workspace.fs.writeFile(fileOf(uri), content);
  }

  delete(uri: vscode.Uri, options: { readonly recursive: boolean }): Thenable<void> {
    return vscode.workspace.fs.delete(fileOf(uri), options);
  }

  rename(from: vscode.Uri, to: vscode.Uri, options: { readonly overwrite: boolean }): Thenable<void> {
    return vscode.workspace.fs.rename(fileOf(from), fileOf(to), options);
  }
}

function fileOf(uri: vscode.Uri): vscode.Uri {
  return uri.with({ scheme: 'file' });
}
