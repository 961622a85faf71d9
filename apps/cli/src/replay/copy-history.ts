import type { CaptionRow, CreatorRow, Eros, ImportReport, MessageRow } from '@eros/app';

/** Rows read in one transaction. */
const PAGE_ROWS = 5_000;

const CREATORS =
  'SELECT creator_id, page_name, display_name, page_type, timezone, current_active_fans, is_active FROM creators ORDER BY creator_id';
const CAPTIONS =
  'SELECT caption_id, creator_id, caption_text, caption_type, content_type, is_active, last_used_date FROM caption_bank ORDER BY caption_id';
const MESSAGES =
  'SELECT message_id, creator_id, page_name, message_type, category, content_type, caption_id, sending_time, price, sent_count, viewed_count, purchased_count, earnings FROM mass_messages ORDER BY message_id';

export interface CopiedHistory {
  readonly creators: ImportReport;
  readonly captions: ImportReport;
  readonly messages: ImportReport;
}

/**
 * Copies creators, captions and sends into another engine by importing them: none of the plans, outcomes and signals, so that a
 * replay starts from what was sent and nothing else. The source is only read.
 */
export async function copyHistory(
  source: Pick<Eros, 'transaction'>,
  target: Pick<Eros, 'data'>,
  signal: AbortSignal,
): Promise<CopiedHistory> {
  const creators = await target.data.importCreators(rowsOf<CreatorRow>(source, CREATORS, signal), { signal });
  const captions = await target.data.importCaptions(rowsOf<CaptionRow>(source, CAPTIONS, signal), { signal });
  const messages = await target.data.importMessages(rowsOf<MessageRow>(source, MESSAGES, signal), { signal });
  return { creators, captions, messages };
}

async function* rowsOf<Row>(source: Pick<Eros, 'transaction'>, sql: string, signal: AbortSignal): AsyncGenerator<Row> {
  for (let offset = 0; !signal.aborted; offset += PAGE_ROWS) {
    const page = await source.transaction((tx) => tx.query<Row>(`${sql} LIMIT ${PAGE_ROWS} OFFSET ${offset}`));
    yield* page;
    if (page.length < PAGE_ROWS) return;
  }
}

/** The instant of the latest send; undefined without any. */
export const latestSendAt = (eros: Pick<Eros, 'transaction'>): Promise<Date | undefined> =>
  eros.transaction(async (tx) => {
    const [row] = await tx.query<{ latest: string | Date | null }>(
      'SELECT max(sending_time) AS latest FROM mass_messages',
    );
    const latest = row?.latest;
    if (latest === null || latest === undefined) return undefined;
    // Rows of other programs name no zone: they are UTC.
    return typeof latest === 'string' && !/[zZ]|[+-]\d\d:?\d\d$/.test(latest)
      ? new Date(`${latest}Z`)
      : new Date(latest);
  });
