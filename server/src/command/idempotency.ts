import { CompiledQuery, sql } from 'kysely'
import type { Tx } from '../db/database.ts'
import { ConsoleError } from '../kernel/console-error.ts'
import { seal, sha256, unseal } from '../kernel/secret.ts'
import type { Caller } from './caller.ts'

/** Answers are remembered this long (DESIGN section 10). */
export const IDEMPOTENCY_HOURS = 24

// Answers can hold links and tokens, so they are sealed and bound to whoever was answered.
const context = (caller: Caller, key: string) => `${caller.workspaceId}/${actorKey(caller)}/${key}`
const actorKey = ({ actor, impersonator }: Caller) =>
  `${actor.kind}:${actor.id ?? ''}${impersonator ? `:${impersonator.id}` : ''}`

/**
 * The answer given before to the same key, or null when this is the first time. A second request with the same key
 * waits here until the first has committed. Throws `idempotency.key_reused` when the key came with another input.
 */
export async function recallAnswer(
  tx: Tx,
  caller: Caller,
  command: string,
  input: unknown,
  key: string | undefined,
  sealKey: Buffer,
): Promise<{ answer: unknown } | null> {
  if (key === undefined || !caller.workspaceId) return null
  const digest = sha256(JSON.stringify(input))
  const { rows } = await sql`
    insert into idempotency (workspace_id, actor, key, command, input_sha256)
    values (${caller.workspaceId}, ${actorKey(caller)}, ${key}, ${command}, ${digest})
    on conflict (workspace_id, actor, key) do update
      set command = excluded.command, input_sha256 = excluded.input_sha256, answer = null, created_at = now()
      where idempotency.created_at < now() - make_interval(hours => ${IDEMPOTENCY_HOURS})
    returning 1`.execute(tx)
  if (rows.length > 0) return null
  const known = await tx
    .selectFrom('idempotency')
    .select(['command', 'input_sha256', 'answer'])
    .where('workspace_id', '=', caller.workspaceId)
    .where('actor', '=', actorKey(caller))
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
  if (known.command !== command || !known.input_sha256.equals(digest))
    throw new ConsoleError('idempotency.key_reused')
  if (!known.answer) throw new ConsoleError('idempotency.in_progress')
  return { answer: JSON.parse(unseal(sealKey, known.answer, context(caller, key)).toString()) }
}

/**
 * The statement that keeps the answer in the same transaction as the change: either both are there afterwards or
 * neither. Null when nobody asked for it.
 */
export function keepAnswer(
  caller: Caller,
  key: string | undefined,
  answer: unknown,
  sealKey: Buffer,
): CompiledQuery | null {
  if (key === undefined || !caller.workspaceId) return null
  const sealed = seal(sealKey, Buffer.from(JSON.stringify(answer)), context(caller, key))
  return CompiledQuery.raw(
    'update idempotency set answer = $4 where workspace_id = $1 and actor = $2 and key = $3',
    [caller.workspaceId, actorKey(caller), key, sealed],
  )
}

/** The statement that frees the key again, in the same transaction. */
export function forgetAnswer(caller: Caller, key: string | undefined): CompiledQuery | null {
  if (key === undefined || !caller.workspaceId) return null
  return CompiledQuery.raw('delete from idempotency where workspace_id = $1 and actor = $2 and key = $3', [
    caller.workspaceId,
    actorKey(caller),
    key,
  ])
}

/**
 * Empties kept answers that name any of `names` (a person's ids and words). The key stays taken: a repeat is refused
 * as under way rather than run a second time. Returns how many were emptied.
 */
export async function forgetAnswersNaming(
  tx: Tx,
  workspaceId: string,
  names: readonly string[],
  sealKey: Buffer,
): Promise<number> {
  const rows = await tx
    .selectFrom('idempotency')
    .select(['actor', 'key', 'answer'])
    .where('workspace_id', '=', workspaceId)
    .where('answer', 'is not', null)
    .execute()
  const quoted = names.map(name => JSON.stringify(name).slice(1, -1))
  const found = rows.filter(({ actor, key, answer }) => {
    if (!answer) return false
    const text = unseal(sealKey, answer, `${workspaceId}/${actor}/${key}`).toString()
    return quoted.some(name => text.includes(name))
  })
  for (const { actor, key } of found)
    await sql`update idempotency set answer = null
      where workspace_id = ${workspaceId} and actor = ${actor} and key = ${key}`.execute(tx)
  return found.length
}
