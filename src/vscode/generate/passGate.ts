import * as vscode from 'vscode';
import type { Model } from '../../api/resources/models.ts';
import { sumOf, type Estimate } from '../../core/generate/cost.ts';
import { priceGate, type Question } from '../../core/generate/priceGate.ts';
import type { ResolvedRequest } from '../../core/generate/resolveRequest.ts';
import { modelName } from '../../core/models/usableModels.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import { confirmAbove } from '../manifest/settings.ts';
import { ask } from '../messages/dialogs.ts';
import { Cancelled } from '../messages/errors.ts';
import { plain } from '../messages/plain.ts';
import { estimatedCredits } from '../text/modelText.ts';
import { creditsText, paramTexts } from '../text/taskText.ts';
import { dayBudget, requireWithinDay, type DayBudget } from './dayLimit.ts';
import type { GenerateServices } from './generateServices.ts';
import { agreeToModel, workspaceModelText, type WorkspaceModel } from './workspaceModel.ts';
import { l10n } from '../text/l10n.ts';

/** Everything of an order that the gate looks at. */
export interface GatedOrder {
  /** The server that it goes to. */
  readonly origin: string;
  /** Where its results belong: the strictest of their limits counts. */
  readonly scopes: readonly (vscode.ConfigurationScope | undefined)[];
  readonly requests: readonly ResolvedRequest[];
  /** Servers of earlier runs that differ from it. */
  readonly earlierOrigins: readonly string[];
  readonly workspaceModels: readonly WorkspaceModel[];
  /** See `PriceGateFacts`. */
  readonly isCountChosen: boolean;
  readonly isRepeated: boolean;
  /** Whether it may have been started by something else than a person's hand. */
  readonly isForeign: boolean;
}

/**
 * Takes an order through the price gate, with one question about all of it where one is due.
 * @returns what it is estimated to cost
 * @throws Cancelled when the person says no, UserError when the limit of the day forbids it
 */
export async function passGate(services: GenerateServices, order: GatedOrder): Promise<Estimate> {
  const { origin, scopes, requests, earlierOrigins, workspaceModels } = order;
  const estimate = sumOf(requests.flatMap(({ jobs }) => jobs.map(job => job.estimate)));
  const day = await dayBudget(services, origin, scopes);
  const limit = Math.min(...scopes.map(scope => confirmAbove(scope)));
  const decision = priceGate({
    estimate,
    confirmAbove: limit,
    dailyLimit: day.limit,
    spentToday: day.spent,
    isOtherServer: earlierOrigins.length > 0,
    isWorkspaceModel: workspaceModels.length > 0,
    isCountChosen: order.isCountChosen,
    isRepeated: order.isRepeated,
    isForeign: order.isForeign,
  });
  if (decision.type === 'refuse') requireWithinDay(day, estimate.credits);
  if (decision.type === 'ask') {
    await confirm(services, order, estimate, decision.questions, { limit, day });
    await noteServerNamed(services, origin);
    for (const model of workspaceModels) await agreeToModel(services, model);
  }
  return estimate;
}

async function confirm(
  services: GenerateServices,
  { origin, requests, earlierOrigins, workspaceModels }: GatedOrder,
  estimate: Estimate,
  questions: readonly Question[],
  { limit, day }: { readonly limit: number; readonly day: DayBudget },
): Promise<void> {
  const { t } = l10n;
  const { balance, server } = services;
  const models = [...new Map(requests.map(({ model }) => [model.id, model])).values()];
  const owned = balance.state(origin).credits;
  const isSandbox = server.isSandbox && server.origin === origin;
  const reasons: Record<Question, string> = {
    foreign: t(
      "You may not have started this: it didn't come from a menu, a key, or the Command Palette. A task file or another extension may have started it.",
    ),
    otherServer: isSandbox
      ? t(
          'The first run was on {0}. This one runs on the sandbox, where nothing costs money.',
          earlierOrigins.join(', '),
        )
      : t(
          'The first run was on {0}. This one runs on {1}, where it costs credits.',
          earlierOrigins.join(', '),
          origin,
        ),
    workspaceModel: workspaceModels.map(workspaceModelText).join(' '),
    repeated: t(
      "The model doesn't accept a seed, so this is the same request as before. The result may or may not differ.",
    ),
    several: '',
    unknownPrice: t("The price isn't known in advance: it depends on the length or the input."),
    aboveLimit: t('Tasks above {0} credits need confirmation. Setting: rivya.credits.confirmAbove', limit),
    dailyLimit: t(
      'It may exceed your daily limit of {0} (rivya.credits.dailyLimit). Known to be spent today: {1}.',
      creditsText(day.limit ?? 0),
      creditsText(day.spent),
    ),
  };
  const detail = [
    jobText(requests),
    ...questions.map(each => reasons[each]),
    estimate.certainty === 'certain' || questions.includes('unknownPrice')
      ? ''
      : t('The final price can be higher, depending on parameters and length.'),
    isSandbox || !isServerNews(services, origin)
      ? ''
      : t(
          'This window runs on another computer, where the settings of this computer may not apply. The task is sent to {0}, where it costs credits.',
          origin,
        ),
    owned === undefined ? '' : t('Your balance: {0}.', creditsText(owned)),
  ];
  const generate = t({ message: 'Generate', comment: 'Button: starts the generation' });
  const answer = await ask('warning', questionText(models, estimate), [generate], { detail });
  if (answer !== generate) throw new Cancelled();
}

/** What is to be made, where that is one job: its prompt and parameters, whose price is asked about. */
function jobText(requests: readonly ResolvedRequest[]): string {
  const [job, ...others] = requests.flatMap(({ jobs }) => jobs);
  if (!job || others.length > 0) return '';
  const params = paramTexts(job.params).map(([key, value]) => `${key}: ${plain(value, 'id')}`);
  return [`"${plain(promptTitle(job.prompt), 'label')}"`, ...params].join(' · ');
}

/** In the state of a workspace: the server that a question of this remote window has named. */
const namedServerKey = 'rivya.namedServer';

/**
 * Whether the person may take the server in force for another one: `rivya.baseUrl` belongs to a machine, so
 * in a remote window the value of their own computer does not count.
 */
function isServerNews({ context }: GenerateServices, origin: string): boolean {
  return vscode.env.remoteName !== undefined && context.workspaceState.get(namedServerKey) !== origin;
}

async function noteServerNamed(services: GenerateServices, origin: string): Promise<void> {
  if (isServerNews(services, origin)) await services.context.workspaceState.update(namedServerKey, origin);
}

function questionText(models: readonly Model[], estimate: Estimate): string {
  const { t } = l10n;
  const price = estimatedCredits(estimate);
  const [model, ...others] = models;
  if (!model || others.length > 0) return t('Run {0} tasks? Total price: {1}', estimate.jobs, price);
  return estimate.jobs === 1
    ? t('Generate with {0}? Price: {1}', modelName(model), price)
    : t('Run {0} tasks with {1}? Total price: {2}', estimate.jobs, modelName(model), price);
}
