import * as vscode from 'vscode';
import { parseBaseUrl } from '../../api/address/baseUrl.ts';
import { readPublicRoots } from '../../core/references/paths/publicRoots.ts';
import { placementModes, type PlacementMode } from '../../core/tasks/placement.ts';
import type { MediaKind } from '../../shared/task.ts';
import type { Settings } from './ids.ts';

/** The valid values of a setting, by who has set it; undefined where there is none, or an invalid one. */
interface Values<T> {
  /** What VS Code hands out. */
  readonly effective: T | undefined;
  /** The user's; without one, the default. */
  readonly own: T;
  readonly workspace: T | undefined;
  readonly folder: T | undefined;
}

/**
 * The one reader of our settings; defaults stand in package.json alone. VS Code hands out whatever stands in
 * a file: an invalid value counts as none, so the user's own or the default comes in, and `invalidSettings`
 * names it.
 */
function valuesOf<K extends keyof Settings>(
  key: K,
  scope: vscode.ConfigurationScope | undefined,
): Values<Settings[K]> {
  const configuration = vscode.workspace.getConfiguration('rivya', scope ?? null);
  const found = configuration.inspect(key);
  const preset = found?.defaultValue;
  const valid = (value: unknown): Settings[K] | undefined =>
    isValid(key, value, preset) ? (value as Settings[K]) : undefined;
  // Null is a value: it may be a default.
  const own = isValid(key, found?.globalValue, preset) ? found?.globalValue : preset;
  if (own === undefined) throw new Error(`The setting rivya.${key} has no default.`);
  return {
    effective: valid(configuration.get(key)),
    own: own as Settings[K],
    workspace: valid(found?.workspaceValue),
    folder: valid(found?.workspaceFolderValue),
  };
}

/**
 * Reads a setting; see `valuesOf` for what an invalid value means. A base URL is never replaced by another:
 * `CurrentServer` refuses a wrong one.
 */
export function setting<K extends keyof Settings>(key: K, scope?: vscode.ConfigurationScope): Settings[K] {
  if (key === 'baseUrl') {
    return String(vscode.workspace.getConfiguration('rivya', scope ?? null).get(key)) as Settings[K];
  }
  const { effective, own } = valuesOf(key, scope);
  return effective ?? own;
}

/** Whether the value that counts is one that somebody has set, and not what counts for everybody. */
export function isSetByUser(key: keyof Settings, scope?: vscode.ConfigurationScope): boolean {
  const configuration = vscode.workspace.getConfiguration('rivya', scope ?? null);
  const found = configuration.inspect(key);
  const values = vscode.workspace.isTrusted
    ? [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue]
    : [found?.globalValue];
  return values.some(value => value !== undefined && isValid(key, value, found?.defaultValue));
}

/**
 * Whether people want to be told in notifications what the status bar says. A screen reader does not read
 * that by itself, so it is the default for those who have told VS Code of one.
 */
export function wantsNotifications(): boolean {
  if (isSetByUser('notifications')) return setting('notifications') === 'toast';
  return vscode.workspace.getConfiguration('editor').get('accessibilitySupport') === 'on';
}

/** A setting whose value, or a part of it, is invalid and therefore ignored. */
export interface InvalidSetting {
  readonly key: keyof Settings;
  /** What is ignored. */
  readonly value: unknown;
  /** Whether the rest of the value is used. */
  readonly isPart: boolean;
}

/**
 * Every setting of ours whose value, as it counts here, is invalid.
 * @param extension names them, in its manifest
 */
export function invalidSettings(
  extension: vscode.Extension<unknown>,
  scope?: vscode.ConfigurationScope,
): InvalidSetting[] {
  const configuration = vscode.workspace.getConfiguration('rivya', scope ?? null);
  const { contributes } = extension.packageJSON as {
    contributes: { configuration: { properties: Record<string, unknown> } };
  };
  const names = Object.keys(contributes.configuration.properties);
  const keys = names.map(name => name.replace('rivya.', '') as keyof Settings);
  return keys.flatMap((key): InvalidSetting[] => {
    const value: unknown = configuration.get(key);
    if (!isValid(key, value, configuration.inspect(key)?.defaultValue))
      return [{ key, value, isPart: false }];
    const { ignored } = readPublicRoots(key === 'output.publicRoots' ? value : {});
    return Object.keys(ignored).length > 0 ? [{ key, value: ignored, isPart: true }] : [];
  });
}

const modelCategories = ['image', 'video', 'audio', 'chat'] as const;

/** The id of the model that is the default for a category of the catalogue; empty when there is none. */
export function defaultModelOf(category: string, scope?: vscode.ConfigurationScope): string {
  const known = modelCategories.find(each => each === category);
  return known ? setting(`defaultModel.${known}`, scope) : '';
}

/** The user's own default model of a category, which a workspace may override; empty when there is none. */
export function ownDefaultModelOf(category: MediaKind | 'chat', scope?: vscode.ConfigurationScope): string {
  return valuesOf(`defaultModel.${category}`, scope).own;
}

/** The settings that are one of a few words, and these; package.json names them again. */
export const choices: Readonly<Partial<Record<keyof Settings, readonly string[]>>> = {
  language: ['auto', 'en', 'hi'],
  notifications: ['quiet', 'toast'],
  'insert.placement': placementModes,
  'replace.oldFile': ['ask', 'delete', 'keep'],
  'missingImages.show': ['quickFix', 'codeLens', 'hint', 'off'],
  'expiringLinks.show': ['information', 'warning', 'off'],
  'recipes.write': ['auto', 'always', 'never'],
};

function isValid(key: keyof Settings, value: unknown, preset: unknown): boolean {
  if (key === 'baseUrl') return typeof value === 'string' && !('problem' in parseBaseUrl(value));
  const choice = choices[key];
  if (choice) return choice.some(each => each === value);
  if (key === 'credits.dailyLimit') return value === null || isAmount(value);
  if (typeof preset === 'number') return isAmount(value);
  if (typeof preset === 'object' && preset !== null) {
    return (
      typeof value === 'object' &&
      value !== null &&
      Object.values(value).every(each => typeof each === 'string')
    );
  }
  return typeof value === typeof preset;
}

/** JSON has no NaN, but numbers so large that they are read as infinite. */
function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

export function placementSetting(scope?: vscode.ConfigurationScope): PlacementMode {
  const value = setting('insert.placement', scope);
  return placementModes.find(mode => mode === value) ?? 'after';
}

/**
 * The number of credits above which a job is confirmed first. A workspace can only make it stricter: the
 * least of the user's and the workspace's values counts.
 */
export function confirmAbove(scope?: vscode.ConfigurationScope): number {
  const { own, workspace, folder } = valuesOf('credits.confirmAbove', scope);
  return Math.min(own, ...definedOf(workspace, folder));
}

/**
 * The number of credits that may be spent in a day; undefined when there is no limit. A workspace can only
 * make it stricter.
 */
export function dailyLimit(scope?: vscode.ConfigurationScope): number | undefined {
  const { own, workspace, folder } = valuesOf('credits.dailyLimit', scope);
  const limits = definedOf(own, workspace, folder);
  return limits.length > 0 ? Math.min(...limits) : undefined;
}

function definedOf(...values: readonly (number | null | undefined)[]): number[] {
  return values.filter(value => value !== null && value !== undefined);
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
