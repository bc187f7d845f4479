import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectRoles } from '../../boot.ts'
import { openDatabases } from '../../db/database.ts'
import { findRunning } from '../../db/embedded/index.ts'
import { type ConnectionTarget, targetFromUrl } from '../../db/roles.ts'
import { isSignerUrl } from '../../kernel/config.ts'
import { createLog } from '../../kernel/log.ts'
import { loadSecret } from '../../kernel/secret.ts'
import { LocalSigner } from '../../ledger/head-signer.ts'
import { ensureSignerSecret, lockSignerFolder, serveSigner } from '../signer/server.ts'
import { usage } from './cli-error.ts'
import { type CliCommand, type Invocation, optional } from './command.ts'
import { readCliConfig } from './open-desk.ts'
import { untilAborted } from './until-aborted.ts'

const LOOK_MS = 200

export const signerCommand: CliCommand = {
  name: 'signer',
  synopsis:
    'signer --listen unix:/PATH|http://127.0.0.1:PORT [--data DIR] [--secret-file FILE] [--database URL]',
  summary: 'sign the ledger in a process of its own; the server finds it by SIGNER_URL',
  options: {
    listen: { type: 'string' },
    data: { type: 'string' },
    'secret-file': { type: 'string' },
    database: { type: 'string' },
  },
  run: async invocation => {
    const config = readCliConfig(invocation.env)
    const listen = optional(invocation, 'listen') ?? config.signer?.url
    if (!listen || !isSignerUrl(listen)) throw usage('--listen is unix:/path or http://127.0.0.1:port')
    const folder = resolve(optional(invocation, 'data') ?? join(config.dataDir, 'signer'))
    const secretFile = resolve(optional(invocation, 'secret-file') ?? join(config.dataDir, 'signer-secret'))
    const release = lockSignerFolder(folder)
    try {
      const secret = ensureSignerSecret(secretFile)
      await sign(invocation, { listen, folder, secret })
    } finally {
      release()
    }
    return { exitCode: 0, json: { listen } }
  },
}

async function sign(
  invocation: Invocation,
  { listen, folder, secret }: { listen: string; folder: string; secret: string },
): Promise<void> {
  const log = createLog(invocation.env.LOG_LEVEL ?? 'warn')
  const target = await findDatabase(invocation)
  if (!target) return
  // Only ever reads: the pools that could write are those of the same reader, and never used.
  const databases = openDatabases(
    { migrator: target, app: target, ledger: target, read: target, separated: true },
    log,
  )
  try {
    const server = await serveSigner({
      signer: new LocalSigner({ db: databases.read, folder }),
      listen,
      secret,
      log,
    })
    invocation.say(`The signer listens at ${listen} and keeps its keys in ${folder}`)
    await untilAborted(invocation.signal)
    await server.close()
  } finally {
    await databases.close()
  }
}

/** The reader's way into the database; waits for the embedded one to be started. Null when it is told to stop first. */
async function findDatabase({ env, options, signal, say }: Invocation): Promise<ConnectionTarget | null> {
  if (typeof options.database === 'string') return targetFromUrl(options.database)
  const config = readCliConfig(env)
  const secret = loadSecret(config.secretFile)
  if (config.databaseUrl) return (await connectRoles(targetFromUrl(config.databaseUrl), secret, config)).read
  let told = false
  while (!signal.aborted) {
    const running = findRunning(config.dataDir)
    if (running) return (await connectRoles(running, secret, config)).read
    if (!told) say('Waiting for the server to start its database')
    told = true
    await sleep(LOOK_MS)
  }
  return null
}
