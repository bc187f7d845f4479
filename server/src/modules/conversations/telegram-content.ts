import type { FileKind, MessageContent, ShownEntity } from '@tracedesk/contracts'
import { integerAt, isObject, type Json, numberAt, objectAt, textAt } from './json-members.ts'

/** A file as Telegram describes it in a message. Pixels, seconds, bytes. */
export interface TelegramFile {
  readonly telegramFileId: string
  readonly kind: FileKind
  readonly name: string | null
  readonly size: number | null
  readonly width: number | null
  readonly height: number | null
  readonly duration: number | null
}

/** What a message of Telegram shows beside its text. */
export interface TelegramContent {
  readonly entities: ShownEntity[]
  readonly content: MessageContent | null
  readonly file: TelegramFile | null
  readonly spoiler: boolean
  readonly album: string | null
  readonly forwardedFrom: string | null
  readonly quote: string | null
}

const NOTHING: TelegramContent = {
  entities: [],
  content: null,
  file: null,
  spoiler: false,
  album: null,
  forwardedFrom: null,
  quote: null,
}

/** The message in an Update object of any kind; null when there is none. */
export function messageOf(update: unknown): Json | null {
  if (!isObject(update)) return null
  const kind = Object.keys(update).find(key => key !== 'update_id')
  const payload = kind === undefined ? null : objectAt(update, kind)
  if (!payload || kind === 'callback_query') return null
  return payload
}

/** Reads a Message object of any age or shape; never throws. */
export function readTelegramContent(message: Json | null): TelegramContent {
  if (!message) return NOTHING
  return {
    entities: readEntities(message.entities ?? message.caption_entities),
    content: readContent(message),
    file: readFile(message),
    spoiler: message.has_media_spoiler === true,
    album: textAt(message, 'media_group_id'),
    forwardedFrom: readOrigin(message),
    quote: textAt(objectAt(message, 'quote') ?? {}, 'text'),
  }
}

function readEntities(list: unknown): ShownEntity[] {
  if (!Array.isArray(list)) return []
  return list.filter(isObject).flatMap(entity => {
    const [type, offset, length] = [
      textAt(entity, 'type'),
      integerAt(entity, 'offset'),
      integerAt(entity, 'length'),
    ]
    if (type === null || offset === null || length === null || offset < 0 || length < 1) return []
    return [{ type, offset, length, url: textAt(entity, 'url'), language: textAt(entity, 'language') }]
  })
}

// The order matters: an animation carries a document as well.
const FILES = ['animation', 'document', 'voice', 'audio', 'video_note', 'video', 'sticker'] as const

/** The file of a message: of a photo its largest size. */
export function readFile(message: Json): TelegramFile | null {
  if (Array.isArray(message.photo)) {
    const sizes = message.photo.filter(isObject)
    const area = (size: Json) => (integerAt(size, 'width') ?? 0) * (integerAt(size, 'height') ?? 0)
    return describeFile(
      'photo',
      sizes.reduce<Json | null>((best, size) => (best && area(best) > area(size) ? best : size), null),
    )
  }
  const kind = FILES.find(each => isObject(message[each]))
  return kind ? describeFile(kind, objectAt(message, kind)) : null
}

function describeFile(kind: FileKind, file: Json | null): TelegramFile | null {
  const telegramFileId = file && textAt(file, 'file_id')
  if (!file || !telegramFileId || telegramFileId.length > 400) return null
  return {
    telegramFileId,
    kind,
    name: textAt(file, 'file_name') ?? titleOf(file),
    size: integerAt(file, 'file_size'),
    width: integerAt(file, 'width') ?? integerAt(file, 'length'),
    height: integerAt(file, 'height') ?? integerAt(file, 'length'),
    duration: integerAt(file, 'duration'),
  }
}

const titleOf = (file: Json): string | null =>
  [textAt(file, 'performer'), textAt(file, 'title')].filter(Boolean).join(' – ') || null

/** Members every message may have; what is left over names its content. */
const FRAME = new Set([
  ...[
    'message_id',
    'message_thread_id',
    'direct_messages_topic',
    'from',
    'sender_chat',
    'sender_boost_count',
  ],
  ...['sender_business_bot', 'date', 'business_connection_id', 'chat', 'forward_origin', 'is_topic_message'],
  ...[
    'is_automatic_forward',
    'reply_to_message',
    'external_reply',
    'quote',
    'reply_to_story',
    'via_bot',
    'edit_date',
  ],
  ...['has_protected_content', 'is_from_offline', 'media_group_id', 'author_signature', 'paid_star_count'],
  ...[
    'entities',
    'caption',
    'caption_entities',
    'link_preview_options',
    'reply_markup',
    'show_caption_above_media',
  ],
  ...[
    'has_media_spoiler',
    'effect_id',
    'forward_from',
    'forward_from_chat',
    'forward_date',
    'forward_sender_name',
  ],
  ...[
    'forward_from_message_id',
    'forward_signature',
    'is_paid_post',
    'reply_to_checklist_task_id',
    'sender_tag',
  ],
])

