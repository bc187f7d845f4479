import { CATALOGUE } from '@tracedesk/contracts'

export interface MappedPart {
  readonly name: string
  readonly owner: 'customer' | 'actor' | 'subject' | 'visitor'
  readonly events: string[]
  readonly erasable: boolean
}

export interface MappedPlace {
  readonly place: string
  readonly what: string
  readonly protection: string
  readonly erasure: string
}

/** Every place outside the ledger's parts where something personal of a customer can lie, and what an erasure does there. */
const PLACES: readonly MappedPlace[] = [
  {
    place: 'log_part',
    what: 'words, names, Telegram identity, notes, whole updates',
    protection: 'sealed under the person’s own key',
    erasure: 'the key is destroyed and the rows are removed',
  },
  {
    place: 'log_text',
    what: 'blinded words for the search',
    protection: 'keyed digests, no words',
    erasure: 'removed',
  },
  {
    place: 'customer',
    what: 'Telegram id, name, username, language, nickname, remark',
    protection: 'database roles',
    erasure: 'emptied; the id stays, and names nobody',
  },
  {
    place: 'customer_field, customer_label, consent',
    what: 'fields, labels and consents in force',
    protection: 'database roles',
    erasure: 'removed; that consents were given stays in the log',
  },
  {
    place: 'conversation',
    what: 'the chat’s number',
    protection: 'database roles',
    erasure: 'emptied; open conversations are resolved',
  },
  {
    place: 'telegram_update, telegram_outbox',
    what: 'what arrived and is not dealt with, what waits to be sent',
    protection: 'bodies sealed by the installation key',
    erasure: 'emptied and removed',
  },
  {
    place: 'idempotency',
    what: 'answers kept for repeated requests, 24 hours',
    protection: 'sealed by the installation key',
    erasure: 'those that name the person are emptied',
  },
  {
    place: 'files',
    what: 'photos, voice and documents',
    protection: 'sealed under the person’s own key',
    erasure: 'removed',
  },
  {
    place: 'exports, privacy, bundles',
    what: 'finished exports, packages and bundles of evidence',
    protection: 'readable only by the server’s user; they expire',
    erasure: 'those in which the person appears are removed',
  },
]

/** What personal parts the catalogue knows, by name and owner, and where else personal data lies. */
export function describeData(): { parts: MappedPart[]; places: MappedPlace[] } {
  const parts = new Map<string, MappedPart>()
  for (const event of [...CATALOGUE.values()].sort((a, b) => (a.name < b.name ? -1 : 1)))
    for (const [name, declared] of Object.entries(event.parts)) {
      // what an event about a customer seals under its subject's key is the customer's
      const owner = declared === 'subject' && event.subject === 'customer' ? 'customer' : declared
      const key = `${name}/${owner}`
      const known = parts.get(key) ?? { name, owner, events: [], erasable: owner === 'customer' }
      known.events.push(event.name)
      parts.set(key, known)
    }
  return {
    parts: [...parts.values()].sort((a, b) => (`${a.owner}/${a.name}` < `${b.owner}/${b.name}` ? -1 : 1)),
    places: [...PLACES],
  }
}
