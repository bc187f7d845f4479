/** By what somebody is known, now and formerly, as it was written. */
export interface Identity {
  /** Display names and nicknames. */
  readonly names: readonly string[]
  readonly telegramIds: readonly string[]
  /** Without the @. */
  readonly usernames: readonly string[]
  readonly emails: readonly string[]
  readonly phones: readonly string[]
}

/**
 * What a text is: words that somebody wrote, or a search, which was typed to find somebody. A first name alone is many
 * people's, so it counts only in a search or where it is the whole text.
 */
export type TextKind = 'words' | 'search'

/** Does a text hold somebody? */
export type HoldsPerson = (text: string, kind: TextKind) => boolean

const NOT_OF_A_WORD = /[^\p{L}\p{N}]+/u
const MARKS = /\p{M}+/gu
/** Scripts without spaces: a name of three characters is a full name. */
const IDEOGRAPHIC = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+$/u
const IDEOGRAPHIC_MIN = 3
/** What can be a telephone number within a text. */
const NUMBERS = /\+?\d[\d ().\-/]{4,}\d/g
const PHONE_DIGITS = { min: 7, compared: 10 }

const fold = (text: string): string =>
  text.toWellFormed().normalize('NFKC').toLowerCase().normalize('NFD').replace(MARKS, '')

/**
 * The words of a text in their order, folded as the word search folds them: compatibility forms, capitals and accents
 * make no difference.
 */
export const wordsInOrder = (text: string): string[] => fold(text).split(NOT_OF_A_WORD).filter(Boolean)

/** A name as it is compared with others. */
export const foldName = (name: string): string => wordsInOrder(name).join(' ')

/** Two words or more, or a name in characters that needs no space. What nobody else is called by accident. */
export const isFullName = (name: string): boolean => {
  const words = wordsInOrder(name)
  const isWord = (word: string) => [...word].length > 1 || IDEOGRAPHIC.test(word)
  return words.filter(isWord).length > 1 || words.some(isDense)
}

/** A full name that is found without spaces around it. */
const isDense = (word: string): boolean => IDEOGRAPHIC.test(word) && [...word].length >= IDEOGRAPHIC_MIN

/** Ideographic names are written without a space, the family name first or last: 小明 王 is 王小明 as well. */
const joined = (words: readonly string[]): string[] =>
  words.every(word => IDEOGRAPHIC.test(word)) ? [words.join(''), words.toReversed().join('')] : []

/**
 * Tells whether texts hold somebody. A full name counts anywhere, as whole words in either order; a Telegram number as a
 * whole word; a username behind an @ or a t.me/; an e-mail address; a telephone number however it is written. What is
 * shorter counts in a search and where it is the whole text.
 */
export function recognise(identity: Identity): HoldsPerson {
  const named = identity.names.map(wordsInOrder).filter(words => words.length > 0)
  const full = named
    .filter(words => isFullName(words.join(' ')))
    .flatMap(words => [spaced(words), ...(words.length > 1 ? [spaced(words.toReversed())] : [])])
  const run = named.flatMap(joined)
  const dense = run.filter(isDense)
  const numbers = identity.telegramIds.filter(id => id.length > 4).map(id => ` ${id} `)
  const users = identity.usernames.map(fold).filter(Boolean)
  const emails = identity.emails.map(fold).filter(Boolean)
  const phones = identity.phones.flatMap(phone => comparable(phone) ?? [])
  const alone = new Set([
    ...named.map(words => words.join(' ')),
    ...run,
    ...identity.usernames.map(foldName).filter(Boolean),
    ...identity.telegramIds,
  ])
  return (text, kind) => {
    const folded = fold(text)
    const words = folded.split(NOT_OF_A_WORD).filter(Boolean)
    const line = spaced(words)
    return (
      [...full, ...numbers].some(name => line.includes(name)) ||
      dense.some(name => line.includes(name)) ||
      alone.has(words.join(' ')) ||
      (kind === 'search' &&
        [...alone].some(name => line.includes(IDEOGRAPHIC.test(name) ? name : ` ${name} `))) ||
      users.some(user => isMentioned(folded, user)) ||
      emails.some(email => stands(folded, email)) ||
      (phones.length > 0 && phonesIn(folded).some(phone => phones.includes(phone)))
    )
  }
}

const spaced = (words: readonly string[]): string => ` ${words.join(' ')} `

const isMentioned = (folded: string, user: string): boolean =>
  [`@${user}`, `t.me/${user}`].some(form => stands(folded, form))

/** Whether `form` stands in a text with no letter, digit or underscore running on behind it, nor before it. */
function stands(folded: string, form: string): boolean {
  const isPart = (character: string | undefined) =>
    character !== undefined && /[\p{L}\p{N}_]/u.test(character)
  for (let at = folded.indexOf(form); at >= 0; at = folded.indexOf(form, at + 1))
    if (!isPart(folded[at + form.length]) && !(isPart(form[0]) && isPart(folded[at - 1]))) return true
  return false
}

/** The digits by which telephone numbers are compared: the last ten, whatever stands for the country. */
function comparable(phone: string): string | null {
  const digits = phone.replace(/\D/g, '')
  return digits.length < PHONE_DIGITS.min ? null : digits.slice(-PHONE_DIGITS.compared)
}

const phonesIn = (text: string): string[] =>
  (text.match(NUMBERS) ?? []).flatMap(found => comparable(found) ?? [])

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const PHONE = /^\+?[\d ().\-/]+$/

/** What values of a customer's fields are by their shape: e-mail addresses and telephone numbers. The rest names nobody. */
export function addressesAmong(values: readonly string[]): Pick<Identity, 'emails' | 'phones'> {
  const given = values.map(value => value.trim())
  return {
    emails: given.filter(value => EMAIL.test(value)),
    phones: given.filter(value => PHONE.test(value) && comparable(value) !== null),
  }
}
