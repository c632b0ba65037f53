import type { Action } from '../messages/message.ts';
import { l10n } from '../text/l10n.ts';

/** What can be done with a result that was not placed by itself. */
export function resultActions(id: string): readonly Action[] {
  const { t } = l10n;
  return [
    {
      title: t({
        message: 'Insert',
        comment: 'Button: inserts a reference to the result at its place in the document',
      }),
      command: 'rivya.task.insert',
      arguments: [id],
    },
    {
      title: t({ message: 'Open', comment: 'Button: opens the generated file' }),
      command: 'rivya.task.open',
      arguments: [id],
    },
    { title: t('Save As...'), command: 'rivya.task.saveAs', arguments: [id] },
  ];
}
