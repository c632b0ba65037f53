import * as vscode from 'vscode';
import { modelName } from '../../core/models/models.ts';
import { chooseDefaultModel } from '../generate/generate.ts';
import type { Services } from '../services.ts';
import { rememberModel } from '../settings.ts';
import { modelOf } from './modelsTree.ts';

/** Makes the model of a row the default of its category; without a row, the user picks one. @throws Cancelled */
export async function setDefaultModel(services: Services, node: unknown): Promise<void> {
  const model = modelOf(node);
  if (model?.category !== 'chat') {
    await chooseDefaultModel(services, model);
    return;
  }
  await rememberModel('chat', model.id, vscode.window.activeTextEditor?.document);
  const text = vscode.l10n.t('{0} answers in the chat from now on.', modelName(model));
  void vscode.window.showInformationMessage(text);
}
