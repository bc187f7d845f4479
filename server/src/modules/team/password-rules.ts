import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { readSetting } from './settings.ts'

/**
 * What people choose when they are asked for "something longer": these words alone, doubled, or dressed in digits,
 * punctuation and look-alike letters. Written small, without the dress.
 */
const COMMON = new Set(
  `access account admin administrator alexander andrea anthony apple arsenal asdf asdfgh asdfghjkl ashley babygirl
  barcelona baseball basketball batman beautiful blink brandon butterfly changeme changeit charlie chelsea chocolate
  computer cookie corvette daniel default dragon elizabeth eminem family ferrari flower football forever freedom
  friend friends gabriel gateway ginger google guest hannah harley hello helloworld hockey hunter iceman iloveyou
  iloveu internet jasmine jennifer jessica jordan joshua justin killer killerbee kitten letmein letmeinnow liverpool
  login london lovely loveme manager marina martin maverick master matrix matthew melissa mercedes metallica michael
  michelle microsoft monkey morgan mustang mypassword newpassword nicole ninja nothing officer orange paradise pass
  passw passphrase password passwort passwd patrick pepper pokemon princess private qazwsx qazwsxedc qwer qwert
  qwertz qwerty qwertyui qwertyuiop ranger realmadrid robert root samantha samsung secret secure security server
  shadow slipknot soccer spiderman spring starwars steelers summer sunflower sunshine superman superstar support
  supervisor sweety system taylor telegram temporary test tester testing thomas thunder tigger tracedesk trustno
  trustme unknown user username victoria welcome welcomeback whatever william winter wizard yankees yellow zaqwsx
  zxcvbn zxcvbnm parol privet lyubov natasha woaini woaini senha contrasena motdepasse azerty azertyuiop bonjour
  doudou soleil hallo schatz ficken geheim`
    .split(/\s+/)
    .filter(word => word !== ''),
)
const LOOK_ALIKES: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
}
/** Rows of a keyboard and the two rows everybody knows; whatever runs along one of them is common. */
const ROWS = [
  '01234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qazwsxedcrfvtgbyhnujmik',
  '1qaz2wsx3edc4rfv5tgb',
]

const reverse = (text: string) => [...text].reverse().join('')
const undress = (text: string) => text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
const unleet = (text: string) => [...text].map(c => LOOK_ALIKES[c] ?? c).join('')

/** One to four characters over and over: `aaaaaaaaaa`, `abcabcabcabc`. */
const isRepetition = (text: string) => /^(.{1,4}?)\1+.{0,3}$/su.test(text)
/** A run along a row, forwards or backwards, perhaps begun anew: `1234567890`, `qwertyuiop123`. */
function isRun(text: string): boolean {
  const rows = ROWS.flatMap(row => [row, reverse(row)])
  let rest = text
  while (rest.length >= 3) {
    const length = Math.max(...rows.map(row => longestStart(rest, row)))
    if (length < 3) return false
    rest = rest.slice(length)
  }
  return text.length > rest.length
}
function longestStart(text: string, row: string): number {
  let length = Math.min(text.length, row.length)
  while (length > 0 && !row.includes(text.slice(0, length))) length--
  return length
}
const isWord = (word: string) =>
  COMMON.has(word) ||
  [...COMMON].some(start => word.startsWith(start) && COMMON.has(word.slice(start.length)))

/** Is this one of the passwords that are tried first? */
export function isCommonPassword(password: string): boolean {
  const plain = password.toLowerCase().replaceAll(/\s+/g, '')
  const forms = [plain, undress(plain), undress(unleet(plain)), unleet(undress(plain))]
  return isRepetition(plain) || isRun(plain) || forms.some(isWord)
}

/** The e-mail's own name, its parts of four letters or more, and its domain: none of them may stand in it. */
export function namesOwner(password: string, email: string): boolean {
  const [local = '', domain = ''] = email.toLowerCase().split('@')
  const plain = password.toLowerCase()
  const pieces = [local, ...local.split(/[^\p{L}\p{N}]+/u), domain]
  return pieces.some(piece => piece.length >= 4 && plain.includes(piece))
}

/**
 * Refuses a password that the workspace's rules do not allow. Throws `password.too_short`, `password.too_common` or
 * `password.names_owner`. Without a workspace (while one is set up) the defaults hold.
 */
export async function requireGoodPassword(
  db: ReadDb | Tx,
  workspaceId: string | null,
  password: string,
  email: string,
): Promise<void> {
  const rule = async (key: string, initial: number | boolean) =>
    workspaceId ? await readSetting(db, workspaceId, key) : initial
  const min = Number(await rule('access.password_min_length', 10))
  if ([...password].length < min) throw new ConsoleError('password.too_short', { min })
  if ((await rule('access.password_refuse_common', true)) === true && isCommonPassword(password))
    throw new ConsoleError('password.too_common')
  if (namesOwner(password, email)) throw new ConsoleError('password.names_owner')
}
