import { createHmac } from 'node:crypto'
import type { InstallationSecret } from '../../kernel/secret.ts'

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })
// scripts that do not put spaces between words: their words are found as pairs of neighbouring characters
const RUN_OF_CJK =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu
const MARKS = /\p{M}+/gu
/** A text gives at most so many words to the index; a 4,096-unit message has fewer. */
const WORDS_MAX = 2_000

/**
 * The words of a text as search sees them: compatibility forms folded (NFKC), lower case, accents off. Text in
 * scripts without spaces gives each pair of neighbouring characters (and a lone character as itself).
 */
export function wordsOf(text: string): Set<string> {
  const words = new Set<string>()
  const folded = text.toWellFormed().normalize('NFKC').toLowerCase()
  for (const [run] of folded.matchAll(RUN_OF_CJK)) {
    const characters = [...run]
    for (let i = 0; i < characters.length && words.size < WORDS_MAX; i++) {
      const pair = characters.slice(i, i + 2).join('')
      if (characters.length === 1 || pair.length > (characters[i]?.length ?? 0)) words.add(pair)
    }
  }
  for (const { segment, isWordLike } of segmenter.segment(folded.replace(RUN_OF_CJK, ' '))) {
    if (words.size >= WORDS_MAX) break
    if (isWordLike) words.add(segment.normalize('NFD').replace(MARKS, '').slice(0, 64))
  }
  words.delete('')
  return words
}

/** The index form of words: the first eight bytes of HMAC-SHA-256 as signed 64-bit numbers, in decimal. */
export const blindWords = (key: Buffer, words: Iterable<string>): string[] =>
  [...words].map(word => createHmac('sha256', key).update(word).digest().readBigInt64BE(0).toString())

/** The words of a search in their index form. */
export const indexWords = (secret: InstallationSecret, q: string): string[] =>
  blindWords(secret.key('search-token'), wordsOf(q))
