import { hmac, type InstallationSecret } from '../../kernel/secret.ts'

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })
// scripts that do not put spaces between words: their words are found as pairs of neighbouring characters
const RUN_OF_CJK =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu
const MARKS = /\p{M}+/gu
/** A text gives at most so many words to the index; a 4,096-unit message has fewer. */
const WORDS_MAX = 2_000
const KNOWN_MAX = 20_000

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

/** Words come again and again: a few thousand make up most of what people write. */
const known = new WeakMap<Buffer, Map<string, string>>()

/** The index form of words: the first eight bytes of HMAC-SHA-256 as signed 64-bit numbers, in decimal. */
export function blindWords(key: Buffer, words: Iterable<string>): string[] {
  let forms = known.get(key)
  if (!forms || forms.size > KNOWN_MAX) {
    forms = new Map()
    known.set(key, forms)
  }
  const blinded: string[] = []
  for (const word of words) {
    let form = forms.get(word)
    if (form === undefined) {
      form = hmac(key, word).readBigInt64BE(0).toString()
      forms.set(word, form)
    }
    blinded.push(form)
  }
  return blinded
}

/** The words of a search in their index form. */
export const indexWords = (secret: InstallationSecret, q: string): string[] =>
  blindWords(secret.key('search-token'), wordsOf(q))
