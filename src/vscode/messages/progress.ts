import * as vscode from 'vscode';
import { plain } from './plain.ts';
import { linkOf, type CommandAction } from './tooltip.ts';

export interface WorkOptions extends Omit<vscode.ProgressOptions, 'cancellable'> {
  /** Whether a notification has a button that ends the work, or what that says in place of *Cancel*. */
  readonly cancellable?: boolean | string;
  /** What else can be done, behind each message; only in a notification, where VS Code draws links. */
  readonly link?: CommandAction;
}

/** Shows that work is under way, until it ends. */
export function withProgress<Result>(
  { location, title, cancellable = false, link }: WorkOptions,
  work: (
    progress: vscode.Progress<{ message?: string; increment?: number }>,
    token: vscode.CancellationToken,
  ) => Thenable<Result>,
): Thenable<Result> {
  const button = typeof cancellable === 'string' ? plain(cancellable, 'label') : cancellable;
  return vscode.window.withProgress(
    {
      location,
      // VS Code shows a text as the label, though its types know only the button *Cancel*.
      cancellable: button as boolean,
      ...(title !== undefined && { title: besideLink(title, link) }),
    },
    (progress, token) =>
      work(
        {
          report: ({ message, ...step }) => {
            const said = message === undefined ? undefined : besideLink(message, link);
            const text = link ? [said, linkOf(link)].filter(Boolean).join(' · ') : said;
            progress.report({ ...step, ...(text !== undefined && { message: text }) });
          },
        },
        token,
      ),
  );
}

/** A text as it is shown; beside a link of ours without brackets, with which VS Code would begin the link. */
function besideLink(text: string, link: CommandAction | undefined): string {
  const shown = plain(text, 'title');
  return link ? shown.replaceAll('[', '(').replaceAll(']', ')') : shown;
}
