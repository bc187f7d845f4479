import { ProfileField } from '@tracedesk/contracts'
import { ConsoleError } from '../../kernel/console-error.ts'
import type { BotIdentity, ProfileReader } from '../../modules/bots/index.ts'
import { TelegramClient, TelegramRefusal } from './client.ts'
import { NoAnswer, Transport } from './transport.ts'

/**
 * Asks Telegram whose token it is (getMe). Throws ConsoleError `bot.token_refused` when it is nobody's and
 * `telegram.unreachable` when Telegram cannot be asked or is in trouble.
 */
export function createIdentify(apiRoot: string): (token: string) => Promise<BotIdentity> {
  const transport = new Transport(apiRoot)
  return token =>
    asked(async () => {
      const me = await new TelegramClient(token, apiRoot, transport).getMe()
      return { telegramId: me.id, username: me.username, name: nameOf(me.first_name, me.username) }
    })
}

/** Asks Telegram what it shows of a bot. Throws as `createIdentify` does. */
export function createProfileReader(apiRoot: string): ProfileReader {
  const transport = new Transport(apiRoot)
  const clientOf = (token: string) => new TelegramClient(token, apiRoot, transport)
  return {
    commands: (token, scope, language) => asked(() => clientOf(token).getCommands(scope, language)),
    // a token begins with the number of its bot
    photo: (token, size) => asked(() => clientOf(token).getPhoto(Number(token.split(':')[0]), size)),
    texts: (token, language) =>
      asked(async () => {
        const client = clientOf(token)
        const [name, description, short] = await Promise.all([
          client.getText(ProfileField.enum.name, language),
          client.getText(ProfileField.enum.description, language),
          client.getText(ProfileField.enum.short_description, language),
        ])
        return { name, description, short_description: short }
      }),
  }
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof TelegramRefusal && error.isAboutToken) throw new ConsoleError('bot.token_refused')
    if (error instanceof TelegramRefusal)
      throw new ConsoleError('telegram.unreachable', { errorCode: error.errorCode })
    if (error instanceof NoAnswer) throw new ConsoleError('telegram.unreachable', { cause: error.code })
    throw error
  }
}

const nameOf = (firstName: string, username: string): string =>
  firstName
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .toWellFormed()
    .slice(0, 80) || username
