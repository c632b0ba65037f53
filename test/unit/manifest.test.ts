import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandIds, viewIds, type ContextKeys, type Settings } from '../../src/vscode/manifest/ids.ts';

const root = path.join(import.meta.dirname, '../..');

interface MenuItem {
  /** Undefined for a submenu. */
  readonly command?: string;
  readonly when?: string;
}

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { command: string; title: string; category: string; icon?: string }[];
    readonly configuration: { properties: Record<string, { default: unknown; scope: string; type: string }> };
    readonly views: Record<string, { id: string }[]>;
    readonly viewsWelcome: readonly { view: string; contents: string; when: string }[];
    readonly menus: Record<string, readonly MenuItem[]>;
    readonly walkthroughs: readonly { steps: readonly { completionEvents: readonly string[] }[] }[];
  };
  readonly capabilities: { untrustedWorkspaces: { restrictedConfigurations: readonly string[] } };
  readonly engines: { vscode: string };
  readonly devDependencies: Record<string, string>;
}

const text = readFileSync(path.join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const words = JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
const { contributes } = manifest;

// Complete by type: a key more or less does not compile.
const settingKeys: Record<keyof Settings, true> = {
  baseUrl: true,
  language: true,
  notifications: true,
  'defaultModel.image': true,
  'defaultModel.video': true,
  'defaultModel.audio': true,
  'defaultModel.chat': true,
  'chat.readAnswers': true,
  'chat.streaming': true,
  'output.directory': true,
  'output.fileName': true,
  'output.publicRoots': true,
  'insert.placement': true,
  'replace.oldFile': true,
  'credits.confirmAbove': true,
  'credits.lowBalance': true,
  'credits.dailyLimit': true,
  'agents.enabled': true,
  'agents.confirmAbove': true,
  'agents.dailyBudget': true,
  'agents.externalClients': true,
  'agents.offerMcpServer': true,
  'webhooks.receiverPort': true,
  'missingImages.show': true,
  'expiringLinks.show': true,
  'expiringLinks.hosts': true,
  'assets.codeLens': true,
  'terminal.command': true,
  'recipes.write': true,
};
const contextKeys: Record<keyof ContextKeys, true> = {
  'rivya.promptAt': true,
  'rivya.account': true,
  'rivya.sandbox': true,
  'rivya.chatBusy': true,
  'rivya.webhookAccess': true,
  'rivya.hasWebhooks': true,
  'rivya.receiver': true,
  'rivya.hasRecipes': true,
  'rivya.hasTasks': true,
  'rivya.hasResults': true,
  'rivya.hasInserted': true,
  'rivya.hasPackage': true,
  'rivya.walkthrough': true,
  'rivya.tasksFiltered': true,
};

describe('package.json', () => {
  it('declares the commands of ids.ts, and no others', () => {
    expect(contributes.commands.map(each => each.command).toSorted()).toEqual([...commandIds].toSorted());
  });

  it('declares the views of ids.ts, and no others', () => {
    const views = Object.values(contributes.views).flatMap(each => each.map(view => view.id));
    expect(views.toSorted()).toEqual([...viewIds].toSorted());
  });

  it('declares the settings of ids.ts, and no others', () => {
    const keys = Object.keys(contributes.configuration.properties);
    expect(keys.toSorted()).toEqual(
      Object.keys(settingKeys)
        .map(key => `rivya.${key}`)
        .toSorted(),
    );
  });

  it('puts every command in one of two categories, with a title', () => {
    for (const command of contributes.commands) {
      const isOfWebhooks = /^rivya\.webhooks?\./.test(command.command);
      expect(command.category).toBe(isOfWebhooks ? 'Rivya Webhooks' : 'Rivya');
      expect(command.title).toMatch(/^%command\..+%$/);
    }
  });

  it('uses only commands, views and context keys that exist', () => {
    const known = new Set<string>(commandIds);
    const used = Object.values(contributes.menus).flatMap(items => items.flatMap(item => item.command ?? []));
    expect(used.filter(command => !known.has(command))).toEqual([]);
    const links = Object.values(words).flatMap(word =>
      Array.from(word.matchAll(/\(command:([\w.]+)(?:\?[^)]*)?\)/g), match => match[1] ?? ''),
    );
    expect(links.length).toBeGreaterThan(0);
    // VS Code itself registers the command that shows a view.
    const focus = viewIds.map(id => `${id}.focus`);
    expect(links.filter(command => !known.has(command) && !focus.includes(command))).toEqual([]);
    const conditions = [
      ...Object.values(contributes.menus).flatMap(items => items.map(item => item.when ?? '')),
      ...contributes.viewsWelcome.map(welcome => welcome.when),
      ...contributes.commands.map(command => ('enablement' in command ? String(command.enablement) : '')),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.flatMap(step => step.completionEvents)),
    ].join(' ');
    const mentioned = Array.from(conditions.matchAll(/\brivya\.\w+/g), match => match[0]);
    const names = new Set<string>([...Object.keys(contextKeys), ...viewIds]);
    expect(new Set(mentioned.filter(name => !names.has(name)))).toEqual(new Set());
    for (const key of Object.keys(contextKeys)) expect(mentioned).toContain(key);
  });

  it('never lets a workspace choose where the key goes', () => {
    expect(contributes.configuration.properties['rivya.baseUrl']?.scope).toBe('machine');
  });

  it('lets the limits that a person has set at home count in remote windows, too', () => {
    // There VS Code leaves out what the user's own settings say under the scopes of machines.
    const ofMachines = Object.entries(contributes.configuration.properties)
      .filter(([, { scope }]) => scope.startsWith('machine'))
      .map(([name]) => name);
    expect(
      ofMachines.filter(name => !/^rivya\.(?:baseUrl|agents\.|webhooks\.|expiringLinks\.hosts)/.test(name)),
    ).toEqual([]);
  });

  it('takes no setting from a workspace that is not trusted', () => {
    const ofWorkspaces = Object.entries(contributes.configuration.properties)
      .filter(([, { scope }]) => !['machine', 'application', 'application-machine'].includes(scope))
      .map(([name]) => name);
    expect(ofWorkspaces.length).toBeGreaterThan(0);
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.toSorted()).toEqual(
      ofWorkspaces.toSorted(),
    );
  });

  it('asks for the same VS Code as its types describe', () => {
    const engine = manifest.engines.vscode.replace('^', '').split('.').slice(0, 2);
    expect(manifest.devDependencies['@types/vscode']?.split('.').slice(0, 2)).toEqual(engine);
  });
});

describe('package.nls.json', () => {
  it('has every word that the manifest names, and no other', () => {
    const named = new Set(Array.from(text.matchAll(/"%([\w.]+)%"/g), match => match[1] ?? ''));
    expect([...named].toSorted()).toEqual(Object.keys(words).toSorted());
  });

  it('has the same words in every language', () => {
    for (const file of readdirSync(root).filter(name => /^package\.nls\..+\.json$/.test(name))) {
      const translated = JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Record<string, string>;
      expect(Object.keys(translated).toSorted()).toEqual(Object.keys(words).toSorted());
    }
  });
});
