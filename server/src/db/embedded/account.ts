import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { StartError } from '../../kernel/start-error.ts'

/** The account PostgreSQL runs under. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * PostgreSQL refuses to run as root, so under root it gets an account of its own: whoever owns the cluster
 * already, else `postgres`, else `nobody`. Returns null when we are not root: then it runs as we do.
 * Throws `database.no_account` when root finds none of them (initdb insists on an entry in /etc/passwd).
 */
export function chooseAccount(clusterDir: string): Account | null {
  if (process.getuid?.() !== 0) return null
  const accounts = readAccounts()
  const owner = statSync(clusterDir, { throwIfNoEntry: false })
  if (owner !== undefined && owner.uid !== 0) {
    return (
      accounts.find(account => account.uid === owner.uid) ?? {
        name: `${owner.uid}`,
        uid: owner.uid,
        gid: owner.gid,
      }
    )
  }
  const chosen = ['postgres', 'nobody']
    .map(name => accounts.find(account => account.name === name))
    .find(Boolean)
  if (chosen === undefined) {
    throw new StartError(
      'database.no_account',
      'PostgreSQL does not run as root and /etc/passwd has neither "postgres" nor "nobody": start as a normal user.',
    )
  }
  return chosen
}

function readAccounts(): Account[] {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  return lines.flatMap(line => {
    const [name, , uid, gid] = line.split(':')
    return name && uid && gid && Number(uid) !== 0 ? [{ name, uid: Number(uid), gid: Number(gid) }] : []
  })
}

/**
 * Finds the first folder on the way to `path` that `account` may not pass, by the permission bits (access
 * lists are not looked at). Folders that do not exist yet are ours to make and count as passable.
 */
export function findBarrier(path: string, account: Account): string | null {
  const absolute = resolve(path)
  const parent = dirname(absolute)
  const above = parent === absolute ? null : findBarrier(parent, account)
  if (above !== null) return above
  const stats = statSync(absolute, { throwIfNoEntry: false })
  if (stats === undefined || !stats.isDirectory()) return null
  const bit = stats.uid === account.uid ? 0o100 : stats.gid === account.gid ? 0o010 : 0o001
  return (stats.mode & bit) === 0 ? absolute : null
}
