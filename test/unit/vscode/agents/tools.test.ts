import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as vscode from 'vscode';
import type { Preview } from '../../../../src/core/agents/agents.ts';
import { ShownPrices } from '../../../../src/core/agents/shownPrices.ts';
import { toolDescriptions, toolNames, toolSchemas } from '../../../../src/core/agents/toolSchemas.ts';
import { toolQuestion } from '../../../../src/vscode/agents/toolQuestion.ts';
import { harmIn, hostileTexts } from '../../../support/hostileTexts.ts';

const root = path.join(import.meta.dirname, '../../../..');

interface Manifest {
  readonly contributes: {
    readonly languageModelTools: readonly {
      readonly name: string;
      readonly toolReferenceName: string;
      readonly canBeReferencedInPrompt: boolean;
      readonly modelDescription: string;
      readonly inputSchema: object;
      readonly when: string;
    }[];
    readonly chatSkills: readonly { readonly path: string }[];
  };
}

const { contributes } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;

describe('package.json', () => {
  it('offers each tool as it is described and read, and no other', () => {
    const { languageModelTools: tools } = contributes;
    expect(tools.map(({ name }) => name)).toEqual(toolNames.map(name => `rivya_${name}`));
    for (const [index, name] of toolNames.entries()) {
      expect(tools[index]?.modelDescription).toBe(toolDescriptions[name]);
      expect(tools[index]?.inputSchema).toEqual(toolSchemas[name]);
      expect(tools[index]?.canBeReferencedInPrompt).toBe(true);
      expect(tools[index]?.when).toBe('config.rivya.agents.enabled && rivya.account == ready');
    }
    expect(new Set(tools.map(({ toolReferenceName }) => toolReferenceName)).size).toBe(7);
  });

  it('has a skill that is short, is named as its folder, and names only tools that there are', () => {
    const [skill, ...others] = contributes.chatSkills;
    expect(others).toEqual([]);
    const text = readFileSync(path.join(root, skill?.path ?? ''), 'utf8');
    expect(Buffer.byteLength(text)).toBeLessThan(2_048);
    expect(text).toMatch(/^---\nname: rivya-media\n/);
    expect(skill?.path).toBe('./media/skills/rivya-media/SKILL.md');
    const named = [...text.matchAll(/`rivya_(\w+)`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(3);
    for (const name of named) expect(toolNames).toContain(name);
  });
});

const paid: Extract<Preview, { type: 'paid' }> = {
  type: 'paid',
  kind: 'image',
  prompt: 'A red fox',
  references: ['a.png'],
  document: 'docs/guide.md',
  price: {
    model: 'Nano Banana',
    estimate: { jobs: 1, certainty: 'certain', credits: 3, worst: 3 },
    spent: 12,
    budget: 50,
  },
  balance: 88,
  isSandbox: false,
  isAsked: true,
};

function asked(change: Partial<typeof paid>): { title: string; text: string } | undefined {
  const { confirmationMessages } = toolQuestion('generate_image', { ...paid, ...change });
  if (!confirmationMessages) return undefined;
  const { title, message } = confirmationMessages;
  return { title, text: (message as vscode.MarkdownString).value };
}

describe('the question before a call', () => {
  it('names the price, the model, the prompt, the files, the budget and the balance', () => {
    const { title, text } = asked({}) ?? {};
    expect(title).toBe('Generate an image? Price: 3 credits');
    for (const part of ['Model: Nano Banana', 'Prompt: "A red fox"', 'a.png', 'guide.md'])
      expect(text).toContain(part);
    expect(text).toContain('Agents have spent 12 of 50 credits today. Your balance: 88 credits.');
    expect(text).not.toContain('Sandbox');
    expect(asked({ isSandbox: true })?.text).toContain('Sandbox: nothing is charged.');
  });

  it.each<[string, Partial<typeof paid>]>([
    ["Generate an image? The price isn't known yet.", { price: undefined }],
    ["Generate a video? The price isn't known yet.", { price: undefined, kind: 'video' }],
    [
      'Generate a video? Price: at least 12 credits',
      { kind: 'video', price: price({ jobs: 1, certainty: 'atLeast', credits: 12, worst: 24 }) },
    ],
    [
      'Generate audio? Price: unknown',
      {
        kind: 'audio',
        price: price({ jobs: 1, certainty: 'unknown', credits: undefined, worst: undefined }),
      },
    ],
    [
      'Generate 4 images? Price: 12 credits',
      { price: price({ jobs: 4, certainty: 'certain', credits: 12, worst: 12 }) },
    ],
  ])('is %s', (title, change) => {
    expect(asked(change)?.title).toBe(title);
  });

  it('is not asked where nothing is to be agreed to', () => {
    expect(asked({ isAsked: false })).toBeUndefined();
    for (const preview of [{ type: 'invalid' }, { type: 'free' }] as const)
      expect(toolQuestion('generate_image', preview)).toEqual({
        invocationMessage: 'Generating an image with Rivya',
      });
    expect(toolQuestion('generate_image', { type: 'folded', kind: 'image' })).toEqual({
      invocationMessage: 'Using the existing image',
    });
  });

  it('shows 300 characters of a prompt, and says how many there are more', () => {
    const text = asked({ prompt: '🦊'.repeat(305) })?.text ?? '';
    expect(text.match(/🦊/gu)).toHaveLength(300);
    expect(text).toContain('and 5 more characters');
  });

  it.each(Object.entries(hostileTexts))('shows no words of others as ours: %s', (_name, words) => {
    const { title, text } = asked({ prompt: words, references: [words], document: words }) ?? {};
    expect(harmIn(title ?? '', 200)).toEqual([]);
    const { confirmationMessages } = toolQuestion('generate_image', { ...paid, prompt: words });
    expect((confirmationMessages?.message as vscode.MarkdownString).isTrusted).toBeFalsy();
    // A paragraph for each line of ours: none was added.
    expect(text?.split('\n\n').filter(Boolean).length).toBeLessThanOrEqual(6);
  });
});

function price(estimate: NonNullable<typeof paid.price>['estimate']): typeof paid.price {
  return { model: 'Nano Banana', estimate, spent: 12, budget: 50 };
}

describe('a price that was shown', () => {
  const noon = Date.UTC(2026, 4, 11, 12);

  it('counts for calls that cost the same, whatever their prompt is', () => {
    const shown = new ShownPrices();
    const order = { prompt: 'A fox', model: 'a', params: { size: '1K' } };
    shown.note('generate_image', order, 3, noon);
    expect(shown.of('generate_image', { ...order, prompt: 'A red fox' }, noon)).toBe(3);
    expect(shown.of('generate_image', { params: { size: '1K' }, model: 'a', prompt: '' }, noon)).toBe(3);
    expect(shown.of('generate_image', { ...order, model: 'b' }, noon)).toBeUndefined();
    expect(shown.of('generate_image', { ...order, count: 4 }, noon)).toBeUndefined();
    expect(shown.of('generate_image', { ...order, params: { size: '4K' } }, noon)).toBeUndefined();
    expect(shown.of('generate_video', order, noon)).toBeUndefined();
  });

  it('counts for ten minutes', () => {
    const shown = new ShownPrices();
    shown.note('generate_image', {}, 3, noon);
    expect(shown.of('generate_image', {}, noon + 10 * 60_000)).toBe(3);
    expect(shown.of('generate_image', {}, noon + 10 * 60_000 + 1)).toBeUndefined();
    expect(shown.of('generate_image', {}, noon - 10 * 60_000 - 1)).toBeUndefined();
  });
});
