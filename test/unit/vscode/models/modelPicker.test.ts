import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { Emitter } from '../../../../src/base/event.ts';
import { makerOf } from '../../../../src/core/models/makers.ts';
import { Cancelled, UserError } from '../../../../src/vscode/messages/errors.ts';
import {
  pickModel,
  type ModelAnswer,
  type ModelQuestion,
} from '../../../../src/vscode/models/modelPicker.ts';
import { modelOf, sandboxCatalogue } from '../../../support/sandboxCatalogue.ts';

type Row = vscode.QuickPickItem & { readonly buttons?: readonly vscode.QuickInputButton[] };

/** A list that a test reads and answers. */
class TestPick {
  title = '';
  placeholder = '';
  items: readonly Row[] = [];
  activeItems: readonly Row[] = [];
  selectedItems: readonly Row[] = [];
  buttons: readonly vscode.QuickInputButton[] = [];
  matchOnDescription = false;
  readonly accepted = new Emitter<void>();
  readonly hidden = new Emitter<void>();
  readonly pressed = new Emitter<vscode.QuickInputButton>();
  readonly pressedItem = new Emitter<{ item: Row; button: vscode.QuickInputButton }>();
  readonly onDidAccept = this.accepted.event;
  readonly onDidHide = this.hidden.event;
  readonly onDidTriggerButton = this.pressed.event;
  readonly onDidTriggerItemButton = this.pressedItem.event;
  show(): void {
    // It is read by the test.
  }
  hide(): void {
    this.hidden.fire();
  }
  dispose(): void {
    this.items = [];
  }
}

const window = vi.hoisted((): { pick: unknown } => ({ pick: undefined }));

vi.mock('vscode', async importOriginal => ({
  ...(await importOriginal<object>()),
  window: { createQuickPick: () => window.pick },
}));

const models = await sandboxCatalogue();

