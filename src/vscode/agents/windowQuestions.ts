import { systemClock } from '../../base/clock.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import type { AgentQuestion } from '../../core/agents/makeOrder.ts';
import type { MediaKind } from '../../shared/task.ts';
import { ask, inform } from '../messages/dialogs.ts';
import { openSettings } from './openSettings.ts';
import { plain } from '../messages/plain.ts';
import { l10n } from '../text/l10n.ts';
import { agentPriceText, budgetText } from './toolQuestion.ts';

/** Nobody has answered in so long: that is a no. */
const patienceMs = 120_000;

/** Asks the person in this window about orders of agents: one question at a time, and equal ones once. */
export class WindowQuestions {
  readonly #open = new Map<string, Promise<boolean>>();
  #last: Promise<unknown> = Promise.resolve();

  /** @returns whether the person has allowed it; not when they have not answered in time */
  ask(question: AgentQuestion, signal: AbortSignal): Promise<boolean> {
    const known = this.#open.get(question.order);
    const answer =
      known ?? this.#last.then(() => askOnce(question)).finally(() => this.#open.delete(question.order));
    if (!known) {
      this.#open.set(question.order, answer);
      this.#last = answer.catch(() => undefined);
    }
    const { promise, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    return Promise.race([answer, promise]).finally(() => signal.removeEventListener('abort', abort));
  }
}

/** A message that does not stand in the way of anything. */
async function askOnce(question: AgentQuestion): Promise<boolean> {
  const { t } = l10n;
  const allow = t({ message: 'Allow Once', comment: 'Button: lets an agent spend credits for one order' });
  const change = t('Change Limit...');
  const deny = t({ message: 'Deny', comment: 'Button: does not let an agent spend credits' });
  let isLate = false;
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = systemClock.after(patienceMs, () => {
    isLate = true;
    resolve(false);
  });
  const answered = ask('warning', questionText(question), [allow, change, deny]).then(answer => {
    timer.dispose();
    if (answer === change) openSettings('agents.dailyBudget');
    if (answer === allow && isLate) {
      inform(t('The request timed out after two minutes and was denied. Ask the agent to try again.'));
    }
    return answer === allow && !isLate;
  });
  return Promise.race([answered, late]);
}

function questionText(question: AgentQuestion): string {
  const { t } = l10n;
  const { client, kind, model, prompt, estimate, spent, budget, reason } = question;
  const values = [plain(client, 'id'), plain(model, 'id'), agentPriceText(estimate)] as const;
  const reasons: Record<AgentQuestion['reason'], string> = {
    confirm: '',
    budget: '',
    price: t("The price isn't known in advance."),
    limit: t('It may exceed your daily limit (rivya.credits.dailyLimit).'),
    orders: t('Agents have started more than {0} tasks in ten minutes.', 20),
  };
  return [
    estimate.jobs > 1
      ? t(
          '{0} wants to generate {1} images with {2}. Price: {3}.',
          values[0],
          estimate.jobs,
          values[1],
          values[2],
        )
      : wantText(kind, values),
    reasons[reason],
    budgetText(spent, budget),
    // Last: however long it is drawn, the rest stays in sight.
    t('Prompt: "{0}"', promptTitle(prompt)),
  ]
    .filter(Boolean)
    .join(' ');
}

function wantText(kind: MediaKind, values: readonly [string, string, string]): string {
  const { t } = l10n;
  switch (kind) {
    case 'image':
      return t('{0} wants to generate an image with {1}. Price: {2}.', ...values);
    case 'video':
      return t('{0} wants to generate a video with {1}. Price: {2}.', ...values);
    case 'audio':
      return t('{0} wants to generate audio with {1}. Price: {2}.', ...values);
  }
}
