import type { Lazy } from '../../base/lazy.ts';
import type { StoredFile, Task } from '../../shared/task.ts';
import type { GenerateServices } from '../generate/generateServices.ts';

/** What making the files of a manifest needs. */
export interface AssetServices extends GenerateServices {
  /** Who holds the leases of this window. */
  readonly holder: string;
  /** Fetches the file of a finished job once more. @throws RivyaError, or an error of the disk */
  readonly fetchAgain: (task: Task) => Promise<StoredFile>;
}

/** The same, on first need. */
export type LazyAssetServices = Pick<Lazy<AssetServices>, 'get' | 'value' | 'onDidLoad'>;