describe('the list of models', () => {
  let pick: TestPick;
  let memory: Map<string, unknown>;

  beforeEach(() => {
    window.pick = pick = new TestPick();
    memory = new Map();
  });

  const words = ({ label, description = '' }: Row): string =>
    `${label.replace(/\$\([\w-]+\) /g, '')} | ${description}`;
  const rowOf = (name: string): Row => {
    const found = pick.items.find(({ label }) => label.endsWith(name));
    if (!found) throw new Error(`There is no row ${name}.`);
    return found;
  };

  function open(
    change: Partial<ModelQuestion> = {},
    { credits, recent = [] }: { credits?: number; recent?: string[] } = {},
  ): Promise<ModelAnswer> {
    const answer = pickModel(
      {
        context: {
          globalState: {
            get: (key: string, preset: unknown) => memory.get(key) ?? preset,
            update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
          },
        },
        balance: { state: () => ({ credits }) },
        server: { origin: 'https://rivya.ai' },
        ledger: { lists: { recentModels: () => recent } },
      } as never,
      { models: Promise.resolve(models), kinds: ['image'], defaultOf: () => '', ...change },
    );
    // Whoever waits for it hears of it; most tests leave the list as it is.
    answer.catch(() => undefined);
    return answer;
  }

  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };

  it('is searched by name, price, maker, and kind where there are several', async () => {
    void open({ kinds: ['image', 'video'] });
    await settled();
    expect(pick.matchOnDescription).toBe(true);
    expect(words(rowOf('Nano Banana'))).toMatch(/ \| \d+ credits? · Google · Image$/);
    expect(words(rowOf('Sora 2'))).toMatch(/ · OpenAI · Video$/);
  });

  it('begins with what was used last and with the favourites, each once', async () => {
    memory.set('rivya.models.favourites', ['flux-2-pro', 'z-image']);
    void open({}, { recent: ['z-image', 'nano-banana', 'no-more', 'qwen-image', 'ideogram-v3'] });
    await settled();
    const rows = pick.items.map(({ label }) => label.replace(/\$\([\w-]+\) /g, ''));
    expect(rows.slice(0, 7)).toEqual([
      ...['Recently used', 'Z-Image', 'Nano Banana', 'Qwen Image', 'Favorites', 'Flux 2 Pro', 'Image'],
    ]);
    expect(new Set(rows).size).toBe(rows.length);
  });

  it('keeps a favourite, and takes it away again', async () => {
    void open();
    await settled();
    const press = (name: string, icon: string): void => {
      const item = rowOf(name);
      const button = item.buttons?.find(({ iconPath }) => (iconPath as vscode.ThemeIcon).id === icon);
      if (!button) throw new Error(`${name} has no button ${icon}.`);
      pick.pressedItem.fire({ item, button });
    };
    press('Z-Image', 'heart');
    expect(memory.get('rivya.models.favourites')).toEqual(['z-image']);
    expect(pick.items[0]?.label).toBe('Favorites');
    press('Z-Image', 'heart-filled');
    expect(memory.get('rivya.models.favourites')).toEqual([]);
  });

  it('is sorted by price, and stays so', async () => {
    void open();
    await settled();
    const [button] = pick.buttons;
    if (!button) throw new Error('There is no button.');
    pick.pressed.fire(button);
    const prices = pick.items
      .filter(({ iconPath }) => (iconPath as vscode.ThemeIcon | undefined)?.id !== 'circle-slash')
      .flatMap(({ description = '' }) => /^(\d+) credit/.exec(description)?.[1] ?? [])
      .map(Number);
    expect(prices.length).toBeGreaterThan(5);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    expect(memory.get('rivya.models.order')).toBe('price');
  });

  it('names the cheapest that can be paid where the credits do not reach for the default', async () => {
    const cheapest = models
      .filter(each => each.category === 'image' && each.api_status === 'available')
      .flatMap(({ base_credits: price }) => price ?? [])
      .sort((a, b) => a - b)[0];
    const dear = modelOf(models, 'nano-banana-pro').base_credits ?? 0;
    void open({ defaultOf: () => 'nano-banana-pro' }, { credits: dear - 1 });
    await settled();
    expect(pick.placeholder).toMatch(
      new RegExp(
        `^You have ${dear - 1} credits?. Cheapest model that you can afford: .+, ${String(cheapest)} credit`,
      ),
    );
    window.pick = pick = new TestPick();
    void open({ defaultOf: () => 'nano-banana-pro' }, { credits: dear });
    await settled();
    expect(pick.placeholder).toMatch(/^Select a model\. You can/);
    window.pick = pick = new TestPick();
    void open({ defaultOf: () => 'nano-banana-pro' }, { credits: 0 });
    await settled();
    expect(pick.placeholder).toBe("You have 0 credits, which isn't enough for any of these models");
  });

  it('takes a row, says why another cannot be had, and is left without a choice', async () => {
    const first = open();
    await settled();
    pick.selectedItems = [rowOf('Z-Image')];
    pick.accepted.fire();
    expect((await first).model.id).toBe('z-image');
    window.pick = pick = new TestPick();
    const soon = modelOf(models, 'z-image', { api_status: 'coming_soon' });
    const second = open({ models: Promise.resolve([soon]) });
    await settled();
    pick.selectedItems = [rowOf('Z-Image')];
    pick.accepted.fire();
    await expect(second).rejects.toThrow(UserError);
    window.pick = pick = new TestPick();
    const third = open();
    await settled();
    pick.hide();
    await expect(third).rejects.toThrow(Cancelled);
  });
});

describe('the makers of models', () => {
  it('are known of all that Rivya names today, but for one', () => {
    const unknown = models.filter(({ id }) => makerOf(id) === undefined).map(({ id }) => id);
    expect(unknown).toEqual(['happyhorse-1-0']);
    expect([makerOf('veo3-1-fast'), makerOf('4o-image'), makerOf('wander')]).toEqual([
      ...['Google', 'OpenAI', undefined],
    ]);
  });
});
