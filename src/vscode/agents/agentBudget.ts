import * as vscode from 'vscode';
import type { AgentRules } from '../../core/agents/agentGate.ts';
import { systemClock } from '../../base/clock.ts';
import { describeError } from '../../base/log.ts';
import { startOfDay } from '../../core/tasks/groups.ts';
import { dayBudget } from '../generate/dayLimit.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { confirmAbove, setting } from '../manifest/settings.ts';
import { ask } from '../messages/dialogs.ts';
import { l10n } from '../text/l10n.ts';

/** In the global state: the highest budget that a person has confirmed in a window. */
const confirmedKey = 'rivya.agents.confirmedBudget';
/** What agents may spend without anybody having confirmed it, in credits a day. */
const plainBudget = 50;

/** What agents may spend, as a person has set it where no agent writes. */
export class AgentBudget {
  readonly #services: GenerateServices;
  /** Budgets that a person was asked about in this window. */
  readonly #asked = new Set<number>();

  constructor(services: GenerateServices) {
    this.#services = services;
  }

  /** @throws when the stored chats cannot be read: a limit that cannot be checked is not passed */
  async rules(origin: string): Promise<AgentRules> {
    const { ledger } = this.#services;
    const folders = vscode.workspace.workspaceFolders?.map(({ uri }) => uri) ?? [];
    const scopes = folders.length > 0 ? folders : [undefined];
    const day = await dayBudget(this.#services, origin, scopes);
    const here = ledger.books.spent(origin, startOfDay(systemClock.now())) + ledger.books.planned(origin);
    return {
      confirmAbove: Math.min(setting('agents.confirmAbove'), ...scopes.map(scope => confirmAbove(scope))),
      dailyBudget: this.dailyBudget(),
      dailyLimit: day.limit,
      spentElsewhere: Math.max(0, day.spent - here),
    };
  }

  /**
   * The budget in force, in credits. An agent with a shell can write into settings, so what is above the
   * usual counts only once a person has said so here.
   */
  dailyBudget(): number {
    const { context } = this.#services;
    const wanted = setting('agents.dailyBudget');
    const confirmed = context.globalState.get<number>(confirmedKey, plainBudget);
    const allowed = Math.max(plainBudget, confirmed);
    if (wanted <= allowed) {
      // What was lowered has to be confirmed again when it is raised.
      if (confirmed > Math.max(wanted, plainBudget)) void context.globalState.update(confirmedKey, wanted);
      return wanted;
    }
    if (!this.#asked.has(wanted)) {
      this.#asked.add(wanted);
      this.#confirm(wanted).catch((error: unknown) => this.#services.log.error(describeError(error)));
    }
    return allowed;
  }

  async #confirm(wanted: number): Promise<void> {
    const { t } = l10n;
    const keep = t({ message: 'Keep', comment: 'Button: leaves a setting as it is' });
    const back = t('Back to {0}', plainBudget);
    const credits = wanted.toLocaleString(l10n.language);
    const text = t(
      'The daily budget for agents is now {0} credits (rivya.agents.dailyBudget). Until you confirm it, {1} credits apply.',
      credits,
      plainBudget,
    );
    const answer = await ask('warning', text, [keep, back]);
    if (answer === keep) await this.#services.context.globalState.update(confirmedKey, wanted);
    if (answer === back) {
      await vscode.workspace
        .getConfiguration('rivya')
        .update('agents.dailyBudget', plainBudget, vscode.ConfigurationTarget.Global);
    }
  }
}
