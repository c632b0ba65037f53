import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');

interface Command {
  readonly command: string;
  readonly title: string;
  readonly category: string;
  readonly enablement?: string;
  readonly icon?: unknown;
}
interface Item {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
  readonly group?: string;
}
interface Setting {
  readonly scope: string;
  readonly order?: number;
  readonly markdownDescription?: string;
  readonly enum?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
}

const { contributes, capabilities } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  contributes: {
    commands: readonly Command[];
    menus: Record<string, readonly Item[]>;
    keybindings: readonly { command: string; when?: string }[];
    configuration: { properties: Record<string, Setting> };
  };
  capabilities: { untrustedWorkspaces: { restrictedConfigurations: readonly string[] } };
};
const words = JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
const { commandPalette = [], ...menus } = contributes.menus;

function titleOf({ title }: Command): string {
  return words[title.slice(1, -1)] ?? '';
}

describe('each command', () => {
  const hidden = new Set(commandPalette.filter(item => item.when === 'false').map(item => item.command));
  const reached = new Set(Object.values(menus).flatMap(items => items.map(item => item.command)));

  it.each(contributes.commands)('$command reads like a command of VS Code', command => {
    const title = titleOf(command);
    expect(title).toMatch(/^\p{Lu}/u);
    expect(title).not.toMatch(/[!。]|\.(?!\.\.$)(?<!\.\.\.)$|…/);
    // The palette puts the category in front.
    expect(title).not.toMatch(/^Rivya:/);
  });

  it.each(contributes.commands)('$command can be reached', ({ command }) => {
    // In the palette, or by the context menu of what it is about: both by keyboard.
    expect(!hidden.has(command) || reached.has(command)).toBe(true);
  });

  it.each(contributes.commands)('$command has an icon where one is shown', ({ command, icon }) => {
    const shown = Object.values(menus)
      .flat()
      .filter(item => item.command === command && /^(?:inline|navigation)/.test(item.group ?? ''));
    if (shown.length > 0) expect(icon).toBeDefined();
  });

  it('that needs a row is not in the palette', () => {
    const onRow = contributes.commands
      .map(each => each.command)
      .filter(id => /^rivya\.(?:task|model)\./.test(id));
    expect(onRow.filter(id => !hidden.has(id))).toEqual([]);
  });

  it('is hidden until it can mean something', () => {
    const when = new Map(commandPalette.map(item => [item.command, item.when]));
    const onWebhook = contributes.menus['view/item/context']
      ?.filter(item => item.when?.includes('^endpoint'))
      .map(item => item.command ?? '');
    for (const id of onWebhook ?? []) expect([id, when.get(id)]).toEqual([id, 'rivya.hasWebhooks']);
    const onRecipe = contributes.commands
      .map(each => each.command)
      .filter(id => id.startsWith('rivya.recipe.'));
    const isThereOne = 'rivya.hasResults || rivya.hasPackage || rivya.hasRecipes';
    for (const id of onRecipe) expect([id, when.get(id)]).toEqual([id, isThereOne]);
    for (const id of ['rivya.image.generateMissing', 'rivya.link.download']) {
      expect([id, when.get(id)]).toEqual([id, expect.stringMatching(/^activeEditor =~/)]);
      expect([id, when.get(id.replace(/(?=Missing$)/, 'All').replace(/download$/, 'downloadAll'))]).toEqual([
        id,
        'workspaceFolderCount > 0',
      ]);
    }
    const enablement = Object.fromEntries(contributes.commands.map(each => [each.command, each.enablement]));
    for (const [id, condition] of Object.entries({
      'rivya.tasks.insertLast': 'rivya.hasTasks',
      'rivya.library.manage': 'rivya.hasTasks',
      'rivya.webhook.replay': 'rivya.receiver',
      'rivya.chat.askSelection': 'editorHasSelection',
    }))
      expect([id, enablement[id]]).toEqual([id, condition]);
  });

  it('of the editor says what it takes, each at its time', () => {
    const offered = [
      ...(contributes.menus['editor/context'] ?? []),
      ...(contributes.menus['rivya.editor'] ?? []),
    ];
    for (const { command = '', when = '' } of offered) {
      if (command.endsWith('Selection'))
        expect([command, when]).toEqual([command, expect.stringMatching(/(?<!!)editorHasSelection/)]);
      if (command.endsWith('Cursor'))
        expect([command, when]).toEqual([command, expect.stringMatching(/!editorHasSelection/)]);
    }
    const ids = offered.map(item => item.command ?? item.submenu);
    expect(ids.length).toBe(new Set(ids).size);
  });

  it('on a task is told by its first word', () => {
    const onTask = (contributes.menus['view/item/context'] ?? [])
      .filter(item => item.when?.startsWith('view == rivya.tasks') && !item.group?.startsWith('inline'))
      .map(item =>
        titleOf(
          contributes.commands.find(each => each.command === item.command) ?? {
            command: '',
            title: '',
            category: '',
          },
        ),
      );
    expect(onTask.filter(title => /^(?:Insert|Open|Save|Reveal)\b.*Result/.test(title))).toEqual([]);
    expect(onTask.filter(title => title.includes('Again'))).toEqual(['Run Again']);
  });

  it('has a title of its own', () => {
    const titles = contributes.commands.filter(each => !hidden.has(each.command)).map(titleOf);
    expect(titles.length).toBe(new Set(titles).size);
  });

  it('that only works at times is enabled only then', () => {
    const enablement = Object.fromEntries(contributes.commands.map(each => [each.command, each.enablement]));
    expect(enablement).toMatchObject({
      'rivya.account.removeKey': 'rivya.account == ready && !rivya.sandbox',
      'rivya.account.verify': 'rivya.account == ready && !rivya.sandbox',
      'rivya.credits.refresh': 'rivya.account == ready',
      'rivya.sandbox.start': '!rivya.sandbox',
      'rivya.sandbox.stop': 'rivya.sandbox',
      'rivya.tasks.search': 'rivya.hasTasks',
      'rivya.tasks.clearFinished': 'rivya.hasTasks',
    });
    for (const condition of Object.values(enablement)) {
      // Context keys that are always the same would be no condition.
      if (condition !== undefined) expect(condition).toMatch(/rivya\.|activeEditor =~|editor|resource/);
    }
  });

  it('bound to a key is bound only where it is meant', () => {
    for (const { when } of contributes.keybindings)
      expect(when).toMatch(/focusedView == rivya\.|activeWebview|rivya\.|resourceScheme == rivya-/);
  });
});

describe('each setting', () => {
  const settings = Object.entries(contributes.configuration.properties);

  it.each(settings)(
    '%s says what it does',
    (_name, { markdownDescription, enum: values, markdownEnumDescriptions }) => {
      const text = words[markdownDescription?.slice(1, -1) ?? ''] ?? '';
      expect(text).toMatch(/\.$/);
      expect(text).not.toContain('!');
      expect(markdownEnumDescriptions?.length).toBe(values?.length);
    },
  );

  it('has its place', () => {
    const orders = settings.map(([, { order }]) => order);
    expect(orders).not.toContain(undefined);
    expect(orders.length).toBe(new Set(orders).size);
  });

  it('that steers where files go or what is paid is not taken from a workspace that is not trusted', () => {
    const { restrictedConfigurations } = capabilities.untrustedWorkspaces;
    const fromWorkspace = settings.filter(([, { scope }]) => scope === 'resource').map(([name]) => name);
    expect(restrictedConfigurations.toSorted()).toEqual(expect.arrayContaining(fromWorkspace.toSorted()));
    const names = new Set(settings.map(([name]) => name));
    expect(restrictedConfigurations.filter(name => !names.has(name))).toEqual([]);
  });
});
