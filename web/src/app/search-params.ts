/** What stands behind `?` in an address: names with one value or several. */
export type RawSearch = Record<string, string | string[]>

/** Reads `?a=1&a=2&b=3` plainly, so that an address can be read, written and shared by people. */
export function parseSearch(search: string): RawSearch {
  const found: RawSearch = {}
  for (const [name, value] of new URLSearchParams(search)) {
    const before = found[name]
    found[name] = before === undefined ? value : [before, value].flat()
  }
  return found
}

/** The reverse of parseSearch; absent and empty values are left out. */
export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    for (const one of [value].flat()) {
      if (one !== undefined && one !== null && one !== '') params.append(name, String(one))
    }
  }
  const text = params.toString().replaceAll('%3A', ':').replaceAll('%40', '@')
  return text && `?${text}`
}
