import { isObject, type JsonObject } from './json.ts'
import { badRequest } from './refusal.ts'

const ACTIONS = [
  'url',
  'callback_data',
  'web_app',
  'login_url',
  'switch_inline_query',
  'switch_inline_query_current_chat',
  'switch_inline_query_chosen_chat',
  'copy_text',
  'callback_game',
  'pay',
]

/**
 * The keyboard a message keeps: inline keyboards stay with it, the other kinds only change the keyboard of the person.
 * Refuses buttons without exactly one action and callback data outside of 1 to 64 bytes.
 */
export function readInlineKeyboard(markup: JsonObject | undefined): JsonObject | undefined {
  const rows = markup?.inline_keyboard
  if (!Array.isArray(rows)) return undefined
  const buttons = rows.flatMap(row => (Array.isArray(row) ? row : [])).filter(isObject)
  for (const button of buttons) checkButton(button)
  return buttons.length > 0 ? markup : undefined
}

function checkButton(button: JsonObject): void {
  if (button.text === '') throw badRequest("can't parse inline keyboard button: text is empty")
  const actions = ACTIONS.filter(action => button[action] !== undefined)
  if (actions.length === 0)
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
  if (actions.length > 1)
    throw badRequest(`can't parse inline keyboard button: it has several actions (${actions.join(', ')})`)
  const data = button.callback_data
  if (typeof data !== 'string') return
  const bytes = Buffer.byteLength(data)
  if (bytes < 1 || bytes > 64) throw badRequest('BUTTON_DATA_INVALID')
}
