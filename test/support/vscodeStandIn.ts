/**
 * Stands for the module `vscode` in unit tests: words, icons and values that hold what they were given. What
 * does something in an editor is not here; that belongs into an integration test.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Emitter } from '../../src/base/event.ts';

/** Who has set a value; the later counts before the earlier. */
const layers = ['user', 'workspace', 'folder'] as const;
type Layer = (typeof layers)[number];
const settings: Record<Layer, Map<string, unknown>> = {
  user: new Map(),
  workspace: new Map(),
  folder: new Map(),
};

/** The part of package.json that names the settings. */
export const manifest = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8'),
) as { contributes: { configuration: { properties: Record<string, { default: unknown }> } } };

/**
 * Gives a setting such as `rivya.output.directory` a value, by default the user's; undefined takes it away.
 */
export function setSetting(name: string, value: unknown, layer: Layer = 'user'): void {
  if (value === undefined) settings[layer].delete(name);
  else settings[layer].set(name, value);
}

/** Takes every value away; the defaults stay. */
export function resetSettings(): void {
  for (const layer of layers) settings[layer].clear();
}

export const l10n = {
  t(message: string | { message: string; args?: readonly unknown[] }, ...rest: unknown[]): string {
    const [text, values] =
      typeof message === 'string' ? [message, rest] : [message.message, message.args ?? []];
    return text.replaceAll(/\{(\d+)\}/g, (_whole, index: string) => String(values[Number(index)]));
  },
};

export const env = { language: 'en' };

export const workspace = {
  workspaceFolders: undefined,
  getConfiguration(section: string) {
    const inspect = (key: string) => {
      const name = `${section}.${key}`;
      return {
        defaultValue: manifest.contributes.configuration.properties[name]?.default,
        globalValue: settings.user.get(name),
        workspaceValue: settings.workspace.get(name),
        workspaceFolderValue: settings.folder.get(name),
      };
    };
    const get = (key: string, preset?: unknown): unknown => {
      const { defaultValue, globalValue, workspaceValue, workspaceFolderValue } = inspect(key);
      // As VS Code does it: null is a value.
      return [workspaceFolderValue, workspaceValue, globalValue, defaultValue, preset].find(
        value => value !== undefined,
      );
    };
    return { get, inspect };
  },
};

export class ThemeColor {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}

export class ThemeIcon {
  readonly id: string;
  readonly color: ThemeColor | undefined;
  constructor(id: string, color?: ThemeColor) {
    this.id = id;
    this.color = color;
  }
}

export class TreeItem {
  label: unknown;
  collapsibleState: TreeItemCollapsibleState;
  constructor(label: unknown, collapsibleState: TreeItemCollapsibleState = 0) {
    this.label = label;
    this.collapsibleState = collapsibleState;
  }
}

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 } as const;
export type TreeItemCollapsibleState =
  (typeof TreeItemCollapsibleState)[keyof typeof TreeItemCollapsibleState];

export const QuickPickItemKind = { Default: 0, Separator: -1 } as const;
export const ProgressLocation = { SourceControl: 1, Window: 10, Notification: 15 } as const;
export const ConfigurationTarget = { Global: 1, Workspace: 2, WorkspaceFolder: 3 } as const;

/** Text is escaped as VS Code does it. */
export class MarkdownString {
  value: string;
  supportThemeIcons: boolean;
  isTrusted: boolean | { enabledCommands: readonly string[] } | undefined;

  constructor(value = '', supportThemeIcons = false) {
    this.value = value;
    this.supportThemeIcons = supportThemeIcons;
  }

  appendText(text: string): this {
    this.value += text
      .replaceAll(/[\\`*_{}[\]()#+\-!~]/g, String.raw`\$&`)
      .replaceAll(/^[ \t]+|(?<= ) /gm, blanks => '&nbsp;'.repeat(blanks.length))
      .replaceAll('<', '&lt;')
      .replaceAll('\n', '\n\n');
    return this;
  }

  appendMarkdown(markdown: string): this {
    this.value += markdown;
    return this;
  }
}

export class EventEmitter<T> extends Emitter<T> {}

export class CancellationError extends Error {}

export class Disposable {
  readonly dispose: () => void;
  constructor(dispose: () => void) {
    this.dispose = dispose;
  }
}

export class DataTransferItem {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
  asString(): Promise<string> {
    return Promise.resolve(String(this.value));
  }
}

export class DataTransfer {
  readonly #items = new Map<string, DataTransferItem>();
  get(type: string): DataTransferItem | undefined {
    return this.#items.get(type);
  }
  set(type: string, item: DataTransferItem): void {
    this.#items.set(type, item);
  }
}

export const Uri = {
  file: (path: string): URL & { fsPath: string } =>
    Object.assign(new URL(`file://${path}`), { fsPath: path }),
  joinPath: (base: { readonly fsPath: string }, ...names: readonly string[]) =>
    Uri.file(path.join(base.fsPath, ...names)),
  from: ({ scheme, path = '', query = '' }: { scheme: string; path?: string; query?: string }): URL =>
    new URL(`${scheme}:${path}${query === '' ? '' : `?${encodeURIComponent(query)}`}`),
};

/** Of VS Code itself. */
export const version = '1.106.0';
