/** How many of the intervals were open at once, at most. One that ends when another begins is not open beside it. */
export function mostAtOnce(intervals) {
  const steps = intervals.flatMap(({ fromMs, toMs }) => [
    { atMs: fromMs, by: 1 },
    { atMs: toMs, by: -1 },
  ]);
  steps.sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let open = 0;
  let most = 0;
  for (const { by } of steps) most = Math.max(most, (open += by));
  return most;
}
