import { InvalidTransitionError } from '../rotation/errors.js';

/** How far a planned week has come: `generated` by a plan, `approved` and `queued` by the host, `completed` at its end. */
export type TemplateStatus = 'draft' | 'generated' | 'approved' | 'queued' | 'completed';
export const TEMPLATE_STATUSES: readonly TemplateStatus[] = ['draft', 'generated', 'approved', 'queued', 'completed'];

const MOVES: Record<TemplateStatus, readonly TemplateStatus[]> = {
  draft: ['generated', 'approved'],
  generated: ['draft', 'approved', 'queued', 'completed'],
  approved: ['generated', 'queued', 'completed'],
  queued: ['approved', 'completed'],
  completed: [],
};

/** Throws `invalid_transition`, which names the moves allowed. Staying where it is always is. */
export function assertStatusMove(templateId: number, from: TemplateStatus, to: TemplateStatus): void {
  if (from !== to && !MOVES[from].includes(to)) {
    throw new InvalidTransitionError(`week template ${templateId}`, from, to, MOVES[from]);
  }
}

/** Whether items of a week in this status are to be sent when their time comes. A draft is not; a completed week is over. */
export const isSendable = (status: TemplateStatus): boolean => status !== 'draft' && status !== 'completed';
