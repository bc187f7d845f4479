import {
  agentInvited,
  customerCreated,
  departmentCreated,
  type EventDefinition,
  labelCreated,
} from '@tracedesk/contracts'
import { newId } from '../../kernel/id.ts'
import type { BulkBatch } from '../../ledger/bulk.ts'
import type { EntryDraft, RecordedActor, RecordedVia } from '../../ledger/draft.ts'
import type { PartOwnerId } from '../../ledger/subject-keys.ts'
import type { Directory, Person } from './directory.ts'
import type { ImportLine, Someone } from './line.ts'
import type { StateRows } from './state-rows.ts'

/** How every entry of an import came here. */
export const VIA: RecordedVia = { source: 'import', requestId: null, sessionId: null, origin: null }
const LABEL_COLOUR = '#868e96'

/** Where a batch of lines comes from and goes to. */
export interface BatchParts {
  readonly importId: string
  readonly botId: string
  readonly directory: Directory
  readonly keys: ReadonlyMap<PartOwnerId, Buffer>
  readonly batch: BulkBatch
  readonly rows: StateRows
}

/** People, departments and labels that lines speak of; each is introduced by an entry when it is met first. */
export class Newcomers {
  readonly #importId: string
  readonly #directory: Directory
  readonly #keys: ReadonlyMap<PartOwnerId, Buffer>
  readonly #batch: BulkBatch
  readonly #rows: StateRows
  /** The import itself, as the actor of what follows from no line alone. */
  readonly importer: RecordedActor

  constructor(parts: BatchParts) {
    this.#importId = parts.importId
    this.#directory = parts.directory
    this.#keys = parts.keys
    this.#batch = parts.batch
    this.#rows = parts.rows
    this.importer = { kind: 'import', id: parts.importId, role: null, departments: [], named: null }
  }

  /** Who acts in a line, as its entry names them. */
  actorOf({ actor, at }: ImportLine): RecordedActor {
    const nobody = { kind: actor.kind, id: null, role: null, departments: [], named: null }
    if (actor.kind === 'agent') {
      const agent = this.#agent(actor.key, actor.name, at)
      return { ...nobody, id: agent.id, named: agent.namedBy }
    }
    if (actor.kind === 'customer') {
      const customer = this.customer(actor.key, actor.name, at)
      return { ...nobody, id: customer.id, named: customer.namedBy }
    }
    return nobody
  }

  /** The customer of an outside key; `name` is how they are called when they are new. */
  customer(key: string, name: string | undefined, at: string): Person {
    const known = this.#directory.customers.get(key)
    if (known) return known
    const person = { id: this.#directory.customerId(key), namedBy: newId() }
    const called = name ?? key
    const subject = { kind: 'customer', id: person.id, named: person.namedBy }
    this.#introduce(
      customerCreated,
      at,
      subject,
      { language: null },
      {
        id: person.namedBy,
        name: called,
        customerId: person.id,
      },
    )
    this.#rows.customer(person, called, at)
    this.#directory.customers.set(key, person)
    return person
  }

  /** The id of an agent whom a line names; null for nobody. */
  someone(someone: Someone | null | undefined, at: string): string | null {
    if (!someone) return null
    return typeof someone === 'string'
      ? this.#agent(someone, undefined, at).id
      : this.#agent(someone.key, someone.name, at).id
  }

  /** The id of the department of a name. */
  department(name: string, at: string): string {
    const known = this.#directory.departments.get(name.toLowerCase())
    if (known) {
      this.#rows.leadTo(known.id)
      return known.id
    }
    const department = { id: newId(), name }
    const subject = { kind: 'department', id: department.id, name }
    this.#introduce(departmentCreated, at, subject, { name }, { id: newId() })
    this.#rows.department(department.id, name, at)
    this.#directory.departments.set(name.toLowerCase(), department)
    return department.id
  }

  /** The label of a name, and how it is written here. */
  label(name: string, at: string): { id: string; name: string } {
    const known = this.#directory.labels.get(name.toLowerCase())
    if (known) return known
    const label = { id: newId(), name }
    const data = { name, colour: LABEL_COLOUR }
    this.#introduce(labelCreated, at, { kind: 'label', id: label.id, name }, data, { id: newId() })
    this.#rows.label(label.id, name, LABEL_COLOUR)
    this.#directory.labels.set(name.toLowerCase(), label)
    return label
  }

  #agent(key: string, name: string | undefined, at: string): Person {
    const known = this.#directory.agents.get(key)
    if (known) return known
    const person = { id: this.#directory.agentId(key), namedBy: newId() }
    const called = name ?? key
    const subject = { kind: 'agent', id: person.id, named: person.namedBy }
    this.#introduce(agentInvited, at, subject, { role: 'agent' }, { id: person.namedBy, name: called })
    this.#rows.agent(person, called, at)
    this.#directory.agents.set(key, person)
    return person
  }

  /** An entry of the importer itself: somebody or something of the file appears for the first time. */
  #introduce(
    event: EventDefinition,
    at: string,
    subject: EntryDraft['subject'],
    data: Record<string, unknown>,
    options: { id: string; name?: string; customerId?: string },
  ): void {
    this.#batch.add(
      {
        id: options.id,
        event,
        outcome: 'done',
        at,
        actor: this.importer,
        causedBy: this.#importId,
        subject,
        conversationId: null,
        customerId: options.customerId ?? null,
        botId: null,
        agents: [],
        departments: [],
        data,
        parts: options.name === undefined ? {} : { name: Buffer.from(options.name, 'utf8') },
        reasonCode: null,
        via: VIA,
      },
      this.#keys,
      undefined,
    )
  }
}
