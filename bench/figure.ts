/** One figure of the design: what was measured, and the floor or ceiling it has to keep. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly limit: { readonly atLeast: number } | { readonly atMost: number } | null
  /** What stands behind the figure: its parts, for whoever wants to raise it. */
  readonly note?: string
}

export const keeps = ({ value, limit }: Figure): boolean =>
  limit === null || ('atLeast' in limit ? value >= limit.atLeast : value <= limit.atMost)

/** A benchmark gives its figures; none depends on another's having run. */
export interface Benchmark {
  readonly name: string
  readonly run: () => Promise<Figure[]>
}

const words = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })

export function describeFigure(figure: Figure): string {
  const { name, value, unit, limit, note } = figure
  const floor =
    limit === null
      ? ''
      : 'atLeast' in limit
        ? `(at least ${words.format(limit.atLeast)})`
        : `(at most ${words.format(limit.atMost)})`
  const mark = limit === null ? '       ' : keeps(figure) ? 'ok     ' : 'MISSED '
  const line = `${mark}${name.padEnd(58)}${`${words.format(value)} ${unit}`.padStart(20)}  ${floor}`
  return note ? `${line}\n         ${note}` : line
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value below which the share `q` of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}
