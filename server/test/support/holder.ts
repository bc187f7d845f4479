import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { EmbeddedConnection } from '../../src/db/embedded/index.ts'

const PROGRAM = fileURLToPath(new URL('./hold-database.ts', import.meta.url))

interface Fact {
  readonly kind: 'started' | 'refused' | 'exited' | 'restarted' | 'given_up'
  readonly pid: number
  readonly connection: EmbeddedConnection
  readonly code: string
  readonly message: string
}

/** Another process that starts the embedded database of `dataDir` and holds it. */
export interface Holder {
  readonly pid: number
  /** Resolves with the next fact of that kind, a past one included; rejects when the process ends first. */
  tells(kind: Fact['kind']): Promise<Fact>
  /** SIGTERM lets it stop in order; resolves when it is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

export interface HolderOptions {
  readonly user?: { readonly uid: number; readonly gid: number }
  readonly pgBin?: string
}

export function holdDatabase(dataDir: string, { user, pgBin = '' }: HolderOptions = {}): Holder {
  const child = spawn(process.execPath, [PROGRAM, dataDir, pgBin], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...user,
  })
  const facts: Fact[] = []
  const news = new EventEmitter()
  createInterface(child.stdout).on('line', line => {
    facts.push(JSON.parse(line))
    news.emit('fact')
  })
  const exited = once(child, 'close').then(() => news.emit('fact'))

  const tells = async (kind: Fact['kind']): Promise<Fact> => {
    for (;;) {
      const found = facts.findIndex(fact => fact.kind === kind)
      if (found >= 0) return facts.splice(found, 1)[0] as Fact // just found
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`It ended without saying "${kind}": ${JSON.stringify(facts)}`)
      await once(news, 'fact')
    }
  }
  return {
    pid: child.pid ?? 0,
    tells,
    end: async signal => {
      child.kill(signal)
      await exited
    },
  }
}
