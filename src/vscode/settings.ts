import * as vscode from 'vscode';
import { placementModes, type PlacementMode } from '../core/tasks/placement.ts';
import type { Settings } from './ids.ts';

/** Reads a setting; its default stands in package.json alone. */
export function setting<K extends keyof Settings>(key: K, scope?: vscode.ConfigurationScope): Settings[K] {
  const value = vscode.workspace.getConfiguration('rivya', scope).get<Settings[K]>(key);
  if (value === undefined) throw new Error(`The setting rivya.${key} has no default.`);
  return value;
}

export function placementSetting(scope?: vscode.ConfigurationScope): PlacementMode {
  const value = setting('insert.placement', scope);
  return placementModes.find(mode => mode === value) ?? 'after';
}

/**
 * The number of credits above which a job is confirmed first. The workspace can only make it stricter:
 * the least of the user's and the workspace's values counts.
 */
export function confirmAbove(scope?: vscode.ConfigurationScope): number {
  const found = vscode.workspace.getConfiguration('rivya', scope).inspect<number>('credits.confirmAbove');
  const own = found?.globalValue ?? found?.defaultValue;
  const values = [own, found?.workspaceValue, found?.workspaceFolderValue];
  return Math.min(...values.filter((value): value is number => typeof value === 'number' && value >= 0));
}

/** Remembers the model for the user, or where the user has already set it more closely. */
export async function rememberModel(model: string, scope?: vscode.ConfigurationScope): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('rivya', scope);
  const found = configuration.inspect<string>('defaultModel.image');
  const target =
    found?.workspaceFolderValue !== undefined
      ? vscode.ConfigurationTarget.WorkspaceFolder
      : found?.workspaceValue !== undefined
        ? vscode.ConfigurationTarget.Workspace
        : vscode.ConfigurationTarget.Global;
  await configuration.update('defaultModel.image', model, target);
}
