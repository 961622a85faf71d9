/** The one creator of a benchmark whose sagas plan nothing. */
const CREATOR = {
  creator_id: 'c-001',
  page_name: 'bench',
  display_name: 'Bench',
  page_type: 'paid',
  timezone: 'UTC',
  current_active_fans: 1_000,
  is_active: 1,
};

export async function importCreator(eros) {
  await eros.data.importCreators([CREATOR]);
  return CREATOR.creator_id;
}
