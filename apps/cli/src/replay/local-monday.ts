/** The instant at which a week begins in a time zone: its Monday, 00:00 local. */
export function mondayInstant(weekStart: string, timeZone: string): Date {
  const wallMs = Date.parse(`${weekStart}T00:00:00Z`);
  // Twice: the offset at the first guess may be that of the other side of a clock change.
  const guessMs = wallMs - offsetMsAt(timeZone, wallMs);
  return new Date(wallMs - offsetMsAt(timeZone, guessMs));
}

function offsetMsAt(timeZone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(atMs);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = (
    ['year', 'month', 'day', 'hour', 'minute', 'second'] as const
  ).map((type) => Number(parts.find((part) => part.type === type)?.value));
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1_000) * 1_000;
}
