import { describe, expect, it } from 'vitest';
import { jobMessage } from '../../../../src/vscode/orders/jobMessages.ts';
import { stateText } from '../../../../src/vscode/text/taskText.ts';
import type { Task } from '../../../../src/shared/task.ts';
import { draft, noon } from '../../../support/tasks.ts';

function buttonsOf(change: Partial<Task>): string[] {
  const message = jobMessage({ type: 'failed', tasks: [draft(change)], haveSameCause: true });
  return message.actions.map(({ title }) => title);
}

describe('a job that failed', () => {
  it('offers other words first where a model has refused these, and no log', () => {
    for (const code of ['generation_failed', 'content_policy_violation', 'nsfw']) {
      const problem = { code, message: 'The prompt was refused.' };
      expect(buttonsOf({ state: 'failed', problem })).toEqual(['Edit Prompt', 'Run Again']);
    }
  });

  it('offers what helps against its cause before the same again', () => {
    const problem = { code: 'insufficient_credits', message: '', status: 402 };
    expect(buttonsOf({ state: 'failed', problem })).toEqual([
      'Buy Credits',
      'Choose Another Model',
      'Run Again',
    ]);
  });

  it('has three words for three ways on', () => {
    const problem = { code: 'outcome_unknown', message: '' };
    const held = buttonsOf({ state: 'submitting', hold: 'decision', problem });
    expect(held).toEqual(['Open Dashboard', 'Resend Request', 'Stop Waiting']);
    expect(buttonsOf({ state: 'unreachable', problem: { code: 'not_found', message: '' } })).toEqual([
      'Look for Result',
      'Show Log',
    ]);
  });
});

describe('the state of a job', () => {
  it('says until when Rivya has asked to wait, and not that nobody has answered', () => {
    const problem = { code: 'rate_limited', message: '', status: 429 };
    const waiting = draft({ state: 'submitting', failures: 1, problem, dueAt: noon });
    expect(stateText(waiting)).toBe(
      `continues at ${new Date(noon).toLocaleTimeString('en', { timeStyle: 'medium' })}, rate limit reached`,
    );
    expect(stateText({ ...waiting, problem: { ...problem, code: 'connection_lost' } })).toBe(
      'no response, retrying',
    );
  });
});
