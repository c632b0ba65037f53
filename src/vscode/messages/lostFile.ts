import type { Log } from '../../base/log.ts';
import { FileReplaced } from '../../core/storage/fileErrors.ts';
import { storageMessage } from './messageOf.ts';
import { show } from './show.ts';

/** Says that a database was replaced or deleted under this window, which has to be reloaded. */
export function tellOfLostFile(path: string, log: Log): void {
  const error = new FileReplaced(path);
  log.error(error.message);
  const message = storageMessage(error);
  if (message) show('error', message, log);
}
