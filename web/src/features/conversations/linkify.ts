export type TextPiece = { kind: 'text'; value: string } | { kind: 'link'; value: string; href: string }

// Chinese and Japanese write on without a space; their full stops and brackets never stand in an address.
const ADDRESS = /https?:\/\/[^\s<>"'`。，、！？；：（）【】「」《》“”]+/giu
/** What ends a sentence rather than an address. */
const TRAILING = /[.,;:!?)\]}»’]+$/u

/** A closing bracket belongs to the address when it was opened inside it. */
function trimmed(address: string): string {
  const bare = address.replace(TRAILING, '')
  const open = (bare.match(/\(/g) ?? []).length - (bare.match(/\)/g) ?? []).length
  return open > 0 && address.startsWith(`${bare})`) ? `${bare})` : bare
}

/**
 * Cuts a text into words and addresses. Only http and https become links, and only as the URL parser reads them; all
 * pieces together are the text unchanged.
 */
export function linkify(text: string): TextPiece[] {
  const pieces: TextPiece[] = []
  let end = 0
  for (const match of text.matchAll(ADDRESS)) {
    const value = trimmed(match[0])
    const url = URL.parse(value)
    if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) continue
    if (match.index > end) pieces.push({ kind: 'text', value: text.slice(end, match.index) })
    pieces.push({ kind: 'link', value, href: url.href })
    end = match.index + value.length
  }
  if (end < text.length) pieces.push({ kind: 'text', value: text.slice(end) })
  return pieces
}
