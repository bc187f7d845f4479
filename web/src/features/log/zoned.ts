/** An instant as a datetime-local field writes it, to the second, in a zone; without one in the browser's own. */
export function toLocal(instant: string | undefined, zone?: string): string {
  if (instant === undefined) return ''
  const parts = new Map(
    new Intl.DateTimeFormat('en', {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      ...(zone ? { timeZone: zone } : {}),
    })
      .formatToParts(new Date(instant))
      .map(({ type, value }): [string, string] => [type, value]),
  )
  const of = (type: string) => parts.get(type) ?? '00'
  return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}:${of('second')}`
}

/** The reverse; `undefined` while the field is not filled. A time that a change of the clocks leaves out is the one after. */
export function fromLocal(local: string, zone?: string): string | undefined {
  const wanted = Date.parse(`${local.length === 16 ? `${local}:00` : local}Z`)
  if (local === '' || Number.isNaN(wanted)) return undefined
  // What the zone's clock shows at a guess tells how far the guess is off; near a change of the clocks it takes two.
  let at = wanted
  for (let i = 0; i < 2; i++) {
    const shown = Date.parse(`${toLocal(new Date(at).toISOString(), zone)}Z`)
    at += wanted - shown
  }
  return new Date(at).toISOString()
}
