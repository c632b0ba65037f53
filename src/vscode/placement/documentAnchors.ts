import * as vscode from 'vscode';
import { Emitter } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { onUnexpectedError } from '../../base/unexpectedError.ts';
import { isSamePlace } from '../../core/places/places.ts';
import { anchorAt, findAnchor, moveAnchor, refreshAnchor } from '../../core/tasks/anchor.ts';
import type { Anchor } from '../../core/tasks/placement.ts';

interface Followed {
  readonly document: vscode.TextDocument;
  anchor: Anchor;
  /** What the file of the document is called since; the document itself keeps its name until it is closed. */
  renamedTo?: vscode.Uri;
}

/**
 * Follows places in open documents through every edit, undo and rename, so that a result that takes a minute
 * lands where it was asked for.
 */
export class DocumentAnchors implements Disposable {
  readonly #followed = new Map<string, Followed>();
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<void>());
  /** Fires when a place comes or goes, or has moved in a way that VS Code does not follow. */
  readonly onDidChange = this.#changed.event;
  readonly #closedRenamed = this.#store.add(new Emitter<void>());
  /**
   * Fires when a document was closed whose file has another name now: VS Code may have opened that one
   * before.
   */
  readonly onDidCloseRenamed = this.#closedRenamed.event;
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
          const { start, end } = followed.anchor;
          for (const change of changes) followed.anchor = moveAnchor(followed.anchor, change);
          // VS Code moves a mark along with small edits, but loses it when the text around it is replaced.
          const isReplaced = changes.some(
            ({ rangeOffset, rangeLength }) => rangeOffset <= start && end <= rangeOffset + rangeLength,
          );
          if (isReplaced) this.#changed.fire();
        }
      }),
    );
    this.#store.add(
      vscode.workspace.onDidCloseTextDocument(document => {
        let wasRenamed = false;
        for (const [id, followed] of this.#followed) {
          if (followed.document !== document) continue;
          this.#followed.delete(id);
          this.#changed.fire();
          this.#write(id, followed);
          wasRenamed ||= followed.renamedTo !== undefined;
        }
        if (wasRenamed) this.#closedRenamed.fire();
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
    this.#changed.fire();
    return anchor;
  }

  /** Begins to follow a place known from before. @returns whether the place was found in the document */
  resume(id: string, document: vscode.TextDocument, anchor: Anchor): boolean {
    const found = findAnchor(document.getText(), anchor);
    if (!found) return false;
    this.#followed.set(id, { document, anchor: found });
    this.#changed.fire();
    return true;
  }

  /** Where the place is now; undefined when its document is not open here. */
  find(id: string): { document: vscode.TextDocument; anchor: Anchor } | undefined {
    return this.#followed.get(id);
  }

  forget(id: string): void {
    if (this.#followed.delete(id)) this.#changed.fire();
  }

  /** The file of a document has another name now. */
  renamed(from: vscode.Uri, to: vscode.Uri): void {
    for (const followed of this.#followed.values()) {
      const name = followed.renamedTo ?? followed.document.uri;
      if (isSamePlace(name, from)) followed.renamedTo = to;
    }
  }

  /** All places that are followed in a document, by the id of their job. */
  in(document: vscode.TextDocument): { id: string; anchor: Anchor }[] {
    return [...this.#followed].flatMap(([id, followed]) =>
      followed.document === document ? [{ id, anchor: followed.anchor }] : [],
    );
  }

  dispose(): void {
    this.#store.dispose();
    for (const [id, followed] of this.#followed) {
      try {
        this.#write(id, followed);
      } catch (error) {
        // The others are written all the same.
        onUnexpectedError(error);
      }
    }
    this.#followed.clear();
  }

  #write(id: string, { document, anchor, renamedTo }: Followed): void {
    this.#keep(id, renamedTo ?? document.uri, refreshAnchor(anchor, document.getText()));
  }
}
