import { isErosError, STRUCTURES, type Caption, type PlanCaption, type Structure } from '@eros/domain';
import type { Captions } from './captions.js';

const isStructure = (type: string): type is Structure => (STRUCTURES as readonly string[]).includes(type);

/**
 * Which captions of a bank a plan may use: those valid for the structure that they are meant for, and the free ones. A text is
 * scored once, however many weeks are planned with it.
 */
export class PlanCaptions {
  private readonly validity = new Map<string, boolean>();

  constructor(private readonly captions: Pick<Captions, 'score'>) {}

  usable(bank: readonly Caption[], creatorId: string): PlanCaption[] {
    return bank.flatMap(({ captionId, creatorId: owner, captionType, contentType, text }): PlanCaption[] => {
      const isOwn = owner === creatorId;
      if (captionType === 'free') return [{ captionId, isOwn, structure: 'free', contentType }];
      if (!isStructure(captionType) || !this.isValid(text, captionType)) return [];
      return [{ captionId, isOwn, structure: captionType, contentType }];
    });
  }

  private isValid(text: string, structure: Structure): boolean {
    const key = `${structure} ${text}`;
    const known = this.validity.get(key);
    if (known !== undefined) return known;
    const isValid = this.score(text, structure);
    if (this.validity.size >= 100_000) this.validity.clear();
    this.validity.set(key, isValid);
    return isValid;
  }

  private score(text: string, structure: Structure): boolean {
    try {
      return this.captions.score(text, structure).isValid;
    } catch (error) {
      // A source of the user's own may hold texts that cannot be scored: no plan can use them.
      if (isErosError(error, 'invalid_caption')) return false;
      throw error;
    }
  }
}
