import type { RivyaClient } from '../../../api/client.ts';
import type { ReferenceMediaItem } from '../../../api/resources/generations.ts';
import type { Model } from '../../../api/resources/models.ts';
import { worded, wording, type Wording } from '../../../base/wording.ts';
import type { PackageFolder } from '../../recipes/packageFolder.ts';
import { recogniseBytes } from '../mediaType.ts';
import type { WishedAsset } from '../plan/facts.ts';

const maximumBytes = 50_000_000;

/** A file that a wish refers to is not what the plan has seen, or cannot be referred to. */
export class ReferenceRefused extends Error {
  readonly wording: Wording;

  constructor(reason: Wording) {
    super(worded(reason));
    this.wording = reason;
  }
}

/** The files of a package that models are to work from, each sent to Rivya once in a sync. */
export class References {
  readonly #folder: PackageFolder;
  readonly #client: Pick<RivyaClient, 'files'>;
  readonly #sent = new Map<string, Promise<ReferenceMediaItem>>();

  constructor(folder: PackageFolder, client: Pick<RivyaClient, 'files'>) {
    this.#folder = folder;
    this.#client = client;
  }

  /** @throws ReferenceRefused; RivyaError */
  async send({ referenceFiles }: WishedAsset, model: Model): Promise<ReferenceMediaItem[]> {
    return Promise.all(
      referenceFiles.map(({ file, sha256 }) => {
        const name = `${model.id} ${sha256}`;
        const sending = this.#sent.get(name) ?? this.#sendOne(file, sha256, model);
        this.#sent.set(name, sending);
        return sending;
      }),
    );
  }

  async #sendOne(file: string, sha256: string, model: Model): Promise<ReferenceMediaItem> {
    const read = this.#folder.readBytes(file, maximumBytes);
    const type = 'bytes' in read ? await recogniseBytes(read.bytes) : undefined;
    if ('problem' in read || !type || this.#folder.factOf(file)?.sha256 !== sha256)
      throw new ReferenceRefused(
        wording("the reference {0} isn't the one in the plan, or is only a pointer to it", file),
      );
    const name = file.split('/').at(-1) ?? file;
    const sent = await this.#client.files.upload({
      kind: type.kind,
      name,
      type: type.mediaType,
      data: new Blob([read.bytes]),
      model: model.id,
    });
    if (sent.url === null)
      throw new ReferenceRefused(wording('Rivya returned no URL for the reference {0}', file));
    return {
      url: sent.url,
      kind: type.kind,
      name,
      mimeType: sent.mime_type ?? type.mediaType,
      ...(sent.duration_seconds !== null && { durationSeconds: sent.duration_seconds }),
      ...(sent.duration_token !== null && { durationToken: sent.duration_token }),
    };
  }
}
