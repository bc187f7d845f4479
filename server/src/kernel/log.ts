import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'

export type { Logger }

// Telegram puts the bot's token into the path of every call (`/bot<token>/<method>`); it must never reach a log line.
const TOKEN = /\d{5,}:[A-Za-z0-9_-]{30,}/g
/** The text with every bot token in it replaced. */
export const hideTokens = (text: string) => text.replace(TOKEN, '[token]')

/** The server's own log (not the behaviour log): JSON lines, on stdout unless told where, secrets cut out. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    redact: {
      paths: ['password', 'token', '*.password', '*.token', 'headers.authorization', 'headers.cookie'],
      censor: '[hidden]',
    },
    serializers: {
      err: (error: Error) => ({
        type: error.name,
        message: hideTokens(error.message),
        stack: hideTokens(error.stack ?? ''),
        ...('code' in error ? { code: error.code } : {}),
      }),
    },
    hooks: {
      logMethod(args, method) {
        for (let i = 0; i < args.length; i++)
          if (typeof args[i] === 'string') args[i] = hideTokens(args[i] as string) as never
        method.apply(this, args)
      },
    },
  }
  return destination ? pino(options, destination) : pino(options)
}
