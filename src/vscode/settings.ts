import * as vscode from 'vscode';
import { parseBaseUrl } from '../api/baseUrl.ts';
import { readPublicRoots } from '../core/references/publicRoots.ts';
import { placementModes, type PlacementMode } from '../core/tasks/placement.ts';
import type { MediaKind } from '../shared/task.ts';
import type { Settings } from './ids.ts';

/**
 * Reads a setting; its default stands in package.json alone. A value that makes no sense is not obeyed: the user's own or
 * the default counts instead, and `wrongSettings` tells of it. A base URL is never replaced by another: `CurrentServer`
 * refuses a wrong one.
 */
export function setting<K extends keyof Settings>(key: K, scope?: vscode.ConfigurationScope): Settings[K] {
  const configuration = vscode.workspace.getConfiguration('rivya', scope ?? null);
  const found = configuration.inspect(key);
  const values = [configuration.get(key), found?.globalValue, found?.defaultValue];
  const value =
    key === 'baseUrl' ? String(values[0]) : values.find(each => isSensible(key, each, found?.defaultValue));
  if (value === undefined) throw new Error(`The setting rivya.${key} has no default.`);
  return value as Settings[K];
}

/** A setting whose value, or a part of it, makes no sense and is therefore ignored. */
export interface WrongSetting {
  readonly key: keyof Settings;
  /** What is ignored. */
  readonly value: unknown;
}

/** Every setting of ours whose value, as it counts here, makes no sense. @param extension names them, in its manifest */
export function wrongSettings(
  extension: vscode.Extension<unknown>,
  scope?: vscode.ConfigurationScope,
): WrongSetting[] {
  const configuration = vscode.workspace.getConfiguration('rivya', scope ?? null);
  const { contributes } = extension.packageJSON as {
    contributes: { configuration: { properties: Record<string, unknown> } };
  };
  const names = Object.keys(contributes.configuration.properties);
  const keys = names.map(name => name.replace('rivya.', '') as keyof Settings);
  return keys.flatMap(key => {
    const value: unknown = configuration.get(key);
    if (!isSensible(key, value, configuration.inspect(key)?.defaultValue)) return [{ key, value }];
    const { ignored } = readPublicRoots(key === 'output.publicRoots' ? value : {});
    return Object.keys(ignored).length > 0 ? [{ key, value: ignored }] : [];
  });
}

/** The id of the model that is the default for a category of the catalogue; empty when there is none. */
export function defaultModelOf(category: string, scope?: vscode.ConfigurationScope): string {
  const value = vscode.workspace.getConfiguration('rivya', scope ?? null).get(`defaultModel.${category}`);
  return typeof value === 'string' ? value : '';
}

/** What VS Code does not check itself: it hands out whatever stands in the file. */
function isSensible(key: keyof Settings, value: unknown, preset: unknown): boolean {
  if (key === 'baseUrl') return typeof value === 'string' && !('problem' in parseBaseUrl(value));
  if (key === 'insert.placement') return placementModes.some(mode => mode === value);
  if (typeof preset === 'number') return typeof value === 'number' && value >= 0;
  if (typeof preset === 'object' && preset !== null) {
    return (
      typeof value === 'object' &&
      value !== null &&
      Object.values(value).every(each => typeof each === 'string')
    );
  }
  return typeof value === typeof preset;
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
  const found = vscode.workspace
    .getConfiguration('rivya', scope ?? null)
    .inspect<number>('credits.confirmAbove');
  const own = found?.globalValue ?? found?.defaultValue;
  const values = [own, found?.workspaceValue, found?.workspaceFolderValue];
  return Math.min(...values.filter((value): value is number => typeof value === 'number' && value >= 0));
}

/** Remembers the model of a kind for the user, or where the user has already set it more closely. */
export async function rememberModel(
  kind: MediaKind | 'chat',
  model: string,
  scope?: vscode.ConfigurationScope,
): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('rivya', scope ?? null);
  const found = configuration.inspect<string>(`defaultModel.${kind}`);
  const target =
    found?.workspaceFolderValue !== undefined
      ? vscode.ConfigurationTarget.WorkspaceFolder
      : found?.workspaceValue !== undefined
        ? vscode.ConfigurationTarget.Workspace
        : vscode.ConfigurationTarget.Global;
  await configuration.update(`defaultModel.${kind}`, model, target);
}
