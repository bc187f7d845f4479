import type { BotReference } from './correspondent.ts'
import type { Person } from './person.ts'
import { drawLandscape, drawScreenshot, drawTgsSticker, drawWebpSticker, writePdf } from './pictures.ts'
import type { Random } from './random.ts'
import { ROUND_VIDEO, VOICE } from './recordings.ts'

type Show = (person: Person, bot: BotReference, random: Random) => number

const PNG = { mimeType: 'image/png' }
const COLOURS = [
  [255, 140, 66],
  [76, 149, 108],
  [93, 115, 226],
] as const

const photo: Show = (person, bot, random) => {
  person.sendPhoto(bot, random.chance(0.5) ? drawLandscape(random) : drawScreenshot(random), PNG)
  return 1
}
const album: Show = (person, bot, random) => {
  const count = random.integer(2, 4)
  const photos = Array.from({ length: count }, () => drawLandscape(random, 360, 360))
  person.sendAlbum(bot, photos, { ...PNG, caption: `${count} × 📷` })
  return count
}
const voice: Show = (person, bot) => {
  person.sendVoice(bot, VOICE.bytes(), { duration: VOICE.duration })
  return 1
}
const roundVideo: Show = (person, bot) => {
  const { side, duration } = ROUND_VIDEO
  person.sendVideoNote(bot, ROUND_VIDEO.bytes(), { width: side, height: side, duration })
  return 1
}
const sticker: Show = (person, bot, random) => {
  if (random.chance(0.5)) person.sendSticker(bot, drawWebpSticker(), { emoji: '🙂' })
  else {
    const moving = { mimeType: 'application/x-tgsticker', width: 512, height: 512, emoji: '🏀' }
    person.sendSticker(bot, drawTgsSticker(random.pick(COLOURS)), moving)
  }
  return 1
}
const invoice: Show = (person, bot, random) => {
  const number = `HS-${random.integer(10_000, 99_999)}`
  const lines = ['Harbour Shop', `Invoice ${number}`, '', '1 x Rope, 20 m      34.90', 'Paid by card']
  person.sendDocument(bot, writePdf(lines), { name: `${number}.pdf`, mimeType: 'application/pdf' })
  return 1
}
const place: Show = (person, bot, random) => {
  // somewhere in Riga
  person.sendLocation(bot, 56.94 + random.next() / 50, 24.08 + random.next() / 25)
  return 1
}

/** Pictures come most often, as they do. */
const SHOWS: readonly Show[] = [
  photo,
  photo,
  photo,
  album,
  voice,
  voice,
  sticker,
  sticker,
  invoice,
  place,
  roundVideo,
]

/** A customer sends something that is no text, all of it drawn or recorded for this. Returns the number of messages. */
export const showSomething: Show = (person, bot, random) => random.pick(SHOWS)(person, bot, random)

/** Sends one of each. Returns the number of messages. */
export const showEverything: Show = (person, bot, random) =>
  [...new Set(SHOWS)].reduce((count, show) => count + show(person, bot, random), 0)
