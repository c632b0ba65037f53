import { Library } from '../../../../src/core/assets/library.ts';
import { describe, expect, it } from 'vitest';
import { modelName } from '../../../../src/core/models/usableModels.ts';
import { explain, withRequestId, type Subject } from '../../../../src/vscode/messages/explain.ts';
import { plain, sentence } from '../../../../src/vscode/messages/plain.ts';
import { jobMessage } from '../../../../src/vscode/orders/jobMessages.ts';
import { endpointName, receivedName } from '../../../../src/vscode/webhooks/webhookText.ts';
import { mediaKindLabels, mediaKinds } from '../../../../src/vscode/text/mediaKindLabels.ts';
import { promptText } from '../../../../src/vscode/text/taskText.ts';
import { modelsNodeItem, modelTooltip } from '../../../../src/vscode/models/modelsTreeItems.ts';
import { taskItem } from '../../../../src/vscode/tasks/tasksTreeItems.ts';
import type { Model } from '../../../../src/api/resources/models.ts';
import { harmIn, hostileTexts } from '../../../support/hostileTexts.ts';
import { draft, noon } from '../../../support/tasks.ts';

/** Each code that quotes what the server says, for the subjects that have words of their own. */
const codes = [
  ...['validation_failed', 'generation_ended', 'generation_failed', 'result_url_refused', 'result_not_media'],
  ...['file_too_large', 'too_many_results', 'EACCES', 'api_scope_denied', 'connection_failed'],
  ...['chat_attachment_not_supported', 'webhook_url_rejected', 'http_500', 'anything else'],
];
const subjects: readonly Subject[] = ['job', 'answer', 'webhook', 'request'];

describe.each(Object.entries(hostileTexts))('with %s from outside', (_name, text) => {
  it.each(subjects)('a message about a failure keeps our words in sight: %s', subject => {
    for (const code of codes) {
      for (const status of [undefined, 500]) {
        const problem = { code, message: text, status };
        const said = withRequestId(explain(problem, { kind: 'neverLeft' }, subject).text, text);
        const drawn = inNotification(said);
        expect(harmIn(drawn, 1_000)).toEqual([]);
        expect(drawn).toContain('Nothing was charged.');
      }
    }
  });

  it('a message about a job names it and says what it has cost', () => {
    const problem = {
      code: 'generation_failed',
      message: text,
      requestId: text,
      mayHaveBeenCharged: false,
    };
    const task = draft({ prompt: text, model: text, state: 'failed', problem });
    const message = jobMessage({ type: 'failed', tasks: [task], haveSameCause: true });
    const drawn = inNotification(message.text);
    expect(harmIn(drawn, 1_000)).toEqual([]);
    expect(drawn).toMatch(/^Image ".*Generation failed: .*Nothing was charged\.$/);
    for (const kind of mediaKinds) {
      expect(harmIn(plain(mediaKindLabels(kind).job(promptText(text)), 'title'), 2_000)).toEqual([]);
    }
  });

  it('names are short', () => {
    const endpoint = { id: text, name: text, url: text } as Parameters<typeof endpointName>[0];
    const delivery = { eventType: text, method: 'POST', path: '/' } as Parameters<typeof receivedName>[0];
    for (const name of [endpointName(endpoint), receivedName(delivery), modelName(model(text))]) {
      expect(harmIn(name, 2_000)).toEqual([]);
    }
    expect(sentence(text)).toMatch(/[.!?…]$/);
  });

  it('rows of models and of jobs are text', () => {
    const item = modelsNodeItem({ type: 'model', model: model(text) });
    const job = taskItem(draft({ prompt: text, model: text }), 'running', noon, {
      library: new Library('/nowhere'),
      nameOf: name => name,
    });
    for (const { label, description, accessibilityInformation } of [item, job]) {
      for (const words of [label, description, accessibilityInformation?.label]) {
        expect(harmIn(words as string, 5_000)).toEqual([]);
      }
    }
    const { value, isTrusted, supportThemeIcons } = modelTooltip(model(text));
    expect(value).not.toMatch(/(?<!\\)\]\(/);
    expect([isTrusted, supportThemeIcons ?? false]).toEqual([undefined, false]);
  });
});

/** What is left of a message in a notification: VS Code ends it after 1,000 code units. */
function inNotification(text: string): string {
  return plain(text, 'message').slice(0, 1_000);
}

function model(text: string): Model {
  return {
    id: text,
    display_name: text,
    category: 'image',
    runtime: text,
    base_credits: 1,
    billing_type: text,
    supported_modes: [text],
    max_prompt_length: 1_000,
    reference_media: null,
    params: [{ key: text, type: 'string', description: text, default: text }],
    api_status: text,
    api_input_status: text,
    supported_api_inputs: [text],
    requires_files_api: false,
    requires_upload_for_modes: [],
    url_input_supported: false,
    file_kinds: [],
    chat_capabilities: null,
    notices: [text],
  };
}
