import type { Leaf } from '@tracedesk/proof/node'
import type pg from 'pg'
import { bindTx, type Databases, type Tx } from '../../db/database.ts'
import type { Logger } from '../../kernel/log.ts'
import type { InstallationSecret } from '../../kernel/secret.ts'
import { Turns } from '../../kernel/turns.ts'
import type { SubjectKeys } from '../../ledger/subject-keys.ts'
import { isPrivateNote, loadParts, openPart } from './parts.ts'
import { blindWords, wordsOf } from './words.ts'

const SLICE = 500
/** Between two looks into a busy workspace: whoever searches can wait that long for the newest words. */
const PAUSE_MS = 250
/** Parts whose words can be searched for. Addresses, browsers and raw updates are not: they are looked up otherwise. */
const SEARCHABLE = new Set(['text', 'name', 'detail', 'reasonText'])

interface IndexLine {
  readonly entryId: string
  readonly at: string
  readonly owner: string
  /** Whom alone this may be found by. */
  readonly onlyFor: string | null
}

/**
 * Keeps the word index of the log up with the ledger. It is derived: deleting it and its cursor rebuilds it. One node
 * at a time works on a workspace (it holds the cursor's row); it dies without harm at any line.
 */
export class TextIndex {
  readonly #databases: Databases
  readonly #keys: SubjectKeys
  readonly #tokenKey: Buffer
  readonly #turns: Turns

  constructor(parts: { databases: Databases; keys: SubjectKeys; secret: InstallationSecret; log: Logger }) {
    this.#databases = parts.databases
    this.#keys = parts.keys
    this.#tokenKey = parts.secret.key('search-token')
    this.#turns = new Turns({
      restMs: PAUSE_MS,
      turn: async (workspaceId, signal) => {
        while (!signal.aborted && (await this.indexOnce(workspaceId)) === SLICE);
      },
      onError: (error, workspaceId) =>
        parts.log.error({ err: error, workspaceId }, 'the text index fell behind; it will be tried again'),
    })
  }

  /** Says that a tree grew. Returns at once. */
  wake(workspaceId: string): void {
    this.#turns.wake(workspaceId)
  }

  async stop(): Promise<void> {
    await this.#turns.stop()
  }

  /** Indexes one slice of the ledger; returns how many entries it read. */
  async indexOnce(workspaceId: string): Promise<number> {
    const client = await this.#databases.app.connect()
    try {
      await client.query('begin')
      const count = await this.#indexSlice(client, bindTx(client), workspaceId)
      await client.query('commit')
      return count
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }

  async #indexSlice(client: pg.PoolClient, tx: Tx, workspaceId: string): Promise<number> {
    await client.query(
      'insert into log_text_cursor (workspace_id, position) values ($1, 0) on conflict do nothing',
      [workspaceId],
    )
    const cursor = await tx
      .selectFrom('log_text_cursor')
      .select('position')
      .where('workspace_id', '=', workspaceId)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (!cursor) return 0
    // before the entries: what comes in between is for the next time
    const head = await this.#databases.read
      .selectFrom('log_head')
      .select('size')
      .where('workspace_id', '=', workspaceId)
      .executeTakeFirst()
    const rows = await this.#databases.read
      .selectFrom('log_entry')
      .select(['entry_id', 'at', 'leaf'])
      .where('workspace_id', '=', workspaceId)
      .where('position', '>=', cursor.position)
      .where('position', '<', cursor.position + SLICE)
      .orderBy('position')
      .execute()
    // positions that retention emptied are passed like the others
    const passed = Math.min(SLICE, Math.max(0, (head?.size ?? 0) - cursor.position))
    if (passed === 0) return 0
    const lines = await this.#wordsOfSlice(workspaceId, rows)
    if (lines.length > 0) {
      await client.query(
        `insert into log_text (workspace_id, entry_id, at, owner, only_for, tokens)
         select $1, e, a, o, f, string_to_array(t, ',')::bigint[] from unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::uuid[], $6::text[]) as x (e, a, o, f, t) on conflict do nothing`,
        [
          workspaceId,
          lines.map(l => l.entryId),
          lines.map(l => l.at),
          lines.map(l => l.owner),
          lines.map(l => l.onlyFor),
          lines.map(l => l.tokens.join(',')),
        ],
      )
    }
    await tx
      .updateTable('log_text_cursor')
      .set({ position: cursor.position + passed })
      .where('workspace_id', '=', workspaceId)
      .execute()
    return passed
  }

  async #wordsOfSlice(workspaceId: string, rows: { entry_id: string; at: string; leaf: Buffer }[]) {
    const entries = rows
      .map(row => ({ ...row, leaf: JSON.parse(row.leaf.toString('utf8')) as Leaf }))
      .filter(entry => Object.keys(entry.leaf.parts).some(name => SEARCHABLE.has(name)))
    const sealed = await loadParts(
      this.#databases.read,
      workspaceId,
      entries.map(entry => entry.entry_id),
      boundsOf(entries.map(entry => entry.at)),
    )
    const keys = await this.#keys.forOpening(
      this.#databases.read,
      workspaceId,
      [...sealed.values()].map(part => part.owner),
    )
    const words = new Map<string, IndexLine & { words: Set<string> }>()
    const byId = new Map(entries.map(entry => [entry.entry_id, entry]))
    for (const part of sealed.values()) {
      const key = keys.get(part.owner)
      if (!SEARCHABLE.has(part.name) || key?.state !== 'alive') continue
      const text = openPart(workspaceId, part, key.key)?.toString('utf8')
      const entry = byId.get(part.entry_id)
      if (text === undefined || entry === undefined) continue
      const place = `${part.entry_id}/${part.owner}`
      const line = words.get(place) ?? {
        entryId: part.entry_id,
        at: entry.at,
        owner: part.owner,
        onlyFor: isPrivateNote(entry.leaf) ? (entry.leaf.actor.id ?? null) : null,
        words: new Set<string>(),
      }
      for (const word of wordsOf(text)) line.words.add(word)
      words.set(place, line)
    }
    return [...words.values()]
      .filter(line => line.words.size > 0)
      .map(({ words: found, ...line }) => ({ ...line, tokens: blindWords(this.#tokenKey, found) }))
  }
}

/** The span of times, so that only the months it touches are read. Instants as text sort by time. */
function boundsOf(times: readonly string[]): { from: string; to: string } | undefined {
  let [from = '', to = ''] = [times[0], times[0]]
  for (const at of times) {
    if (at < from) from = at
    if (at > to) to = at
  }
  return from === '' ? undefined : { from, to }
}
