import type { CommandInput } from '@tracedesk/contracts'
import type { Stream } from './stream.ts'

type Asked = CommandInput<'stream.create'>
type Kind = Asked['kind']
/** In what an entry is sent, and as what. */
export const ENVELOPES = ['plain', 'cloudevents', 'cloudevents_binary'] as const
export const PAYLOADS = { webhook: ['entry', 'ocsf'], syslog: ['cef', 'entry', 'ocsf'] } as const
export const OUTCOMES = ['done', 'refused', 'failed'] as const
/** Parts of a filter that are ids, or words of a closed list. */
export const OTHERS = [
  'actor',
  'actorKind',
  'department',
  'bot',
  'customer',
  'conversation',
  'subject',
  'source',
] as const
export type Other = (typeof OTHERS)[number]
const othersOf = (filter: Stream['filter']): Draft['others'] =>
  Object.fromEntries(OTHERS.map(name => [name, filter[name] ?? []])) as Draft['others'] // every one of them

/** What the fields hold; an address, authorization or certificate left empty stays as it is. */
export interface Draft {
  kind: Kind
  name: string
  address: string
  envelope: NonNullable<Asked['envelope']>
  payload: NonNullable<Asked['payload']>
  parts: 'withheld' | 'open'
  events: string[]
  outcomes: string[]
  /** New words; left empty those of the stream stay, unless they are dropped. */
  words: string
  dropsWords: boolean
  others: Record<Other, string[]>
  batch: number
  authorization: string
  ca: string
}

const BLANK: Draft = {
  kind: 'webhook',
  name: '',
  address: '',
  envelope: 'plain',
  payload: 'entry',
  parts: 'withheld',
  events: [],
  outcomes: [],
  words: '',
  dropsWords: false,
  others: othersOf({}),
  batch: 1,
  authorization: '',
  ca: '',
}

/** What the form shows first: nothing, or how a stream is set up. */
export const draftOf = (stream: Stream | null): Draft =>
  stream === null
    ? BLANK
    : {
        ...BLANK,
        kind: stream.kind,
        name: stream.name,
        envelope: stream.envelope,
        payload: stream.payload,
        parts: stream.parts,
        events: stream.filter.event ?? [],
        outcomes: stream.filter.outcome ?? [],
        others: othersOf(stream.filter),
        batch: stream.batch,
      }

/** The filter as it was, with what the form shows of it. */
export function filterOf(stream: Stream | null, draft: Draft): NonNullable<Asked['filter']> {
  const { events, outcomes, words, others } = draft
  const { from, to } = stream?.filter ?? {}
  return {
    ...Object.fromEntries(Object.entries(others).filter(([, values]) => values.length > 0)), // the server checks them
    ...(words.trim() ? { q: words.trim() } : {}),
    ...(from?.[0] ? { from: from[0] } : {}),
    ...(to?.[0] ? { to: to[0] } : {}),
    ...(events.length > 0 ? { event: events } : {}),
    ...(outcomes.length > 0 ? { outcome: outcomes as (typeof OUTCOMES)[number][] } : {}),
  }
}

/** Whether the form's filter differs from what the stream has. */
export const isOtherFilter = ({ filter }: Stream, draft: Draft): boolean =>
  draft.words.trim() !== '' ||
  draft.dropsWords ||
  JSON.stringify([filter.event ?? [], filter.outcome ?? [], othersOf(filter)]) !==
    JSON.stringify([draft.events, draft.outcomes, draft.others])
