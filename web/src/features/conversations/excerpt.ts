const BEFORE = 30
const AFTER = 120
const escaped = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The piece of a text around the first of the searched words: what stands before it, the word, what follows. */
export function excerpt(text: string, q: string): [before: string, match: string, after: string] {
  const words = q
    .trim()
    .split(/\s+/u)
    .filter(Boolean)
    .sort((a, b) => b.length - a.length)
  const found = words.length > 0 ? new RegExp(words.map(escaped).join('|'), 'iu').exec(text) : null
  if (!found) return [text.slice(0, BEFORE + AFTER), '', '']
  const end = found.index + found[0].length
  const from = Math.max(0, found.index - BEFORE)
  return [
    `${from > 0 ? '…' : ''}${text.slice(from, found.index)}`.toWellFormed(),
    found[0],
    text.slice(end, end + AFTER).toWellFormed(),
  ]
}
