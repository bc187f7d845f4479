import type { QueryOutput } from '@tracedesk/contracts'

export type Bot = QueryOutput<'bot.list'>['items'][number]
