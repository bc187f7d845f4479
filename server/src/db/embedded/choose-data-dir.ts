import { join, resolve } from 'node:path'
import { chooseAccount, findBarrier } from './account.ts'

const FOLDER_FOR_ROOT = '/var/lib/tracedesk'

/**
 * Decides where everything is kept: `DATA_DIR` when set, else `./data` below `cwd`. Under root the account
 * that runs PostgreSQL has to reach that folder as well; where it cannot (below /root, say), it becomes
 * /var/lib/tracedesk. Returns an absolute path; creates nothing.
 */
export function chooseDataDir(env: Readonly<Record<string, string | undefined>>, cwd: string): string {
  const wanted = env.DATA_DIR
  if (wanted !== undefined && wanted !== '') return resolve(cwd, wanted)
  const local = resolve(cwd, 'data')
  const account = chooseAccount(join(local, 'postgres', 'cluster'))
  return account === null || findBarrier(local, account) === null ? local : FOLDER_FOR_ROOT
}
