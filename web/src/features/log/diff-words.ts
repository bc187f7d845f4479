/** A piece of a text that stayed, went, or came. */
export interface DiffPiece {
  readonly kind: 'same' | 'gone' | 'came'
  readonly text: string
}

/** Longer texts are not compared word by word: the table of both would grow too large. */
const WORDS_MAX = 1_500

const pieces = (text: string): string[] => text.match(/[\p{L}\p{M}\p{N}_]+|\s+|[^\p{L}\p{M}\p{N}_\s]/gu) ?? []

/** How one text becomes another, by its longest common run of words. */
export function diffWords(before: string, after: string): DiffPiece[] {
  const [a, b] = [pieces(before), pieces(after)]
  if (a.length > WORDS_MAX || b.length > WORDS_MAX)
    return [
      { kind: 'gone', text: before },
      { kind: 'came', text: after },
    ]
  const lengths = commonLengths(a, b)
  const found: DiffPiece[] = []
  const add = (kind: DiffPiece['kind'], text: string) => {
    const last = found.at(-1)
    if (last?.kind === kind) found[found.length - 1] = { kind, text: last.text + text }
    else found.push({ kind, text })
  }
  const width = b.length + 1
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add('same', a[i] ?? '')
      i++
      j++
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) add('gone', a[i++] ?? '')
    else add('came', b[j++] ?? '')
  }
  return found
}

/** For each pair of places the length of the longest run common to what follows, row by row. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint16Array {
  const width = b.length + 1
  const lengths = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        a[i] === b[j]
          ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0)
  return lengths
}
