/** The times of a month `2024-03` as instants, `to` not included. */
export function spanOf(month: string): { readonly from: string; readonly to: string } {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const next = new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7)
  return { from: `${month}-01T00:00:00.000000Z`, to: `${next}-01T00:00:00.000000Z` }
}

/** Is a leaf's time in the month? Both are UTC with six fraction digits. */
export const isWithin = (month: string, at: string): boolean => at.startsWith(`${month}-`)
