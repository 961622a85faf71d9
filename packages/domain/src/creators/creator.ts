export type PageType = 'paid' | 'free';

/** A creator's page, as exported. */
export interface Creator {
  readonly creatorId: string;
  readonly pageName: string;
  readonly displayName: string;
  readonly pageType: PageType;
  /** IANA name. */
  readonly timeZone: string;
  /** Active fans at the last export; never negative. */
  readonly fanCount: number;
  readonly isActive: boolean;
}
