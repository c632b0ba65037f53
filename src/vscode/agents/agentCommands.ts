import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import { startOfDay } from '../../core/tasks/groups.ts';
import type { AgentConsent, AgentSpending } from '../../core/tasks/agentJobs.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import type { CommandId } from '../manifest/ids.ts';
import { ask, inform } from '../messages/dialogs.ts';
import { chooseOne } from '../messages/quickPick.ts';
import { promptTitle } from '../../core/prompts/promptTitle.ts';
import { storedFiles } from '../../shared/task.ts';
import { ageText, creditsText } from '../text/taskText.ts';
import { l10n } from '../text/l10n.ts';

/** So many orders are listed. */
const mostShown = 500;

/** Refuses all paid orders of agents until midnight, or lets them order again. */
export async function stopAgents({ ledger, server }: GenerateServices): Promise<void> {
  const { t } = l10n;
  const now = systemClock.now();
  const goOn = t('Let Agents Continue');
  const isStopped = ledger.agents.stops(server.origin ?? '', now).some(({ reason }) => reason === 'person');
  if (!isStopped) ledger.agents.stopAll(tomorrow(now));
  const text = t(
    "Agents can't start tasks that cost credits until midnight. Tasks that were already started continue.",
  );
  if ((await ask('info', text, [goOn])) !== goOn) return;
  ledger.agents.goOn();
  inform(t('Agents can start tasks again, within their budget.'));
}

function tomorrow(now: number): number {
  const date = new Date(startOfDay(now));
  // By the calendar: a day may have 23 or 25 hours.
  date.setDate(date.getDate() + 1);
  return date.getTime();
}

/** Lists what agents have ordered: by whom, for what, what it cost, and who had agreed to it. */
export async function showAgentActivity({ ledger }: GenerateServices): Promise<void> {
  const { t } = l10n;
  const rows = ledger.agents.spendings(mostShown).map(spending => {
    const task = ledger.task(spending.taskId);
    return {
      task,
      label: task ? promptTitle(task.prompt) : t('Removed task'),
      description: [
        ageText(spending.at, systemClock.now()),
        costText(spending),
        consentText(spending.consent),
      ].join(' · '),
      detail: t('{0}, {1} at {2}', spending.client, spending.tool, spending.origin),
    };
  });
  if (rows.length === 0) {
    inform(t("Agents haven't started any tasks here."));
    return;
  }
  const { task } = await chooseOne(rows, {
    title: t('Agent Activity'),
    placeholder: t('Select a task to open its files'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (task && storedFiles(task).length > 0)
    await vscode.commands.executeCommand('rivya.task.open' satisfies CommandId, task.id);
}

function costText({ final, reserved, estimate }: AgentSpending): string {
  const { t } = l10n;
  if (final !== undefined) return creditsText(final);
  if (reserved !== undefined) return t('{0} reserved', creditsText(reserved));
  return estimate === undefined ? t('price unknown') : t('up to {0}', creditsText(estimate));
}

function consentText(consent: AgentConsent): string {
  const { t } = l10n;
  switch (consent) {
    case 'below':
      return t('no confirmation needed');
    case 'host':
      return t('confirmation by its host');
    case 'client':
      return t('confirmed in its client');
    case 'window':
      return t('allowed in a window');
  }
}
