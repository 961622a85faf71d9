/** What becomes of a measured week whose figures an import has changed. */
export type RevisionDecision =
  /** The figures are the same. */
  | { readonly type: 'unchanged' }
  /** Not applied to learning yet: measure the week again from the new figures. */
  | { readonly type: 'measure_again' }
  /** Applied already: keep the note, change no signal. */
  | { readonly type: 'revised_after_measuring' };

/** A week as it was measured: revenue sends a day and what they earned. */
export interface MeasuredFigures {
  readonly volume: number;
  readonly revenueUsd: number;
}

/**
 * What to do when the sends of a measured week were revised. A signal is applied once and never taken back, so that every
 * later decision still follows from what is stored (spec, sections 8 and 9).
 */
export function reviseMeasured(
  measured: MeasuredFigures,
  revised: MeasuredFigures,
  isApplied: boolean,
): RevisionDecision {
  if (measured.volume === revised.volume && measured.revenueUsd === revised.revenueUsd) return { type: 'unchanged' };
  return { type: isApplied ? 'revised_after_measuring' : 'measure_again' };
}
