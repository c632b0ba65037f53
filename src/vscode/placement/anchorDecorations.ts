import * as vscode from 'vscode';
import type { Event } from '../../base/event.ts';
import { DisposableStore, type Disposable } from '../../base/lifecycle.ts';
import { inertText } from '../../base/text.ts';
import type { Task } from '../../shared/task.ts';
import { actionTooltip } from '../messages/tooltip.ts';
import { stateText } from '../text/taskText.ts';
import type { DocumentAnchors } from './documentAnchors.ts';
import { l10n } from '../text/l10n.ts';

/** Marks the place of each running job with its state, quietly, at the end of its line. */
export class AnchorDecorations implements Disposable {
  readonly #anchors: DocumentAnchors;
  readonly #runningTask: (id: string) => Task | undefined;
  readonly #store = new DisposableStore();
  readonly #type = this.#store.add(
    vscode.window.createTextEditorDecorationType({
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
      after: {
        color: new vscode.ThemeColor('editorCodeLens.foreground'),
        margin: '0 0 0 2em',
        fontStyle: 'italic',
      },
    }),
  );
  /**
   * What is drawn, so that only a change of state draws again. VS Code itself moves what is drawn along with
   * the text.
   */
  readonly #drawn = new WeakMap<vscode.TextEditor, string>();

  /** @param runningTask the job, while it runs */
  constructor(
    anchors: DocumentAnchors,
    onDidChangeTasks: Event<void>,
    runningTask: (id: string) => Task | undefined,
  ) {
    this.#anchors = anchors;
    this.#runningTask = runningTask;
    this.#store.add(onDidChangeTasks(() => this.#draw(false)));
    this.#store.add(anchors.onDidChange(() => this.#draw(true)));
    this.#store.add(vscode.window.onDidChangeVisibleTextEditors(() => this.#draw(false)));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #draw(moved: boolean): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const jobs = this.#anchors.in(editor.document).flatMap(({ id, anchor }) => {
        const task = this.#runningTask(id);
        return task ? [{ id, task, line: editor.document.positionAt(anchor.end).line }] : [];
      });
      const content = jobs.map(({ id, task }) => `${id} ${stateText(task)}`).join('\n');
      if (!moved && content === (this.#drawn.get(editor) ?? '')) continue;
      this.#drawn.set(editor, content);
      const byLine = Map.groupBy(jobs, ({ line }) => line);
      editor.setDecorations(
        this.#type,
        [...byLine].map(([line, own]) =>
          decoration(
            editor.document.lineAt(line).range.end,
            own.map(({ task }) => task),
          ),
        ),
      );
    }
  }
}

function decoration(at: vscode.Position, tasks: readonly Task[]): vscode.DecorationOptions {
  const texts = tasks.map(task => `Rivya: ${stateText(task)}`);
  const command = 'rivya.task.stopTracking';
  const title = l10n.t('Stop Waiting');
  const hover = actionTooltip(
    tasks.map(({ id, prompt }) => ({
      lines: [inertText(prompt, 200)],
      links: [{ title, command, arguments: [id] }],
    })),
    [command],
  );
  return {
    range: new vscode.Range(at, at),
    hoverMessage: hover,
    renderOptions: { after: { contentText: texts.join(' · ') } },
  };
}
