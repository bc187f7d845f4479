import {
  agentIdentityLinked,
  agentJoined,
  configureOidc,
  defineCommand,
  getOidc,
  offerOidc,
  oidcConfigured,
  oidcRemoved,
  type RoleKey,
  removeOidc,
  sessionSignedIn,
  sessionSignInFailed,
} from '@tracedesk/contracts'
import { z } from 'zod'
import {
  type CommandContext,
  defineCommandHandler,
  defineQueryHandler,
  type Query,
} from '../../command/define.ts'
import type { ReadDb, Tx } from '../../db/database.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { type InstallationSecret, seal, sha256, unseal } from '../../kernel/secret.ts'
import { addressParts, beginSession } from './sessions.ts'
import { departmentsOf, endLinks, setAgentState } from './store.ts'

/** A provider as a client needs it. */
export interface OidcProvider {
  readonly workspaceId: string
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string | null
}

const sealContext = (workspaceId: string) => `oidc/${workspaceId}`
const fingerprintOf = (sealed: Buffer | null, secret: InstallationSecret, workspaceId: string) =>
  sealed
    ? sha256(unseal(secret.key('oidc'), sealed, sealContext(workspaceId)))
        .toString('hex')
        .slice(0, 16)
    : null

const findProvider = (db: Tx, workspaceId: string) =>
  db
    .selectFrom('oidc_provider')
    .select(['issuer', 'client_id', 'label', 'sealed_secret'])
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()

/** The provider of the installation, its secret opened; null where there is none, or more than one workspace. */
export async function readOidcProvider(
  app: { query: (text: string) => Promise<{ rows: unknown[] }> },
  secret: InstallationSecret,
): Promise<OidcProvider | null> {
  const { rows } = await app.query(
    'select workspace_id as "workspaceId", issuer, client_id as "clientId", sealed_secret as sealed from oidc_provider limit 2',
  )
  const row = rows[0] as (Omit<OidcProvider, 'clientSecret'> & { sealed: Buffer | null }) | undefined
  if (!row || rows.length > 1) return null
  const { sealed, ...provider } = row
  return {
    ...provider,
    clientSecret: sealed ? unseal(secret.key('oidc'), sealed, sealContext(row.workspaceId)).toString() : null,
  }
}

/** Asks a provider for its configuration. Throws `oidc.unreachable` when it gives none for that issuer. */
export type DiscoverOidc = (provider: Omit<OidcProvider, 'workspaceId'>) => Promise<unknown>

export function createOidcCommands(secret: InstallationSecret, discover: DiscoverOidc) {
  return [
    defineCommandHandler(configureOidc, {
      prepare: input => discover({ ...input, clientSecret: input.clientSecret ?? null }),
      handle: async (context, { issuer, clientId, clientSecret, label }) => {
        const { tx, workspaceId } = context
        const before = await findProvider(tx, workspaceId)
        const sealed =
          clientSecret === undefined
            ? (before?.sealed_secret ?? null)
            : clientSecret === null
              ? null
              : seal(secret.key('oidc'), Buffer.from(clientSecret), sealContext(workspaceId))
        const row = { issuer, client_id: clientId, label, sealed_secret: sealed }
        await tx
          .insertInto('oidc_provider')
          .values({ workspace_id: workspaceId, ...row })
          .onConflict(conflict => conflict.column('workspace_id').doUpdateSet(row))
          .execute()
        context.record(
          oidcConfigured,
          {
            from: before ? factsOf(before, secret, workspaceId) : null,
            to: factsOf(row, secret, workspaceId),
          },
          { subject: { id: 'oidc', name: 'oidc' } },
        )
        return {}
      },
    }),
    defineCommandHandler(removeOidc, {
      handle: async context => {
        const { tx, workspaceId } = context
        const before = await findProvider(tx, workspaceId)
        if (!before) throw new ConsoleError('oidc.not_configured')
        await tx.deleteFrom('oidc_provider').where('workspace_id', '=', workspaceId).execute()
        context.record(
          oidcRemoved,
          { from: factsOf(before, secret, workspaceId) },
          { subject: { id: 'oidc', name: 'oidc' } },
        )
        return {}
      },
    }),
  ]
}

const factsOf = (
  row: { issuer: string; client_id: string; label: string; sealed_secret: Buffer | null },
  secret: InstallationSecret,
  workspaceId: string,
) => ({
  issuer: row.issuer,
  clientId: row.client_id,
  label: row.label,
  fingerprint: fingerprintOf(row.sealed_secret, secret, workspaceId),
})

const Identity = z.strictObject({
  workspaceId: z.uuid(),
  issuer: z.string(),
  subject: z.string().min(1).max(300),
  email: z.string().max(254).nullable(),
  emailVerified: z.boolean(),
})

