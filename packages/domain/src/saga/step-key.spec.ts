import fc from 'fast-check';
import { InvalidDefinitionError } from './errors.js';
import { outlineOf } from './saga-outline.js';
import { stepKey } from './step-key.js';

const isAllowed = (name: string): boolean => {
  try {
    outlineOf({ name: 'any', version: 1, steps: [{ name }] });
    return true;
  } catch (error) {
    if (error instanceof InvalidDefinitionError) return false;
    throw error;
  }
};
const part = fc.constantFrom('a', 'b', 'undo', ':', 'a:', ':undo', 'undo:');
const anyText = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const anyOwner = fc.record({
  type: fc.constantFrom('execute' as const, 'undo' as const),
  sagaId: anyText,
  step: anyText.filter(isAllowed),
});

describe('idempotency keys', () => {
  it('are those that sagas under way have', () => {
    expect(stepKey('execute', 'plan:c-001:2026-11-23:1', 'persist')).toBe('plan:c-001:2026-11-23:1:persist');
    expect(stepKey('undo', 'plan:c-001:2026-11-23:1', 'persist')).toBe('plan:c-001:2026-11-23:1:persist:undo');
  });

  it('belong to one step, or one undo, of one saga', () => {
    fc.assert(
      fc.property(anyOwner, anyOwner, (one, other) => {
        const [key, otherKey] = [one, other].map(({ type, sagaId, step }) => stepKey(type, sagaId, step));
        expect(key === otherKey).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['pay:undo', ':', 'undo'])('would be ambiguous with a step named %p, which is refused', (name) => {
    expect(isAllowed(name)).toBe(false);
  });
});
