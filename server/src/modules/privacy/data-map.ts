import { CATALOGUE, type DataPlace } from '@tracedesk/contracts'

export interface MappedPart {
  readonly name: string
  readonly owner: 'customer' | 'actor' | 'subject' | 'visitor'
  readonly events: string[]
  readonly erasable: boolean
  /** In days, by the rules in force, over the events; null for ever. */
  kept: { shortest: number | null; longest: number | null }
}

export interface MappedPlace {
  readonly code: DataPlace
  readonly tables: readonly string[]
  readonly what: string
  readonly protection: string
  readonly erasure: string
}

/** For how many days a part of an event is kept under the rules in force, null for ever; the retention module provides it. */
export type KeptFor = (event: string, part: string) => number | null

/** Every place where something personal of a customer can lie, and what an erasure does there. */
const PLACES: readonly MappedPlace[] = [
  {
    code: 'parts',
    tables: ['log_part'],
    what: 'Words, names, Telegram identity, notes, whole updates',
    protection: 'Sealed under the person’s own key',
    erasure: 'The key is destroyed and the rows are removed',
  },
  {
    code: 'search',
    tables: ['log_text'],
    what: 'Blinded words for the search',
    protection: 'Keyed digests, no words',
    erasure: 'Removed',
  },
  {
    code: 'customer',
    tables: ['customer'],
    what: 'Telegram number, name, username, language, nickname, remark',
    protection: 'Database roles',
    erasure: 'Emptied; the id stays and names nobody',
  },
  {
    code: 'profile',
    tables: ['customer_field', 'customer_label', 'consent'],
    what: 'What is in force for a customer',
    protection: 'Database roles',
    erasure: 'Removed; that a consent was given stays in the log',
  },
  {
    code: 'conversation',
    tables: ['conversation'],
    what: 'The chat’s number',
    protection: 'Database roles',
    erasure: 'Emptied; open conversations are resolved',
  },
  {
    code: 'queues',
    tables: ['telegram_update', 'telegram_outbox'],
    what: 'What arrived and is not dealt with, what waits to be sent',
    protection: 'Bodies sealed by the installation’s key',
    erasure: 'Emptied and removed',
  },
  {
    code: 'answers',
    tables: ['idempotency'],
    what: 'Answers kept for repeated requests, 24 hours',
    protection: 'Sealed by the installation’s key',
    erasure: 'Those that name the person are emptied',
  },
  {
    code: 'files',
    tables: ['file'],
    what: 'Photos, voice, documents',
    protection: 'Sealed under the person’s own key',
    erasure: 'Removed',
  },
  {
    code: 'exports',
    tables: ['DATA_DIR/exports', 'DATA_DIR/privacy', 'DATA_DIR/bundles', 'DATA_DIR/imports/uploads'],
    what: 'Finished exports, packages for customers, bundles of evidence',
    protection: 'Readable only by the server’s user; they expire',
    erasure: 'Those in which the person appears are removed',
  },
  {
    code: 'typed',
    tables: ['log_part', 'log_view', 'inbox_view', 'export_schedule', 'mention_search'],
    what: 'What colleagues typed: searches, reasons, names of views, notes beside others, cases',
    protection: 'Sealed under the colleague’s key, or that of whom it is about',
    erasure: 'What names the person is destroyed moments later, as an entry says',
  },
  {
    code: 'archives',
    tables: ['ARCHIVE_URL'],
    what: 'Closed months; personal pieces only if the policy takes them along',
    protection: 'Sealed under the person’s own key',
    erasure: 'Not rewritten: with the key gone nobody can open them',
  },
  {
    code: 'streams',
    tables: [],
    what: 'Entries sent on as they come; personal pieces only where a stream is set to open',
    protection: 'TLS; kept here are positions, no words',
    erasure: 'Out of reach here: whoever received them is told by the entry of the erasure',
  },
  {
    code: 'telegram',
    tables: [],
    what: 'The chat in the customer’s own Telegram',
    protection: 'Telegram’s own',
    erasure: 'Out of reach here: the customer deletes it there',
  },
]

const OWNERS = ['customer', 'subject', 'actor', 'visitor'] as const

/** What personal parts the catalogue knows, by name and owner, and where else personal data lies. */
export function describeData(keptFor: KeptFor): { parts: MappedPart[]; places: MappedPlace[] } {
  const parts = new Map<string, MappedPart>()
  for (const event of [...CATALOGUE.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
    for (const [name, declared] of Object.entries(event.parts)) {
      // what an event about a customer seals under its subject's key is the customer's
      const owner = declared === 'subject' && event.subject === 'customer' ? 'customer' : declared
      const key = `${name}/${owner}`
      const kept = keptFor(event.name, name)
      const known = parts.get(key)
      if (known) known.events.push(event.name)
      parts.set(key, {
        ...(known ?? { name, owner, events: [event.name], erasable: owner === 'customer' }),
        kept: known ? widen(known.kept, kept) : { shortest: kept, longest: kept },
      })
    }
  return {
    // the customer's first: they are whom the record is kept for
    parts: [...parts.values()].sort(
      (a, b) => OWNERS.indexOf(a.owner) - OWNERS.indexOf(b.owner) || (a.name < b.name ? -1 : 1),
    ),
    places: [...PLACES],
  }
}

/** Null is for ever, which is longer than any number of days. */
const widen = ({ shortest, longest }: MappedPart['kept'], days: number | null): MappedPart['kept'] => ({
  shortest: shortest === null ? days : days === null ? shortest : Math.min(shortest, days),
  longest: longest === null || days === null ? null : Math.max(longest, days),
})