/** Somebody came back from the provider, who has proved to us who they are there. */
export const signInByOidcCommand = defineCommandHandler(
  defineCommand({
    name: 'session.sign_in_oidc',
    permission: null,
    access: 'internal',
    summary: 'Sign in whom an OpenID Connect provider vouches for; a first time links to an invited address',
    input: Identity,
    output: z.strictObject({
      token: z.string(),
      expiresAt: z.string(),
      agent: z.strictObject({ id: z.string(), name: z.string(), role: z.string() }),
    }),
    records: [sessionSignedIn, sessionSignInFailed, agentIdentityLinked, agentJoined],
  }),
  {
    findWorkspace: async (_, { workspaceId }) => workspaceId,
    handle: async (context, identity) => {
      const known = await findSeat(context, identity)
      if (typeof known === 'string') return refuse(context, identity, known)
      if (!known.linked) await link(context, identity, known)
      const { id, name, role, named } = known
      return beginSession(context, { id, name, role: role as RoleKey, named }, 'oidc')
    },
  },
)

interface Seat {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly state: string
  readonly named: string
  readonly linked: boolean
}
type Cause = 'unknown_email' | 'inactive' | 'email_not_verified'

const SEAT = ['a.agent_id as id', 'a.name', 'a.role', 'a.state', 'a.named_by as named'] as const

/** The seat of somebody the provider vouches for: linked before, or invited under the address it has verified. */
async function findSeat(
  { tx, workspaceId }: CommandContext,
  { issuer, subject, email, emailVerified }: z.output<typeof Identity>,
): Promise<Seat | Cause> {
  const linked = await tx
    .selectFrom('agent_identity as i')
    .innerJoin('agent as a', join =>
      join.onRef('a.workspace_id', '=', 'i.workspace_id').onRef('a.agent_id', '=', 'i.agent_id'),
    )
    .select(SEAT)
    .where('i.workspace_id', '=', workspaceId)
    .where('i.issuer', '=', issuer)
    .where('i.subject', '=', subject)
    .forUpdate('a')
    .executeTakeFirst()
  if (linked) return linked.state === 'active' ? { ...linked, linked: true } : 'inactive'
  if (!email) return 'unknown_email'
  // an address nobody has verified is only somebody's word
  if (!emailVerified) return 'email_not_verified'
  const invited = await tx
    .selectFrom('agent as a')
    .select(SEAT)
    .where('a.workspace_id', '=', workspaceId)
    .where('a.email', '=', email.trim().toLowerCase())
    .forUpdate()
    .executeTakeFirst()
  if (!invited) return 'unknown_email'
  return invited.state === 'deactivated' ? 'inactive' : { ...invited, linked: false }
}

async function link(
  context: CommandContext,
  { issuer, subject }: z.output<typeof Identity>,
  seat: Seat,
): Promise<void> {
  const { tx, workspaceId, now } = context
  await tx
    .insertInto('agent_identity')
    .values({ workspace_id: workspaceId, agent_id: seat.id, issuer, subject, linked_at: now })
    .execute()
  const actor = {
    kind: 'agent' as const,
    id: seat.id,
    role: seat.role,
    departments: await departmentsOf(tx, workspaceId, seat.id),
    named: seat.named,
  }
  const about = { actor, subject: { id: seat.id, named: seat.named }, agents: [seat.id] }
  context.record(agentIdentityLinked, { issuer }, { ...about, parts: { identity: subject } })
  if (seat.state !== 'invited') return
  await setAgentState(tx, workspaceId, seat.id, 'active')
  await endLinks(tx, workspaceId, seat.id, now) // the one they were sent has done its work
  context.record(agentJoined, {}, about)
}

function refuse(context: CommandContext, { email }: z.output<typeof Identity>, cause: Cause) {
  context.record(
    sessionSignInFailed,
    { cause },
    {
      subject: { id: context.workspaceId },
      parts: { email: (email ?? '').toWellFormed(), ...addressParts(context) },
    },
  )
  context.refuseAfterCommit(new ConsoleError('oidc.not_invited'))
  // never sent: the refusal follows the commit
  return { token: '', expiresAt: '', agent: { id: '', name: '', role: '' } }
}

const readFacts = (db: ReadDb) =>
  db.selectFrom('oidc_provider').select(['issuer', 'client_id as clientId', 'label'])

export const oidcQueries = (app: {
  query: (text: string, values: unknown[]) => Promise<{ rows: unknown[] }>
}): Query[] => [
  defineQueryHandler(offerOidc, async ({ db }) => {
    const rows = await readFacts(db).limit(2).execute()
    return { label: rows.length === 1 ? (rows[0]?.label ?? null) : null }
  }) as unknown as Query,
  defineQueryHandler(getOidc, async ({ db, caller }) => {
    const row = await readFacts(db).where('workspace_id', '=', caller.workspaceId).executeTakeFirst()
    // the column itself is not for readers; that there is something in it is
    const { rows } = await app.query(
      'select from oidc_provider where workspace_id = $1 and sealed_secret is not null',
      [caller.workspaceId],
    )
    return { provider: row ? { ...row, hasSecret: rows.length > 0 } : null }
  }) as unknown as Query,
]
