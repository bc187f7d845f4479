import { LOOK_ALIKES } from './look-alikes.generated.ts'

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu
// Accents and strokes over Latin, Greek and Cyrillic letters. Marks of other scripts are vowels and stay.
const MARKS = /[\u0300-\u036f]|[\u0483-\u0489]|[\u20d0-\u20f0]/g
const ASCII_OF = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([letter, alike]) => [...alike].map(each => [each, letter] as const)),
)

/** The text without what cannot be seen (zero-width characters, bidi controls), full-width and styled letters plain. */
export const revealText = (text: string): string =>
  text.replace(INVISIBLE, '').normalize('NFKC').replace(INVISIBLE, '')

/** Letters that look like an ASCII letter become it (UTS #39); accents go. */
const foldLetters = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(MARKS, '')
    .normalize('NFC')
    .replace(/[^\0-\x7f]/gu, letter => ASCII_OF.get(letter) ?? letter)

/**
 * The forms in which a text is compared, small letters all. A capital can look like another letter than its small
 * form does (Cyrillic В looks like B, в does not), so folding small letters and folding capitals finds different
 * things: phrase and text match when they do in the same form. The third form reads a capital I as the l it looks
 * like.
 */
export function formsOf(text: string): readonly [string, string, string] {
  const plain = revealText(text)
  return [
    foldLetters(plain.toLowerCase()).toLowerCase(),
    foldLetters(plain.toUpperCase()).toLowerCase(),
    foldLetters(plain).replaceAll('I', 'l').toLowerCase(),
  ]
}
