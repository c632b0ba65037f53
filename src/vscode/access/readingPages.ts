import * as vscode from 'vscode';
import type { Disposable } from '../../base/lifecycle.ts';

/** The schemes of texts that are read in an editor of their own, with its keys. */
export type ReadingScheme = 'rivya-answer' | 'rivya-help';

const schemes: readonly ReadingScheme[] = ['rivya-answer', 'rivya-help'];

/** Texts that are read and cannot be changed, for people whose screen reader is at home in an editor. */
export class ReadingPages implements Disposable {
  readonly #texts = new Map<string, string>();
  readonly #registration: Disposable;
  #shown = 0;

  constructor() {
    const provider: vscode.TextDocumentContentProvider = {
      provideTextDocumentContent: uri => this.#texts.get(uri.toString()),
    };
    this.#registration = vscode.Disposable.from(
      ...schemes.map(scheme => vscode.workspace.registerTextDocumentContentProvider(scheme, provider)),
    );
  }

  /** Opens Markdown under a name of its own, so that what was opened before stays as it was. */
  async show(scheme: ReadingScheme, name: string, text: string): Promise<void> {
    this.#shown++;
    const uri = vscode.Uri.from({ scheme, path: `/${name}.md`, query: String(this.#shown) });
    this.#texts.set(uri.toString(), text);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  dispose(): void {
    this.#registration.dispose();
    this.#texts.clear();
  }
}
