import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

import { createDatabase } from './support/cluster.ts'

// whole programs are started here, one after the other, on a machine that may be busy
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const OWNER = {
  TRACEDESK_OWNER_EMAIL: 'owner@desk.example',
  TRACEDESK_OWNER_PASSWORD: 'correct horse battery',
}
const folders: string[] = []
const children = new Set<ChildProcess>()

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tracedesk-boot-'))
  folders.push(folder)
  return folder
}

interface Server {
  readonly child: ChildProcess
  readonly url: string
  readonly output: () => string
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** Starts the real program; resolves when it says that it is ready, or rejects with its exit code and words. */
function start(env: Record<string, string>): Promise<Server> {
  const child = spawn(process.execPath, ['server/src/main.ts'], {
    cwd: ROOT,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  let output = ''
  const ended = new Promise<number | null>(resolve =>
    child.once('exit', code => {
      children.delete(child)
      resolve(code)
    }),
  )
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString()
      const url = /ready at (http:\S+)/.exec(output)?.[1]
      if (url)
        resolve({
          child,
          url,
          output: () => output,
          end: signal => {
            child.kill(signal ?? 'SIGTERM')
            return ended
          },
        })
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    void ended.then(code =>
      reject(Object.assign(new Error(`it ended with ${code}: ${output}`), { code, output })),
    )
  })
}

// biome-ignore lint/suspicious/noExplicitAny: answers of many commands and queries, read loosely by the expectations
type Answer = any

const post = async (url: string, name: string, body: unknown, token = '') => {
  const response = await fetch(`${url}/api/${name}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
  })
  return { status: response.status, body: (await response.json()) as Answer }
}
const get = async (url: string, path: string, token: string): Promise<Answer> =>
  (await fetch(`${url}${path}`, token ? { headers: { authorization: `Bearer ${token}` } } : {})).json()
const signIn = async (url: string): Promise<string> =>
  (
    await post(url, 'session.sign_in', {
      email: OWNER.TRACEDESK_OWNER_EMAIL,
      password: OWNER.TRACEDESK_OWNER_PASSWORD,
    })
  ).body.token

afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

describe('a fresh data folder', () => {
  let dataDir: string
  let server: Server
  beforeAll(async () => {
    dataDir = makeFolder()
    server = await start({ DATA_DIR: dataDir })
  })

  test('is filled, and a one-time link makes the owner; then the link is gone', async () => {
    await expect.poll(() => server.output()).toContain('one-time link')
    const link = new URL(/one-time link: (\S+)/.exec(server.output())?.[1] ?? '')
    const owner = {
      token: link.searchParams.get('token'),
      workspace: 'Desk',
      name: 'Olga',
      email: OWNER.TRACEDESK_OWNER_EMAIL,
      password: OWNER.TRACEDESK_OWNER_PASSWORD,
    }
    expect((await post(server.url, 'setup.complete', { ...owner, token: 'guessed' })).body.error.code).toBe(
      'setup.wrong_token',
    )
    const both = await Promise.all([
      post(server.url, 'setup.complete', owner),
      post(server.url, 'setup.complete', { ...owner, name: 'Second' }),
    ])
    expect(both.map(answer => answer.status).sort()).toEqual([200, 409])
    await expect.poll(() => readdirSync(dataDir).includes('setup-token')).toBe(false)
    expect((await get(server.url, '/api/setup.state', '')).needed).toBe(false)
  })

  test('is not given to a second program, which says so in one line and ends', async () => {
    const refused = await start({ DATA_DIR: dataDir }).catch(error => error)
    expect(refused.code).toBe(1)
    expect(refused.output).toMatch(/\[data_dir\.in_use\]\n$/)
    expect(refused.output.trim().split('\n')).toHaveLength(1)
  })

  test('survives a kill of the program, of PostgreSQL, and of both: everything acknowledged is there afterwards', async () => {
    const names: string[] = []
    let token = ''
    const remember = async () => {
      // right after a crash of the database an answer may be 503: nothing was done, and asking again is harmless
      await expect
        .poll(async () => (token = (await signIn(server.url)) ?? ''), { timeout: 10_000 })
        .not.toBe('')
      const name = `label ${names.length}`
      expect((await post(server.url, 'label.create', { name }, token)).status).toBe(200)
      names.push(name)
      return token
    }
    await remember()
    await server.end('SIGKILL')
    server = await start({ DATA_DIR: dataDir })
    await remember()
    const postmaster = Number(
      readFileSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0],
    )
    process.kill(postmaster, 'SIGKILL')
    await expect.poll(() => fetch(`${server.url}/readyz`).then(r => r.status), { timeout: 15_000 }).toBe(200)
    await remember()
    await expect
      .poll(async () => (await get(server.url, '/api/ledger.state', token)).pending, { timeout: 10_000 })
      .toBe(0)
    process.kill(
      Number(readFileSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]),
      'SIGKILL',
    )
    await server.end('SIGKILL')
    server = await start({ DATA_DIR: dataDir })
    const last = await remember()
    expect(
      (await get(server.url, '/api/label.list', last)).items.map((label: { name: string }) => label.name),
    ).toEqual(names)
    expect((await get(server.url, '/api/ledger.state', last)).signerProblem).toBeNull()
  })

  test('a bot cannot be connected while Telegram is out of reach, and nothing of it is kept', async () => {
    await server.end()
    server = await start({ DATA_DIR: dataDir, TELEGRAM_API_ROOT: 'http://127.0.0.1:9' })
    const token = await signIn(server.url)
    expect(
      (
        await post(
          server.url,
          'bot.connect',
          { token: '123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-aa' },
          token,
        )
      ).body.error.code,
    ).toBe('telegram.unreachable')
    expect((await post(server.url, 'bot.connect', { token: 'no token at all' }, token)).body.error.code).toBe(
      'bot.token_malformed',
    )
    expect((await get(server.url, '/api/bot.list', token)).items).toEqual([])
    const said = server.output()
    expect(await server.end()).toBe(0)
    expect(server.output(), 'a stop in order has nothing to complain of').toBe(said)
  })
})

describe('what cannot start', () => {
  test('says why in one line with a code', async () => {
    const blocker = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => blocker.once('listening', resolve))
    const taken = String((blocker.address() as { port: number }).port)
    const cases: [Record<string, string>, string][] = [
      [{ PORT: taken }, 'port.taken'],
      [{ PORT: 'eighty' }, 'config.not_valid'],
      [{ PORT: '70000' }, 'config.not_valid'],
      [{ DATABASE_URL: 'mysql://x' }, 'config.not_valid'],
      [{ DATABASE_URL: 'postgres://u:secretpassword@127.0.0.1:9/x' }, 'database.start_failed'],
      [{ LOG_LEVEL: 'loud' }, 'config.not_valid'],
      [{ TRACEDESK_OWNER_EMAIL: 'a@b.co' }, 'config.not_valid'],
      [{ HOST: '203.0.113.7' }, 'port.not_allowed'],
      [{ DATA_DIR: '/proc/tracedesk' }, 'data_dir.not_writable'],
    ]
    for (const [env, code] of cases) {
      const refused = await start({ DATA_DIR: makeFolder(), ...env }).catch(error => error)
      expect(refused.code, code).toBe(1)
      expect(refused.output, code).toContain(`[${code}]`)
      expect(refused.output.trim().split('\n').length, `${code}: ${refused.output}`).toBe(1)
      expect(refused.output).not.toContain('secretpassword')
    }
    blocker.close()
  })
})

describe('a PostgreSQL from elsewhere', () => {
  test('is used with roles of its own, twice in a row', async () => {
    const { connection, drop } = await createDatabase()
    const DATABASE_URL = `postgres://${connection.user}:${connection.password}@localhost:${connection.port}/${connection.database}?host=${encodeURIComponent(connection.host)}`
    const env = { DATA_DIR: makeFolder(), DATABASE_URL, ...OWNER }
    for (let i = 0; i < 2; i++) {
      const server = await start(env)
      expect((await get(server.url, '/api/ledger.state', await signIn(server.url))).signerProblem).toBeNull()
      expect(readdirSync(env.DATA_DIR)).not.toContain('postgres')
      expect(await server.end()).toBe(0)
    }
    const client = new pg.Client(connection)
    await client.connect()
    const { rows } = await client.query("select tableowner from pg_tables where tablename = 'agent'")
    expect(rows[0]?.tableowner).toMatch(/^tracedesk_[0-9a-f]{8}_migrator$/)
    await client.end()
    await drop()
  })

  test('works for a user who may not create roles, with a warning', async () => {
    const { connection, drop } = await createDatabase()
    const admin = new pg.Client(connection)
    await admin.connect()
    await admin.query("drop role if exists plain_user; create role plain_user login password 'plain'")
    await admin.query(
      `grant all on database ${connection.database} to plain_user; grant all on schema public to plain_user`,
    )
    const DATABASE_URL = `postgres://plain_user:plain@localhost:${connection.port}/${connection.database}?host=${encodeURIComponent(connection.host)}`
    const server = await start({ DATA_DIR: makeFolder(), DATABASE_URL, ...OWNER })
    expect(server.output()).toContain('may not create roles')
    const token = await signIn(server.url)
    expect((await post(server.url, 'label.create', { name: 'works' }, token)).status).toBe(200)
    await server.end()
    await admin.query('revoke all on schema public from plain_user')
    await admin.end()
    await drop()
  })
})
