import { expect, it, vi } from 'vitest';
import type { MarkdownString } from 'vscode';
import { Emitter } from '../../../../src/base/event.ts';
import type { HostContext } from '../../../../src/vscode/host/hostContext.ts';
import { WebhooksTree } from '../../../../src/vscode/webhooks/webhooksTree.ts';
import { recordingLog } from '../../api/testClock.ts';

const tools = vi.hoisted(() => ({ create: vi.fn() }));

vi.mock('../../../../src/vscode/webhooks/webhookTools.ts', () => ({ createWebhookTools: tools.create }));
vi.mock('vscode', async importOriginal => {
  const nothing = { dispose: () => undefined };
  return {
    ...(await importOriginal<object>()),
    window: { createTreeView: () => ({ ...nothing, onDidChangeVisibility: () => nothing }) },
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
