/** What importing examples/agency-export must come to; its README says the same. */
export const EXAMPLE_COUNTS = {
  creators: { read: 24, imported: 24, duplicate: 0, rejectedByReason: {} },
  captions: { read: 723, imported: 720, duplicate: 1, rejectedByReason: { blank_caption: 1, unknown_creator: 1 } },
  messages: {
    read: 29_488,
    imported: 29_269,
    duplicate: 8,
    rejectedByReason: { unknown_creator: 113, viewed_exceeds_sent: 62, negative_count: 12, invalid_time: 24 },
  },
} as const;
