import type { ModelCatalogue } from './modelCatalogue.ts';
import { modelName } from './usableModels.ts';

/**
 * What the models of a server are called, by id, as far as that is kept; without a network.
 * @param origin undefined when there is no server: then ids have to do
 * @throws an error of the file system when what is kept cannot be read
 */
export async function keptModelNames(
  catalogue: Pick<ModelCatalogue, 'kept'>,
  origin: string | undefined,
): Promise<Map<string, string>> {
  const kept = origin === undefined ? undefined : await catalogue.kept(origin);
  return new Map(kept?.map(model => [model.id, modelName(model)]));
}
