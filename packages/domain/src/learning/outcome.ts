import type { LearningState } from './learning-state.js';
import { elasticityRange, type EffectRange } from './volume-effect.js';

/** As documented for `outcome_classification`. */
export type OutcomeClassification = 'improved' | 'degraded' | 'neutral';

/**
 * What a classification rests on. `conclusive`: the evidence is in (improved, degraded). `equivalent`: shown to make no
 * difference worth having. `inconclusive`: cannot be told yet. `unchanged`: the volume is where it began, there is nothing
 * to classify. The last three are `neutral`.
 */
export type OutcomeEvidence = 'conclusive' | 'equivalent' | 'inconclusive' | 'unchanged';

export interface VolumeOutcome {
  readonly classification: OutcomeClassification;
  readonly evidence: OutcomeEvidence;
  /**
   * What volume makes of weekly revenue, against the volume at which the evidence began: natural logarithm of the ratio,
   * lowest and highest that the evidence admits; null where it admits anything.
   */
  readonly logEffect: EffectRange | null;
}

/** Revenue that differs by less than 5 % counts as equal. */
export const EQUIVALENT_LOG_EFFECT = Math.log(1.05);

/** Half a send a day: nearer to where it began, a volume is unchanged. */
const UNCHANGED_WITHIN = 0.5;

/**
 * Whether sending `volume` revenue sends a day has paid, compared with the volume at which the evidence began. May be asked
 * after every week: where volume does not matter, at most 5 % of creators are ever called improved, and as many degraded
 * (spec, section 9; `elasticityRange`). So most weeks of most creators are `neutral`, `inconclusive`.
 */
export function classifyOutcome(state: LearningState, volume: number): VolumeOutcome {
  if (Math.abs(volume - state.beginsAtVolume) < UNCHANGED_WITHIN) {
    return { classification: 'neutral', evidence: 'unchanged', logEffect: { low: 0, high: 0 } };
  }
  const elasticity = elasticityRange(state);
  if (volume === 0 || !Number.isFinite(elasticity.low) || !Number.isFinite(elasticity.high)) {
    return { classification: 'neutral', evidence: 'inconclusive', logEffect: null };
  }
  const change = Math.log(volume / state.beginsAtVolume);
  const ends = [elasticity.low * change, elasticity.high * change] as const;
  const logEffect = { low: Math.min(...ends), high: Math.max(...ends) };
  if (logEffect.low > 0) return { classification: 'improved', evidence: 'conclusive', logEffect };
  if (logEffect.high < 0) return { classification: 'degraded', evidence: 'conclusive', logEffect };
  const isEquivalent = Math.max(-logEffect.low, logEffect.high) <= EQUIVALENT_LOG_EFFECT;
  return { classification: 'neutral', evidence: isEquivalent ? 'equivalent' : 'inconclusive', logEffect };
}
