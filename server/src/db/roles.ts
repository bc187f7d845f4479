import pg from 'pg'
import { hmac, type InstallationSecret } from '../kernel/secret.ts'
import { StartError } from '../kernel/start-error.ts'

/** How to reach one database as one user. */
export interface ConnectionTarget {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password: string | undefined
  readonly ssl?: boolean
}

/**
 * The users the server works as. `migrator` owns the tables and is used only while migrating; `app` changes state
 * and can add to the ledger but never change it; `ledger` (the sequencer and the importer) moves entries into the
 * tree; `read` cannot write at all and sees no secret.
 */
export interface RoleTargets {
  readonly migrator: ConnectionTarget
  readonly app: ConnectionTarget
  readonly ledger: ConnectionTarget
  readonly read: ConnectionTarget
  /** False where the given user may not create roles: then all four are that user, and promises 1 and 2 rest on less. */
  readonly separated: boolean
}

const ROLES = ['migrator', 'app', 'ledger', 'read'] as const

/** The names the migrations put in for {{app}}, {{ledger}} and {{read}}. */
export const roleNames = (targets: RoleTargets) => ({
  app: targets.app.user,
  ledger: targets.ledger.user,
  read: targets.read.user,
})

/** Takes a `postgres://` URL apart. Throws StartError `config.not_valid` when it names no database. */
export function targetFromUrl(url: string): ConnectionTarget {
  const parsed = new URL(url)
  const database = decodeURIComponent(parsed.pathname.slice(1))
  if (!database) throw new StartError('config.not_valid', 'Configuration: DATABASE_URL names no database.')
  return {
    host: parsed.searchParams.get('host') ?? decodeURIComponent(parsed.hostname),
    port: Number(parsed.port || 5432),
    database,
    user: decodeURIComponent(parsed.username) || 'postgres',
    password: parsed.password ? decodeURIComponent(parsed.password) : undefined,
    ...(['require', 'verify-full', 'verify-ca'].includes(parsed.searchParams.get('sslmode') ?? '')
      ? { ssl: true }
      : {}),
  }
}

/**
 * Creates the four roles (idempotent) and returns how to connect as each. Passwords are derived from the
 * installation secret, so nothing has to be remembered. `prefix` keeps two installations in one cluster apart.
 */
export async function prepareRoles(
  given: ConnectionTarget,
  secret: InstallationSecret,
  prefix: string,
): Promise<RoleTargets> {
  const client = new pg.Client(given)
  await client.connect()
  try {
    const version = Number((await client.query('show server_version_num')).rows[0]?.server_version_num)
    if (version < 150_000)
      throw new StartError(
        'database.wrong_version',
        `PostgreSQL 15 or newer is needed; this server is ${Math.floor(version / 10_000)}.`,
      )
    const may = await client.query(
      'select rolcreaterole or rolsuper as may from pg_roles where rolname = current_user',
    )
    if (!may.rows[0]?.may)
      return { migrator: given, app: given, ledger: given, read: given, separated: false }
    const target = (role: (typeof ROLES)[number]): ConnectionTarget => ({
      ...given,
      user: `${prefix}_${role}`,
      password: hmac(secret.key('database-role'), `${prefix}/${role}`).toString('hex'),
    })
    const targets = {
      migrator: target('migrator'),
      app: target('app'),
      ledger: target('ledger'),
      read: target('read'),
      separated: true,
    }
    for (let attempt = 1; ; attempt++) {
      try {
        await createRoles(client, given, targets)
        return targets
      } catch (error) {
        await client.query('rollback')
        if (attempt >= ATTEMPTS || !isCrossing(error)) throw error
        await new Promise(resolve => setTimeout(resolve, 50 * attempt * Math.random()))
      }
    }
  } finally {
    await client.end()
  }
}

/** Roles belong to the whole cluster, locks to one database: others may be at the same roles from theirs. */
const ATTEMPTS = 20
const isCrossing = (error: unknown): boolean =>
  error instanceof pg.DatabaseError &&
  (error.code === '23505' ||
    error.code === '42710' ||
    (error.code === 'XX000' && /concurrently/.test(error.message)))

async function createRoles(client: pg.Client, given: ConnectionTarget, targets: RoleTargets): Promise<void> {
  await client.query('begin')
  // Two nodes of this database may start at once.
  await client.query("select pg_advisory_xact_lock(hashtext('tracedesk.roles'))")
  for (const role of ROLES) {
    const { user, password } = targets[role]
    const known = await client.query('select from pg_roles where rolname = $1', [user])
    const verb = known.rowCount ? 'alter' : 'create'
    await client.query(
      `${verb} role ${client.escapeIdentifier(user)} login password ${client.escapeLiteral(password ?? '')}`,
    )
  }
  const [migrator, app, ledger, read] = ROLES.map(role => client.escapeIdentifier(targets[role].user))
  const database = client.escapeIdentifier(given.database)
  await client.query(`grant ${app} to ${ledger}`)
  await client.query(
    `revoke all on schema public from public; grant usage on schema public to ${app}, ${ledger}, ${read}`,
  )
  await client.query(
    `grant usage, create on schema public to ${migrator}; grant create, connect on database ${database} to ${migrator}`,
  )
  await client.query(`grant connect on database ${database} to ${app}, ${ledger}, ${read}`)
  await client.query(`alter role ${read} set default_transaction_read_only = on`)
  await client.query('commit')
}
