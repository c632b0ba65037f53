import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { moved, transformOf, whole, zoomed } from '../../../../src/webview/compare/zoom.ts';

describe('zoom', () => {
  it('keeps what is seen at a point', () => {
    const zoom = zoomed(whole, 2, 0.25, -0.25);
    expect(zoom).toEqual({ scale: 2, x: -0.25, y: 0.25 });
    expect(zoomed(zoom, 0.5, 0.25, -0.25)).toEqual(whole);
  });

  it('never leaves the frame unfilled, and comes back to the whole', () => {
    const step = fc.oneof(
      fc.record({ factor: fc.double({ min: 0.1, max: 10, noNaN: true }), x: half(), y: half() }),
      fc.record({ byX: fc.double({ min: -5, max: 5, noNaN: true }), byY: half() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), steps => {
        let zoom = whole;
        for (const each of steps) {
          zoom =
            'factor' in each ? zoomed(zoom, each.factor, each.x, each.y) : moved(zoom, each.byX, each.byY);
          const most = (zoom.scale - 1) / 2 + 1e-9;
          expect(zoom.scale).toBeGreaterThanOrEqual(1);
          expect(zoom.scale).toBeLessThanOrEqual(32);
          expect(Math.max(Math.abs(zoom.x), Math.abs(zoom.y))).toBeLessThanOrEqual(most);
        }
        expect(zoomed(zoom, 1e-6)).toEqual(whole);
      }),
    );
  });

  it('is a transform of what fills the frame', () => {
    expect(transformOf({ scale: 2, x: 0.25, y: -0.5 })).toBe('translate(25%, -50%) scale(2)');
  });
});

function half(): fc.Arbitrary<number> {
  return fc.double({ min: -0.5, max: 0.5, noNaN: true });
}
