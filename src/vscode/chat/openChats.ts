import { join } from 'node:path';
import type { Log } from '../../base/log.ts';
import { ChatStore } from '../../core/chat/chatStore.ts';
import { tellOfLostFile } from '../messages/lostFile.ts';
import { actions } from '../messages/message.ts';
import { plain } from '../messages/plain.ts';
import { show } from '../messages/show.ts';
import { l10n } from '../text/l10n.ts';

/**
 * Opens the stored chats, and says what could not be read of them and what came back.
 * @param folder of the extension's storage
 * @throws when the folder cannot be used
 */
export function openChats(folder: string, log: Log): ChatStore {
  const path = join(folder, 'chat.sqlite');
  const { store, quarantined, merged, unmerged } = ChatStore.open(path);
  store.onDidLoseFile(() => tellOfLostFile(path, log));
  for (const each of merged) log.info(`Messages taken over from ${each.path}: ${each.rescued}`);
  for (const why of unmerged) log.warn(`Earlier chats could not be read: ${why}`);
  if (quarantined) {
    const text = l10n.t(
      "Couldn't read the saved chats: {0}. A backup is at {1}. Messages recovered into new chats: {2}.",
      plain(quarantined.reason, 'value'),
      quarantined.path,
      quarantined.rescued,
    );
    show('warning', { text, actions: [actions().showLog] }, log);
  }
  return store;
}
