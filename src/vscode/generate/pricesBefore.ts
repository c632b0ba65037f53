import type * as vscode from 'vscode';
import type { Estimate } from '../../core/generate/cost.ts';
import { resolveRequest, type RequestedPrompt } from '../../core/generate/resolveRequest.ts';
import type { MediaKind } from '../../shared/task.ts';
import { defaultModelOf } from '../manifest/settings.ts';
import type { GenerateServices } from './generateServices.ts';
import { rememberedValues } from './rememberedValues.ts';

/**
 * What each prompt will probably cost with the model that counts without a question; undefined where
 * something has to be asked first. Nothing is asked, sent or kept: the price gate looks at the order itself.
 * @param scope whose settings count
 * @throws RivyaError when there is no catalogue
 */
export async function pricesBefore(
  { catalogue, server, context }: Pick<GenerateServices, 'catalogue' | 'server' | 'context'>,
  kind: MediaKind,
  scope: vscode.ConfigurationScope | undefined,
  prompts: readonly RequestedPrompt[],
): Promise<(Estimate | undefined)[]> {
  const model = defaultModelOf(kind, scope);
  const models = model === '' ? [] : await catalogue.models(server.base.origin);
  const remembered = (id: string): ReturnType<typeof rememberedValues> =>
    rememberedValues(context.globalState, id);
  return prompts.map(prompt => {
    const resolution = resolveRequest({ kind, model, prompts: [prompt] }, { models, remembered });
    return resolution.type === 'resolved' ? resolution.jobs[0]?.estimate : undefined;
  });
}
