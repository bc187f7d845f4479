import type { QueryOutput } from '@tracedesk/contracts'

export type Stream = QueryOutput<'stream.list'>['items'][number]
/** What is fetched anew after a change of a stream. */
export const STREAMS_CHANGED = [['stream.list'], ['stream.letters']]
