import { clamp } from '../arithmetic/index.js';

/**
 * What fans show of being tired, apart from what they spend: this period against the creator's usual. Rates run 0..1;
 * leave out what nobody measured.
 */
export interface MeasuredFatigue {
  readonly viewRate?: number;
  readonly usualViewRate?: number;
  /** Complaints, blocks or unsubscriptions per recipient. */
  readonly complaintRate?: number;
  readonly usualComplaintRate?: number;
}

/** A view rate lower by this share of the usual one is fatigue at its fullest; half of the drop is half of it. */
const FULL_VIEW_DROP = 0.5;

/** Complaints higher by this much (per recipient) are fatigue at its fullest. */
const FULL_COMPLAINT_RISE = 0.01;

/** From here on the guard `fatigue` allows no more sends. */
export const FATIGUE_LIMIT = 0.3;

/**
 * How tired the fans are, 0..1: the drop of the view rate or the rise of complaints, whichever is worse. What was not
 * measured counts as no fatigue; better than usual counts as none too, so that this term never argues for more sends.
 */
export function fatigueLevel(measured: MeasuredFatigue | undefined): number {
  if (!measured) return 0;
  const { viewRate, usualViewRate, complaintRate, usualComplaintRate } = measured;
  const isViewKnown = viewRate !== undefined && usualViewRate !== undefined && usualViewRate > 0;
  const viewDrop = isViewKnown ? (usualViewRate - viewRate) / usualViewRate / FULL_VIEW_DROP : 0;
  const areComplaintsKnown = complaintRate !== undefined && usualComplaintRate !== undefined;
  const complaintRise = areComplaintsKnown ? (complaintRate - usualComplaintRate) / FULL_COMPLAINT_RISE : 0;
  return clamp(Math.max(viewDrop, complaintRise), 0, 1);
}

/** The signal with measured fatigue taken off: never above what came in, never below -1. */
export function signalWithFatigue(signal: number, fatigue: number): number {
  return Math.max(-1, signal - clamp(fatigue, 0, 1));
}
