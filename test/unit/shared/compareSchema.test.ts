import { describe, expect, it } from 'vitest';
import { readCompareMessage, readSubjects } from '../../../src/shared/compareSchema.ts';

const task = { taskId: 'a', index: 0 };
const file = { uri: 'file:///w/a.png' };

describe('messages of the page that compares', () => {
  it.each([
    [{ type: 'ready' }],
    [{ type: 'keep', subject: task }],
    [{ type: 'open', subject: file }],
    [{ type: 'leave', subject: file }],
  ])('are %j', value => {
    expect(readCompareMessage(value)).toEqual(value);
  });

  it.each([
    [{ type: 'delete', subject: task }],
    [{ type: 'keep' }],
    [{ type: 'keep', subject: { taskId: 'a', index: -1 } }],
    [{ type: 'open', subject: { uri: '' } }],
    [{ type: 'open', subject: { uri: 'x'.repeat(8_001) } }],
    ['ready'],
  ])('are not %j', value => {
    expect(readCompareMessage(value)).toBeUndefined();
  });
});

it('what a page has kept over a reload is checked as well', () => {
  expect(readSubjects({ subjects: [task, file], mode: 'slider' })).toEqual([task, file]);
  expect(readSubjects({ subjects: Array.from({ length: 9 }, () => task) })).toEqual([]);
  expect(readSubjects(undefined)).toEqual([]);
});
