/** When a snoozed conversation may come back, from `now` on, by the reader's clock: [word, instant]. */
export function snoozeTimes(now: Date): [word: 'hour' | 'hours' | 'tomorrow' | 'week', until: string][] {
  const inHours = (hours: number) => new Date(now.getTime() + hours * 3_600_000)
  const morningIn = (days: number) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 9, 0, 0)
  return [
    ['hour', inHours(1).toISOString()],
    ['hours', inHours(4).toISOString()],
    ['tomorrow', morningIn(1).toISOString()],
    ['week', morningIn(7).toISOString()],
  ]
}
