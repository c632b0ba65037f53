import * as vscode from 'vscode';
import type { GenerateServices } from '../generate/generateServices.ts';

/** Every document; see `dropAndPaste.ts`. */
const everyDocument: vscode.DocumentSelector = { pattern: '**' };
/** Whether a line can refer to a file of ours at all. */
const mediaName = /\.(?:png|jpe?g|webp|gif|avif|mp4|mov|webm|mkv|mp3|m4a|wav|aac|ogg)\b/i;

/**
 * Offers, on references to generated files, what can be done with these. Nothing is loaded before the cursor
 * or the pointer is on something that may be one.
 * @param mayHaveFiles whether any job was ever made here
 */
export function registerReferences(
  load: () => Promise<GenerateServices>,
  mayHaveFiles: () => boolean,
): vscode.Disposable {
  const kind = vscode.CodeActionKind.RefactorRewrite.append('rivya');
  const isOne = (document: vscode.TextDocument, line: number): boolean =>
    mediaName.test(document.lineAt(line).text.slice(0, 20_000));
  return vscode.Disposable.from(
    vscode.languages.registerCodeActionsProvider(
      everyDocument,
      {
        async provideCodeActions(document, range, { only }) {
          if ((only && !only.contains(kind)) || !isOne(document, range.start.line)) return undefined;
          const { referenceActions } = await import('./referenceOffers.ts');
          return referenceActions({ load, mayHaveFiles }, document, range.start, kind);
        },
      },
      { providedCodeActionKinds: [kind] },
    ),
    vscode.languages.registerHoverProvider(everyDocument, {
      async provideHover(document, position) {
        if (!isOne(document, position.line)) return undefined;
        const { referenceHover } = await import('./referenceOffers.ts');
        return referenceHover({ load, mayHaveFiles }, document, position);
      },
    }),
  );
}
