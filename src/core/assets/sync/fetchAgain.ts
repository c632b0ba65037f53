import type { RivyaClient } from '../../../api/client.ts';
import { openResult } from '../../../api/transport/download.ts';
import type { Log } from '../../../base/log.ts';
import type { StoredFile, Task } from '../../../shared/task.ts';
import type { Library } from '../library.ts';
import { maximumResultBytes } from '../resultLimits.ts';

export interface FetchAgainParts {
  readonly client: RivyaClient;
  readonly library: Library;
  readonly holder: string;
  readonly fetch: typeof globalThis.fetch;
  readonly baseUrl: string;
  readonly log: Log;
}

/**
 * Fetches the first file of a finished job once more, whose copy in the library is gone.
 * @throws RivyaError, or an error of the disk
 */
export async function fetchAgain(
  { client, library, holder, fetch, baseUrl, log }: FetchAgainParts,
  task: Task,
): Promise<StoredFile> {
  const { result } = await client.generations.retrieve(task.remoteId ?? '');
  const url = result?.urls[0] ?? task.results[0]?.url ?? '';
  const download = await openResult(url, { fetch, baseUrl, maxBytes: maximumResultBytes[task.kind], log });
  try {
    return await library.store(`${task.id}-0`, holder, download.body, {
      kind: task.kind,
      contentType: download.contentType,
    });
  } finally {
    download.dispose();
  }
}
