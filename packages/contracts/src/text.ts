import { z } from 'zod'

/** Telegram counts text in UTF-16 code units: `sendMessage` takes 1 to 4096 of them. */
export const MESSAGE_TEXT_MAX = 4096

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

export const Email = z.email().max(254).toLowerCase()
export const Password = z.string().min(10).max(256).refine(wellFormed, { message: 'text.not_well_formed' })

/** An instant: RFC 3339 in UTC with six fraction digits, as PostgreSQL's clock gives it. */
export const Instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
export type Instant = z.infer<typeof Instant>

/** What a caller may give for an instant: RFC 3339 with any zone and zero to six fraction digits. */
export const InstantInput = z.iso.datetime({ offset: true })

/** A #rrggbb colour. */
export const Colour = z.string().regex(/^#[0-9a-f]{6}$/)
