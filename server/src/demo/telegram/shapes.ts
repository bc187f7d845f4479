import type { Message, User } from 'grammy/types'
import type { JsonObject } from './json.ts'

/**
 * A message for readers outside of the simulation.
 * Every message is checked against the official types when it is sent or delivered, so its shape is known.
 */
export function asMessage(body: JsonObject): Message {
  return body as unknown as Message
}

/** A user for readers outside of the simulation; checked like messages are, inside of which it travels. */
export function asUser(user: JsonObject): User {
  return user as unknown as User
}
