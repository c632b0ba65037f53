import { expect, it, vi } from 'vitest';
import { patiently } from '../../../support/patiently.ts';
import type { MarkdownString } from 'vscode';
import { Emitter } from '../../../../src/base/event.ts';
import type { HostContext } from '../../../../src/vscode/host/hostContext.ts';
import type { WebhookNode } from '../../../../src/vscode/webhooks/webhookNode.ts';
import { WebhooksTree } from '../../../../src/vscode/webhooks/webhooksTree.ts';
import { recordingLog } from '../../api/testClock.ts';

const tools = vi.hoisted(() => ({ create: vi.fn() }));

vi.mock('../../../../src/vscode/webhooks/webhookTools.ts', () => ({ createWebhookTools: tools.create }));
vi.mock('vscode', async importOriginal => {
  const nothing = { dispose: () => undefined };
  return {
    ...(await importOriginal<object>()),
    window: { createTreeView: () => ({ ...nothing, visible: true, onDidChangeVisibility: () => nothing }) },
    workspace: { registerTextDocumentContentProvider: () => nothing },
  };
});

it('a failure to load what the view needs is a row, and the next try may succeed', async () => {
  const never = new Emitter<void>().event;
  const log = recordingLog();
  const hostContext = {
    log,
    server: { onDidChange: never },
    account: { onDidChangeKey: never },
    clients: () => Promise.resolve({}),
  };
  const tree = new WebhooksTree(hostContext as unknown as HostContext);
  tools.create.mockImplementationOnce(() => {
    throw new Error('The disk is full.');
  });
  const [failure, ...more] = await tree.getChildren();
  if (failure?.type !== 'failure') throw new Error('There is no row that says what failed.');
  expect(more).toEqual([]);
  expect(log.lines.join()).toContain('The disk is full.');
  const item = await tree.getTreeItem(failure);
  expect(item.command?.command).toBe('rivya.webhooks.refresh');
  const { value } = item.tooltip as MarkdownString;
  expect(value.replaceAll('&nbsp;', ' ').trim()).toBe(failure.text);

  const shown = { type: 'failure', text: 'The server answers again.' } as const;
  tools.create.mockReturnValue({
    secrets: { onDidChange: never },
    receiver: { onDidChange: never, onDidReceive: never, url: undefined, deliveries: [] },
    listNodes: () => Promise.resolve([shown]),
    dispose: () => undefined,
  });
  tree.refresh();
  expect(await tree.getChildren()).toEqual([shown]);
  tree.dispose();
});

it('rows stay known until there are others', async () => {
  const never = new Emitter<void>().event;
  const key = new Emitter<void>();
  const hostContext = {
    log: recordingLog(),
    server: { onDidChange: never },
    account: { onDidChangeKey: key.event },
    clients: () => Promise.resolve({}),
  };
  const tree = new WebhooksTree(hostContext as unknown as HostContext);
  const row = (text: string) => ({ type: 'failure', text }) as const;
  const asked: PromiseWithResolvers<WebhookNode[]>[] = [];
  tools.create.mockReturnValue({
    secrets: { onDidChange: never },
    receiver: { onDidChange: never, onDidReceive: never, url: undefined, deliveries: [] },
    listNodes: () => {
      const answer = Promise.withResolvers<WebhookNode[]>();
      asked.push(answer);
      return answer.promise;
    },
    dispose: () => undefined,
  });
  let drawn = 0;
  tree.onDidChangeTreeData(() => drawn++);
  const first = tree.getChildren();
  await vi.waitFor(() => expect(asked).toHaveLength(1), patiently);
  asked[0]?.resolve([row('one')]);
  expect(await first).toEqual([row('one')]);

  // The same again: nothing is drawn, so nothing is forgotten.
  tree.refresh();
  asked[1]?.resolve([row('one')]);
  expect(await tree.getChildren()).toEqual([row('one')]);
  await asked[1]?.promise;
  expect(drawn).toBe(0);

  // What is asked for last is shown, once, and what was shown stays until then.
  tree.refresh();
  tree.refresh();
  asked[3]?.resolve([row('three')]);
  asked[2]?.resolve([row('two')]);
  await vi.waitFor(() => expect(drawn).toBe(1), patiently);
  expect(await tree.getChildren()).toEqual([row('three')]);

  // With another key, nothing of before is shown.
  tree.refresh();
  key.fire();
  expect(drawn).toBe(2);
  asked[4]?.resolve([row('of the key before')]);
  const fresh = tree.getChildren();
  await vi.waitFor(() => expect(asked).toHaveLength(6), patiently);
  asked[5]?.resolve([row('four')]);
  expect(await fresh).toEqual([row('four')]);
  expect(drawn).toBe(2);
  tree.dispose();
});

it.each([
  ['active', 'Shop, active, failures: 2 · succeeded'],
  ['disabled', 'Shop, disabled · failures: 2 · succeeded'],
])('the name of a webhook that is %s says so once', async (status, name) => {
  const { itemOf } = await import('../../../../src/vscode/webhooks/webhookItems.ts');
  const endpoint = {
    id: 'wh_1',
    name: 'Shop',
    url: 'https://shop.example/hooks',
    status,
    event_types: ['generation.succeeded'],
    failure_count: 2,
    last_success_at: null,
    last_failure_at: null,
    secret_preview: null,
  };
  const node = { type: 'endpoint', endpoint, secretKnown: true } as unknown as WebhookNode & {
    type: 'endpoint';
  };
  const receiver = { url: undefined, deliveries: [] } as unknown as Parameters<typeof itemOf>[1];
  expect(itemOf(node, receiver).accessibilityInformation?.label).toBe(name);
});
