import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Slices } from '../../../src/base/slices.ts';

describe('slices', () => {
  it('let others in when one is over, and not before', async () => {
    const turns: string[] = [];
    const work = async (name: string, slices: Slices): Promise<void> => {
      for (let piece = 0; piece < 3; piece++) {
        turns.push(name);
        await slices.rest();
      }
    };
    const others = async (): Promise<void> => {
      await setImmediate();
      turns.push('others');
    };
    await Promise.all([work('long', new Slices(Infinity)), others()]);
    expect(turns).toEqual(['long', 'long', 'long', 'others']);
    turns.length = 0;
    await Promise.all([work('short', new Slices(0)), others()]);
    expect(turns.indexOf('others')).toBeLessThan(turns.lastIndexOf('short'));
  });
});
