import * as vscode from 'vscode';
import type { Handlers } from './commands.ts';
import { UserError } from './messages.ts';
import type { SandboxHost } from './sandboxHost.ts';
import type { Basics } from './clients.ts';
import type { Services } from './services.ts';
import type { Surfaces } from './surfaces.ts';
import type { taskCommands } from './tasks/taskCommands.ts';
import { modelOf } from './trees/modelsTree.ts';

export interface HandlerParts {
  readonly basics: Basics;
  readonly services: () => Promise<Services>;
  readonly surfaces: Surfaces;
  readonly sandbox: SandboxHost;
  readonly channel: vscode.LogOutputChannel;
}

/** Every command. What it needs is loaded when it is called for the first time. */
export function createHandlers({ basics, services, surfaces, sandbox, channel }: HandlerParts): Handlers {
  const account = () => import('./account/accountCommands.ts');
  const generate = () => import('./generate/generate.ts');
  const onTask = (name: keyof typeof taskCommands) => async (argument: unknown) => {
    const module = await import('./tasks/taskCommands.ts');
    await module.taskCommands[name](await services(), argument);
  };
  return {
    'rivya.account.setKey': async () => (await account()).setKey(basics),
    'rivya.account.removeKey': async () => (await account()).removeKey(basics),
    'rivya.account.verify': async () => (await account()).verifyKey(basics),
    'rivya.account.openDashboard': () =>
      vscode.env.openExternal(vscode.Uri.parse('https://rivya.ai/developers')),
    'rivya.generate.image': async () => {
      const { wishFromInput, generateImage } = await generate();
      await generateImage(await services(), await wishFromInput());
    },
    'rivya.generate.fromSelection': async () => {
      const { wishFromSelection, generateImage } = await generate();
      // Before anything is loaded: the selection is what the user saw when choosing the command.
      const wish = wishFromSelection();
      await generateImage(await services(), wish);
    },
    'rivya.task.insert': onTask('insert'),
    'rivya.task.open': onTask('open'),
    'rivya.task.saveAs': onTask('saveAs'),
    'rivya.task.reveal': onTask('reveal'),
    'rivya.task.rerun': onTask('rerun'),
    'rivya.task.copyPrompt': onTask('copyPrompt'),
    'rivya.task.copyId': onTask('copyId'),
    'rivya.task.sendAgain': onTask('sendAgain'),
    'rivya.task.checkAgain': onTask('checkAgain'),
    'rivya.task.stopTracking': onTask('stopTracking'),
    'rivya.task.remove': onTask('remove'),
    'rivya.tasks.refresh': (argument: unknown) => {
      if (argument === 'more') surfaces.tasks.showMore();
      else surfaces.tasks.refresh();
    },
    'rivya.model.use': async (node: unknown) => {
      const { wishFromInput, generateImage } = await generate();
      await generateImage(await services(), await wishFromInput(chosenModel(node)));
    },
    'rivya.model.setDefault': async (node: unknown) => {
      const { chooseDefaultModel } = await generate();
      await chooseDefaultModel(await services(), modelOf(node));
    },
    'rivya.model.copyId': (node: unknown) => vscode.env.clipboard.writeText(chosenModel(node)),
    'rivya.model.openDocs': (node: unknown) => {
      const page = `https://rivya.ai/docs/api/models/${encodeURIComponent(chosenModel(node))}`;
      return vscode.env.openExternal(vscode.Uri.parse(page, true));
    },
    'rivya.models.refresh': async () => {
      const { catalogue, server } = await services();
      try {
        await catalogue.refresh(server.base.origin);
      } finally {
        surfaces.models.refresh();
      }
    },
    'rivya.credits.refresh': async () => {
      await basics.balance.refresh(basics.server.base.origin);
    },
    'rivya.library.manage': async () => {
      const { manageLibrary } = await import('./library/manageLibrary.ts');
      await manageLibrary(await services());
    },
    'rivya.sandbox.start': async () => {
      await services();
      await sandbox.start();
    },
    'rivya.sandbox.stop': () => sandbox.stop(),
    'rivya.showLog': () => channel.show(),
  };
}

function chosenModel(node: unknown): string {
  const model = modelOf(node);
  if (!model) throw new UserError(vscode.l10n.t('Choose a model in the Models view first.'));
  return model.id;
}
