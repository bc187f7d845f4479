import { z } from 'zod'
import { ENTITY_TYPES } from './rules.ts'

/** Telegram counts text in UTF-16 code units: `sendMessage` takes 1 to 4096 of them. */
export const MESSAGE_TEXT_MAX = 4096

/** A caption under a file: at most 1,024 UTF-16 units. */
export const CAPTION_MAX = 1024
/** What Telegram takes from a bot, and what it gives to one: bytes of a file. */
export const UPLOAD_MAX_BYTES = 50 * 1024 * 1024
export const FETCH_MAX_BYTES = 20 * 1024 * 1024
/** Messages can be edited and taken back for so long (Bot API, deleteMessage). */
export const RECALL_HOURS = 48

const wellFormed = (text: string) => text.isWellFormed()
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const withoutControls = (text: string) => !/[\u0000-\u001f\u007f]/u.test(text)

/** What an agent may send or note: well-formed Unicode that is not blank, at most 4,096 UTF-16 units. */
export const MessageText = z
  .string()
  .min(1)
  .max(MESSAGE_TEXT_MAX)
  .refine(wellFormed, { message: 'text.not_well_formed' })
  .refine(text => text.trim().length > 0, { message: 'text.blank' })

/** A one-line name: trimmed, 1 to `max` units, no control characters. */
export const nameUpTo = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine(wellFormed, { message: 'text.not_well_formed' })
    .refine(withoutControls, { message: 'text.control_characters' })

/** Words of several lines that may be missing: trimmed, at most `max` units. */
export const textUpTo = (max: number) =>
  z.string().trim().max(max).refine(wellFormed, { message: 'text.not_well_formed' })

export const Email = z.email().max(254).toLowerCase()
export const Password = z.string().min(10).max(256).refine(wellFormed, { message: 'text.not_well_formed' })

/** An instant: RFC 3339 in UTC with six fraction digits, as PostgreSQL's clock gives it. */
export const Instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
export type Instant = z.infer<typeof Instant>

/** A month of the calendar, in UTC: `2024-03`. */
export const Month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/)

/** What a caller may give for an instant: RFC 3339 with any zone and zero to six fraction digits. */
export const InstantInput = z.iso.datetime({ offset: true })

/** A #rrggbb colour. */
export const Colour = z.string().regex(/^#[0-9a-f]{6}$/)

/** How a stretch of a text is formatted (Bot API, MessageEntity); offset and length in UTF-16 units. */
export const Entity = z.strictObject({
  type: z.enum(ENTITY_TYPES),
  offset: z.int().min(0),
  length: z.int().min(1),
  url: z
    .string()
    .max(2048)
    .refine(url => /^(https?|tg|mailto):/i.test(url) && URL.canParse(url), { message: 'text.link_not_valid' })
    .optional(),
  language: z.string().max(64).optional(),
})
export type Entity = z.infer<typeof Entity>
/** Telegram reads at most 100 of them. */
export const Entities = z
  .array(Entity)
  .max(100)
  .refine(list => list.every(({ type, url }) => (type === 'text_link') === (url !== undefined)), {
    message: 'text.link_not_valid',
  })
