import * as vscode from 'vscode';
import { systemClock } from '../../base/clock.ts';
import type { AgentsPorts } from '../../core/agents/agents.ts';
import { previewFile } from '../../core/agents/previewFile.ts';
import { AgentProblem } from '../../core/agents/problems.ts';
import { quoted } from '../../core/agents/quoted.ts';
import type { GenerateServices } from '../generate/generateServices.ts';
import { uploadInputs } from '../generate/localInputs.ts';
import { keyOf } from '../host/hostContext.ts';
import { ownDefaultModelOf, setting } from '../manifest/settings.ts';
import { Cancelled, UserError } from '../messages/errors.ts';
import { showOrderProgress } from '../orders/orderProgress.ts';
import { AgentBudget } from './agentBudget.ts';
import { answeredFiles, placementFor, referencesFor, type LocalReference } from './agentFiles.ts';
import { WindowQuestions } from './windowQuestions.ts';

/** What the tools need, of this window. */
export function agentPorts(services: GenerateServices): AgentsPorts<LocalReference> {
  const { ledger, catalogue, server, balance, announcer, runner } = services;
  const budget = new AgentBudget(services);
  const questions = new WindowQuestions();
  return {
    ledger,
    clock: systemClock,
    server: () =>
      server.origin === undefined ? undefined : { origin: server.origin, isSandbox: server.isSandbox },
    requireAllowed: cost => requireAllowed(services, cost),
    models: origin => catalogue.models(origin),
    keptModels: origin => catalogue.kept(origin),
    // The user's own: no file of a workspace says what an agent pays for.
    defaultModel: kind => ownDefaultModelOf(kind),
    rules: origin => budget.rules(origin),
    references: paths => referencesFor(services, paths),
    placement: document => placementFor(document),
    upload: async (origin, model, references) => {
      if (references.length === 0) return [];
      const client = services.clientOf(origin);
      if (!client) throw new Error(`The server ${origin} is no longer the one that is set.`);
      try {
        return await uploadInputs(client, model, references);
      } catch (error) {
        if (error instanceof vscode.CancellationError || error instanceof Cancelled)
          throw new AgentProblem(
            'consent_denied',
            'the user has cancelled sending the files',
            'tell the user.',
          );
        if (!(error instanceof UserError)) throw error;
        throw new AgentProblem('unavailable', 'the files could not be sent', 'tell the user.');
      }
    },
    ask: (question, signal) => questions.ask(question, signal),
    files: (task, document) => answeredFiles(services, task, document),
    hints: {
      setUp: `tell the user to run ${quoted('Rivya: Set API Key', 40)}.`,
      inLibrary:
        'No folder is open, or it could not be written there; the user can insert it from the Tasks view of Rivya.',
    },
    preview: file => previewFile(services.library, file, services.pictures),
    balance: origin => balance.state(origin).credits,
    made: tasks => {
      for (const { id } of tasks) announcer.ordered(id, { size: tasks.length });
      runner.poke();
      showOrderProgress(services, tasks);
    },
  };
}

async function requireAllowed(services: GenerateServices, cost: 'free' | 'paid'): Promise<void> {
  const stop = 'tell the user. Do not retry.';
  if (!setting('agents.enabled'))
    throw new AgentProblem('not_set_up', 'the user has switched the tools off (rivya.agents.enabled)', stop);
  if (cost === 'free') return;
  if (!vscode.workspace.isTrusted)
    throw new AgentProblem('not_set_up', 'in Restricted Mode nothing that costs is started', stop);
  const { origin } = services.server;
  if (origin === undefined)
    throw new AgentProblem('not_set_up', 'the address of Rivya that is set cannot be used', stop);
  if ((await keyOf(services, origin)) === undefined) {
    const next = `tell the user to run ${quoted('Rivya: Set API Key', 40)}. Do not retry.`;
    throw new AgentProblem('not_set_up', 'there is no API key', next);
  }
}
