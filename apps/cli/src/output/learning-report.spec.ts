import type { LearningStatus } from '@eros/app';
import { recordingTerminal } from '../testing/recording-terminal.js';
import { formatApplied, formatLearning, formatMeasured } from './learning-report.js';

const paper = recordingTerminal();

describe('formatMeasured', () => {
  it('shows what was expected and what came', () => {
    const text = formatMeasured(
      {
        measured: [
          {
            creatorId: 'c-008',
            weekStart: '2026-11-02',
            predictedRevenueUsd: 243.4,
            actualRevenueUsd: 200.2,
            revenueErrorPct: -17.6,
            volumeErrorPct: null,
            classification: 'neutral',
            evidence: 'inconclusive',
            signal: 0.88,
            confidence: 0.54,
          },
        ],
        awaitingData: [],
      },
      paper,
    );
    expect(text).toMatch(/^1 week measured, 0 awaiting data$/m);
    expect(text).toMatch(/^c-008 +2026-11-02 +\$243 +\$200 +-17\.6 % +neutral +inconclusive +\+0\.88 +0\.54$/m);
  });

  it('groups what awaits its data by week and reason', () => {
    const waits = (creatorId: string, weekStart: string) => ({ creatorId, weekStart, reason: 'no later send' });
    const awaitingData = [waits('c-1', '2026-11-02'), waits('c-2', '2026-11-02'), waits('c-1', '2026-11-09')];
    const text = formatMeasured({ measured: [], awaitingData }, paper);
    expect(text).toMatch(/^2026-11-02 +c-1 c-2 +no later send$/m);
    expect(text).toMatch(/^2026-11-09 +c-1 +no later send$/m);
    expect(text).toContain('--complete-through');
  });
});

describe('formatApplied', () => {
  it('names what held a step, and nothing where nothing did', () => {
    const applied = { creatorId: 'c-1', weekStart: '2026-11-02', signal: 0.9, offsetBefore: 0, offsetAfter: 1 };
    const text = formatApplied(
      [
        { ...applied, guard: 'none' },
        { ...applied, creatorId: 'c-2', guard: 'step_limit' },
      ],
      paper,
    );
    expect(text).toMatch(/^c-1 +2026-11-02 +\+0\.90 +0 +\+1$/m);
    expect(text).toMatch(/^c-2 .* step_limit$/m);
    expect(formatApplied([], paper)).toMatch(/Nothing to apply/);
  });
});

describe('formatLearning', () => {
  const fresh: LearningStatus = { creatorId: 'c-1', offset: 0, signal: 0, confidence: 0, weeksLearnt: 0 };

  it('says what is known of the best volume', () => {
    const weights = Array.from({ length: 11 }, () => 1 / 11);
    const text = formatLearning({ ...fresh, posterior: { centre: 5, step: 1, weights } }, 100);
    expect(text).toMatch(/best volume +about 5\.0 revenue sends a day \(80 %: 1\.0 to 9\.0\)/);
  });

  it('says that nothing is, before the first week', () => {
    expect(formatLearning(fresh, 100)).toMatch(/best volume +-\n/);
  });
});
