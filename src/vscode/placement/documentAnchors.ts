import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { anchorAt, findAnchor, moveAnchor, refreshAnchor } from '../../core/references/anchor.ts';
import type { Anchor } from '../../core/tasks/placement.ts';

interface Followed {
  document: vscode.TextDocument;
  anchor: Anchor;
}

/**
 * Follows places in open documents through every edit, undo and rename, so that a result that takes a minute lands where it was
 * asked for.
 */
export class DocumentAnchors implements Disposable {
  readonly #followed = new Map<string, Followed>();
  readonly #store = new DisposableStore();
  readonly #keep: (id: string, document: vscode.Uri, anchor: Anchor) => void;

  /** @param keep writes a place down, in a form by which it can be found again */
  constructor(keep: (id: string, document: vscode.Uri, anchor: Anchor) => void) {
    this.#keep = keep;
    this.#store.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        // Bottom to top: each change is given in terms of the text before all of them.
        const changes = [...contentChanges].sort((a, b) => b.rangeOffset - a.rangeOffset);
        for (const followed of this.#followed.values()) {
          if (followed.document !== document) continue;
          for (const change of changes) followed.anchor = moveAnchor(followed.anchor, change);
        }
      }),
    );
    this.#store.add(
      vscode.workspace.onDidCloseTextDocument(document => {
        for (const [id, followed] of this.#followed) {
          if (followed.document !== document) continue;
          this.#followed.delete(id);
          this.#write(id, followed);
        }
      }),
    );
    // What is on disk and the place in it go together: a window that dies later finds both.
    this.#store.add(
      vscode.workspace.onDidSaveTextDocument(document => {
        for (const [id, followed] of this.#followed) {
          if (followed.document === document) this.#write(id, followed);
        }
      }),
    );
  }

  /** Begins to follow a range that the user has just chosen. */
  follow(id: string, document: vscode.TextDocument, range: vscode.Range): Anchor {
    const text = document.getText();
    const anchor = anchorAt(text, document.offsetAt(range.start), document.offsetAt(range.end));
    this.#followed.set(id, { document, anchor });
    return anchor;
  }

  /** Begins to follow a place known from before. @returns whether the place was found in the document */
  resume(id: string, document: vscode.TextDocument, anchor: Anchor): boolean {
    const found = findAnchor(document.getText(), anchor);
    if (found) this.#followed.set(id, { document, anchor: found });
    return found !== undefined;
  }

  /** Where the place is now; undefined when its document is not open here. */
  find(id: string): { document: vscode.TextDocument; anchor: Anchor } | undefined {
    return this.#followed.get(id);
  }

  forget(id: string): void {
    this.#followed.delete(id);
  }

  dispose(): void {
    this.#store.dispose();
    for (const [id, followed] of this.#followed) this.#write(id, followed);
    this.#followed.clear();
  }

  #write(id: string, { document, anchor }: Followed): void {
    this.#keep(id, document.uri, refreshAnchor(anchor, document.getText()));
  }
}
