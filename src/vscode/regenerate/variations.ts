import { modelFields } from '../../api/resources/modelParameters.ts';
import type { Model } from '../../api/resources/models.ts';
import { estimateCost, sumOf } from '../../core/generate/cost.ts';
import { withNewSeed } from '../../core/generate/parameters.ts';
import { modelName } from '../../core/models/usableModels.ts';
import type { Task } from '../../shared/task.ts';
import { order } from '../generate/generate.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { estimateText } from '../text/modelText.ts';
import type { EditorRequest } from '../generate/request.ts';
import type { Starter } from '../generate/starter.ts';
import { UserError } from '../messages/errors.ts';
import { actions } from '../messages/message.ts';
import { plain } from '../messages/plain.ts';
import { chooseOne } from '../messages/quickPick.ts';
import { placeOf, placedCopy, tasksFrom } from '../tasks/taskCommands.ts';
import { promptText } from '../text/taskText.ts';
import { chooseVariant } from './chooser.ts';
import { makingOf, paramsFor, requestOf, type Making } from './making.ts';
import type { Occasion } from './occasion.ts';
import { l10n } from '../text/l10n.ts';

/** So many are made at once at most. */
const mostVariations = 4;

/**
 * Makes variations of a generated file as one order, and lets the person choose among them, where the file is
 * shown. What is not chosen stays in the library.
 * @throws as `order`
 */
export async function variationsOf(
  services: GenerateServices,
  { made, place, starter }: Occasion,
): Promise<void> {
  const tasks = await orderVariations(services, made, starter, { place, isSwap: true });
  const ids = tasks.map(({ id }) => id);
  if (!place) for (const id of ids) services.placer.replaceEverywhere(id, made.uri);
  const old = { uri: made.uri, file: made.generated?.file };
  if (ids.length > 0) await chooseVariant(services, ids, { making: made, place, old });
}

/** The same of a job in a list: of its file, where that stands in the workspace. @throws as `order` */
export async function variationsOfRows(
  services: GenerateServices,
  nodes: readonly unknown[],
  starter: Starter,
): Promise<void> {
  const [task] = tasksFrom(services, nodes);
  const uri = await placedCopy(services, task);
  const isSwap = uri !== undefined;
  const place = isSwap ? undefined : placeOf(services, task);
  const making = makingOf(task);
  const ids = (await orderVariations(services, making, starter, { place, isSwap })).map(({ id }) => id);
  if (uri) for (const id of ids) services.placer.replaceEverywhere(id, uri);
  if (ids.length > 0) await chooseVariant(services, ids, { making, place: undefined, old: undefined });
}

async function orderVariations(
  services: GenerateServices,
  making: Making,
  starter: Starter,
  placed: Pick<EditorRequest['prompts'][number], 'place' | 'isSwap'>,
): Promise<Task[]> {
  // Those of the server that it goes to: the one of the first run may be out of reach.
  const models = await services.catalogue.models(services.server.base.origin);
  const model = models.find(each => each.id === making.model);
  if (!model) throw unknownModel(making.model);
  const params = paramsFor(making, model);
  const count = await askCount({ ...making, params }, model);
  const request = await requestOf(making, { prompt: making.prompt, ...placed }, 'vary', { params });
  const requests = Array.from({ length: count }, (): EditorRequest => ({
    ...request,
    params: withNewSeed(modelFields(model), params, Math.random()),
  }));
  return order(services, requests, starter, true);
}

/** How many, with the price of all; and what makes them differ. @throws Cancelled */
async function askCount({ prompt, params, hasInputs }: Making, model: Model): Promise<number> {
  const { t } = l10n;
  const each = estimateCost(model, { prompt, params, hasInputs });
  const rows = Array.from({ length: mostVariations }, (_, index) => {
    const count = index + 1;
    return {
      count,
      label: count === 1 ? t('1 variation') : t('{0} variations', count),
      icon: 'sparkle',
      description: estimateText(sumOf(Array.from({ length: count }, () => each))),
    };
  });
  const hasSeed = withNewSeed(modelFields(model), params, 0) !== params;
  const { count } = await chooseOne(rows, {
    title: t('Variations of "{0}"', promptText(prompt)),
    placeholder: hasSeed
      ? t('{0}: each gets its own seed', modelName(model))
      : t(
          "{0} doesn't accept a seed: the same request is sent again, and results may or may not differ",
          modelName(model),
        ),
  });
  return count;
}

function unknownModel(id: string): UserError {
  return new UserError(
    l10n.t(
      'The model "{0}" is no longer available. Choose another model. Nothing was charged.',
      plain(id, 'title'),
    ),
    [actions().chooseModel, actions().refreshModels],
  );
}
