import { expect, it, vi } from 'vitest';

type Translate = (text: string | { message: string; comment: string }, ...values: string[]) => string;

// Not named in the import itself: the types of the page's file are those of a browser.
const file = '../../../src/webview/common/localization.ts';

it('t finds a text by itself or, where it has one, with its comment, and fills in the values', async () => {
  const strings = { on: 'पर', 'on/A switch': 'चालू', 'Delete {0}/A session': '{0} मिटाएँ' };
  const boot = JSON.stringify({ language: 'hi', strings });
  vi.stubGlobal('document', { getElementById: () => ({ textContent: boot }) });
  const { t } = (await import(file)) as { t: Translate };
  expect(t('on')).toBe('पर');
  expect(t({ message: 'on', comment: 'A switch' })).toBe('चालू');
  expect(t({ message: 'Delete {0}', comment: 'A session' }, 'Crabs')).toBe('Crabs मिटाएँ');
  expect(t({ message: 'on', comment: 'Nobody has translated it' })).toBe('on');
  vi.unstubAllGlobals();
});
