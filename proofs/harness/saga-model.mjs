/**
 * How a saga from data must end, by a model that is simpler than the machine: it knows no journal, no time and no crash, and in a
 * group only one thing may go wrong.
 */
export function expectedEnd({ steps }, script) {
  const failsOf = (what) => script[what]?.fails ?? 0;
  const started = [];
  let isPastPivot = false;
  for (const element of steps) {
    const members = element.parallel ?? [element];
    started.push(...members);
    const failing = members.find(({ name, retry }) => failsOf(name) >= (retry?.attempts ?? 1));
    if (failing) {
      const isKept = isPastPivot || failing.onExhausted === 'park';
      if (isKept) return { status: 'in_progress', stuckReason: 'step_exhausted', failedStep: failing.name, errors: [] };
      return undone(started, failing, failsOf);
    }
    isPastPivot ||= members.some(({ pivot }) => pivot);
  }
  return { status: 'completed', errors: [] };
}

function undone(started, failing, failsOf) {
  const owed = started
    .filter(({ undo, kind, name }) => undo && !(kind === 'transaction' && name === failing.name))
    .reverse();
  const errors = [];
  let isGivenUp = false;
  for (const { name, undo } of owed) {
    const attempts = undo.retry?.attempts ?? 5;
    const fails = failsOf(`undo ${name}`);
    errors.push(...Array.from({ length: Math.min(fails, attempts) }, () => name));
    isGivenUp ||= fails >= attempts;
  }
  const end = isGivenUp ? { status: 'compensating', stuckReason: 'undo_exhausted' } : { status: 'failed' };
  return { ...end, failedStep: failing.name, errors };
}

/** A definition and, for each saga of it, a script, by chance. */
export function randomDefinition(name, random) {
  const oneOf = (...values) => values[Math.floor(random() * values.length)];
  const policy = () => ({ attempts: oneOf(1, 1, 2, 3), delayMs: 5, factor: 1 });
  const step = (nth) => ({
    name: `step-${nth}`,
    kind: oneOf('effect', 'effect', 'transaction'),
    retry: policy(),
    ...(random() < 0.2 ? { onExhausted: 'park' } : {}),
    ...(random() < 0.8 ? { undo: { retry: policy() } } : {}),
  });
  let count = 0;
  const steps = Array.from({ length: 3 + Math.floor(random() * 3) }, () => {
    if (random() < 0.7) return step((count += 1));
    return { parallel: Array.from({ length: 2 + Math.floor(random() * 2) }, () => step((count += 1))) };
  });
  const alone = steps.filter(({ parallel }) => !parallel);
  if (alone.length > 0 && random() < 0.5) oneOf(...alone).pivot = true;
  return { name, version: 1, steps };
}

export function randomScript({ steps }, random) {
  const script = {};
  for (const { parallel, ...single } of steps) {
    const members = parallel ?? [single];
    // Which other members of a group have ended when one fails is a matter of chance: one may fail for good, and only the undos of
    // effects, which run in any case.
    const doomed = random() < 0.15 ? members[Math.floor(random() * members.length)] : undefined;
    for (const member of members) {
      const { name, kind, retry, undo } = member;
      const fails = member === doomed ? retry.attempts : Math.floor(random() * retry.attempts);
      script[name] = { fails };
      const mayFail = undo && !(parallel && kind === 'transaction');
      if (mayFail) script[`undo ${name}`] = { fails: Math.floor(random() * (undo.retry.attempts + 0.3)) };
    }
  }
  return script;
}
