import { learningConfidence, learningSignal, meanBestVolume } from './learning-signal.js';
import type { LearningState } from './learning-state.js';
import { signalWithFatigue } from './measured-fatigue.js';
import { posteriorOf, priorOf, type Posterior } from './posterior.js';

/** What the evidence says at one volume. */
export interface LearningAssessment {
  readonly posterior: Posterior;
  /** -1..1, measured fatigue taken off: what is stored as `learning_signal`. */
  readonly signal: number;
  /** 0..1. */
  readonly confidence: number;
  /** The mean of the best volume, revenue sends a day. */
  readonly bestVolume: number;
}

/** Signal and confidence at `volume` revenue sends a day. `fatigue` is 0..1, from `fatigueLevel`. */
export function assessLearning(state: LearningState, volume: number, fatigue: number): LearningAssessment {
  const posterior = posteriorOf(state);
  return {
    posterior,
    signal: signalWithFatigue(learningSignal(posterior, volume), fatigue),
    confidence: learningConfidence(posterior, priorOf(state.beginsAtVolume)),
    bestVolume: meanBestVolume(posterior),
  };
}
