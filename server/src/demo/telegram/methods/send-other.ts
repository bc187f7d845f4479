import type { Call } from '../call.ts'
import { defined, isObject, type JsonObject } from '../json.ts'
import { change } from '../post.ts'
import { badRequest } from '../refusal.ts'
import { findMessage } from '../rooms.ts'
import { roomOf, send } from './target.ts'

export function sendLocation(call: Call): JsonObject {
  return send(call, { location: readLocation(call) })
}

function readLocation(call: Call): JsonObject {
  const [latitude = 0, longitude = 0] = [call.integer('latitude'), call.integer('longitude')]
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) throw badRequest('wrong location')
  return defined({
    latitude,
    longitude,
    horizontal_accuracy: call.json('horizontal_accuracy'),
    live_period: call.json('live_period'),
    heading: call.json('heading'),
    proximity_alert_radius: call.json('proximity_alert_radius'),
  })
}

export function sendVenue(call: Call): JsonObject {
  const location = readLocation(call)
  const details = defined({
    title: call.json('title'),
    address: call.json('address'),
    foursquare_id: call.json('foursquare_id'),
    foursquare_type: call.json('foursquare_type'),
    google_place_id: call.json('google_place_id'),
    google_place_type: call.json('google_place_type'),
  })
  // A venue repeats its place as a location.
  return send(call, { venue: { location, ...details }, location })
}

export function sendContact(call: Call): JsonObject {
  const contact = defined({
    phone_number: call.json('phone_number'),
    first_name: call.json('first_name'),
    last_name: call.json('last_name'),
    vcard: call.json('vcard'),
  })
  return send(call, { contact })
}

const DICE_SIDES: Readonly<Record<string, number>> = { '🎲': 6, '🎯': 6, '🎳': 6, '🏀': 5, '⚽': 5, '🎰': 64 }

export function sendDice(call: Call): JsonObject {
  const emoji = call.string('emoji') ?? '🎲'
  const sides = DICE_SIDES[emoji]
  if (!sides) throw badRequest('wrong dice emoji')
  return send(call, { dice: { emoji, value: call.world.random.integer(1, sides) } })
}

export function sendPoll(call: Call): JsonObject {
  const question = call.requiredString('question')
  const options = (call.list('options') ?? []).filter(isObject)
  if (question === '' || question.length > 300) throw badRequest('poll question must be of 1-300 characters')
  if (options.length < 1 || options.length > 12) throw badRequest('poll must have 1-12 options')
  return send(call, { poll: describePoll(call, question, options) })
}

function describePoll(call: Call, question: string, options: readonly JsonObject[]): JsonObject {
  return defined({
    id: String(call.world.random.integer(1e9, 9e12)),
    question,
    options: options.map((option, index) => ({
      persistent_id: String(index),
      text: option.text ?? '',
      voter_count: 0,
    })),
    total_voter_count: 0,
    is_closed: call.flag('is_closed'),
    is_anonymous: call.value('is_anonymous') !== false,
    type: call.string('type') ?? 'regular',
    allows_multiple_answers: call.flag('allows_multiple_answers'),
    allows_revoting: call.flag('allows_revoting'),
    members_only: call.flag('members_only'),
    correct_option_ids: call.json('correct_option_ids'),
    explanation: call.json('explanation'),
    open_period: call.json('open_period'),
    close_date: call.json('close_date'),
  })
}

/** stopPoll: closes a poll of the bot and answers it as it ended. */
export function stopPoll(call: Call): JsonObject {
  const message = findMessage(
    roomOf(call),
    call.requiredInteger('message_id'),
    'message with poll to stop not found',
  )
  const poll = message.body.poll
  if (!isObject(poll) || message.authorId !== call.bot.id) throw badRequest("poll can't be stopped")
  if (poll.is_closed === true) throw badRequest('poll has already been closed')
  const closed = { ...poll, is_closed: true }
  change(call.world, message, { poll: closed }, false)
  return closed
}