function readContent(message: Json): MessageContent | null {
  const at = (name: string) => objectAt(message, name)
  const venue = at('venue')
  if (venue) return readVenue(venue)
  const location = at('location')
  if (location) return { type: 'location', ...placeOf(location), live: 'live_period' in location }
  const contact = at('contact')
  if (contact) return readContact(contact)
  const poll = at('poll')
  if (poll) return readPoll(poll)
  const dice = at('dice')
  if (dice)
    return { type: 'dice', emoji: textAt(dice, 'emoji') ?? '🎲', value: integerAt(dice, 'value') ?? 0 }
  const sticker = at('sticker')
  if (sticker) return { type: 'sticker', emoji: textAt(sticker, 'emoji'), set: textAt(sticker, 'set_name') }
  if (typeof message.text === 'string' || Array.isArray(message.photo) || FILES.some(kind => message[kind]))
    return null
  return readRest(message)
}

const placeOf = (place: Json) => ({
  latitude: numberAt(place, 'latitude') ?? 0,
  longitude: numberAt(place, 'longitude') ?? 0,
})

function readVenue(venue: Json): MessageContent {
  const place = placeOf(objectAt(venue, 'location') ?? {})
  return {
    type: 'venue',
    ...place,
    title: textAt(venue, 'title') ?? '',
    address: textAt(venue, 'address') ?? '',
  }
}

function readContact(contact: Json): MessageContent {
  const name = [textAt(contact, 'first_name'), textAt(contact, 'last_name')].filter(Boolean).join(' ')
  return { type: 'contact', name, phone: textAt(contact, 'phone_number') ?? '' }
}

function readPoll(poll: Json): MessageContent {
  const options = Array.isArray(poll.options) ? poll.options.filter(isObject) : []
  return {
    type: 'poll',
    question: textAt(poll, 'question') ?? '',
    options: options.map(option => ({
      text: textAt(option, 'text') ?? '',
      votes: integerAt(option, 'voter_count') ?? 0,
    })),
    votes: integerAt(poll, 'total_voter_count') ?? 0,
    closed: poll.is_closed === true,
    quiz: poll.type === 'quiz',
  }
}

/** Service messages and everything newer than this program: named by their members, with the first text they hold. */
function readRest(message: Json): MessageContent | null {
  // Telegram says the older name beside the newer one
  const names = Object.keys(message).filter(
    name => !FRAME.has(name) && !(name === 'user_shared' && 'users_shared' in message),
  )
  const [what] = names
  if (what === undefined) return null
  const detail = textAt(message, what) ?? amountOf(message[what]) ?? firstText(message[what])
  return names.length === 1
    ? { type: 'service', what: what.slice(0, 60), detail }
    : { type: 'other', what: names.slice(0, 10).map(name => name.slice(0, 60)), detail }
}

/** What was paid, as `12.50 USD`: Telegram counts in the smallest unit of a currency, and stars (XTR) whole. */
function amountOf(payment: unknown): string | null {
  if (!isObject(payment) || textAt(payment, 'title') !== null) return null
  const [currency, amount] = [textAt(payment, 'currency'), integerAt(payment, 'total_amount')]
  if (currency === null || amount === null || !/^[A-Z]{3}$/.test(currency)) return null
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const digits = currency === 'XTR' ? 0 : (format.resolvedOptions().maximumFractionDigits ?? 2)
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`
}

const TELLING = [
  'title',
  'name',
  'text',
  'question',
  'first_name',
  'data',
  'description',
  'prize_description',
  'currency',
]

function firstText(value: unknown): string | null {
  const object = Array.isArray(value) ? value.find(isObject) : value
  if (!isObject(object)) return null
  const name = TELLING.find(each => textAt(object, each))
  return name ? (textAt(object, name)?.slice(0, 200) ?? null) : null
}

function readOrigin(message: Json): string | null {
  const origin = objectAt(message, 'forward_origin')
  if (!origin)
    return (
      nameOf(objectAt(message, 'forward_from') ?? objectAt(message, 'forward_from_chat')) ??
      textAt(message, 'forward_sender_name')
    )
  return (
    textAt(origin, 'sender_user_name') ??
    nameOf(objectAt(origin, 'sender_user') ?? objectAt(origin, 'sender_chat') ?? objectAt(origin, 'chat')) ??
    ''
  )
}

const nameOf = (party: Json | null): string | null =>
  party &&
  (textAt(party, 'title') ??
    ([textAt(party, 'first_name'), textAt(party, 'last_name')].filter(Boolean).join(' ') || null))
