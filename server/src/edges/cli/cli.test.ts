import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { type Entry, logFilter } from '@tracedesk/contracts'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { boot, type Running } from '../../boot.ts'
import { findRunning } from '../../db/embedded/index.ts'
import { runCli } from './run-cli.ts'

let folder = ''
let env: NodeJS.ProcessEnv
let running: Running

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tracedesk-cli-'))
  chmodSync(folder, 0o711)
  env = {
    DATA_DIR: join(folder, 'data'),
    PORT: '0',
    LOG_LEVEL: 'silent',
    TELEGRAM_API_ROOT: 'http://127.0.0.1:1',
    TRACEDESK_OWNER_EMAIL: 'owner@desk.example',
    TRACEDESK_OWNER_PASSWORD: 'correct horse battery',
  }
  running = await boot(env, folder)
})
afterAll(async () => {
  await running.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function cli(args: string[], extra: NodeJS.ProcessEnv = {}) {
  let out = ''
  let err = ''
  const code = await runCli(args, {
    env: { ...env, ...extra },
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    terminal: false,
    signal: new AbortController().signal,
  })
  return { code, out, err, json: () => JSON.parse(out) }
}

/** Changes the running database as its administrator could. */
async function tamper(statement: string): Promise<void> {
  const connection = findRunning(env.DATA_DIR ?? '')
  if (!connection) throw new Error('no database runs')
  const client = new pg.Client(connection)
  await client.connect()
  await client.query(statement)
  await client.end()
}

const signIn = (email: string, password: string) =>
  fetch(`${running.url}/api/session.sign_in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })

describe('the command line', () => {
  test('without a command it lists what there is and exits with 2', async () => {
    const { code, out } = await cli([])
    expect(code).toBe(2)
    for (const name of ['serve', 'migrate', 'agent create', 'token create', 'verify', 'doctor'])
      expect(out).toContain(name)
  })
  test.each([
    [['fly'], 'no command "fly"'],
    [['agent'], 'agent create, agent reset-password'],
    [['verify', '--loud'], 'loud'],
    [['agent', 'create', '--email', 'x@y.example'], '--role is missing'],
    [['agent', 'create', '--email', 'x@y.example', '--name', 'X', '--role', 'king'], '--role is one of'],
    [['verify', '--from', 'desk.example'], '--from is a URL'],
    [['token', 'create', '--name', 'x', '--role', 'auditor', '--expires', 'tomorrow'], '--expires'],
  ])('%j is refused with one line and exit code 2', async (args, words) => {
    const { code, err } = await cli(args)
    expect(code).toBe(2)
    expect(err).toContain(words)
  })
  test('an error is JSON as well when JSON is asked for', async () => {
    const { code, json } = await cli(['fly', '--json'])
    expect([code, json().error.code]).toEqual([2, 'usage'])
  })
  test('a database that does not answer is exit code 3', async () => {
    const { code, err } = await cli(['verify'], { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' })
    expect(code).toBe(3)
    expect(err.split('\n')).toHaveLength(2)
  })
})

describe('beside a running server', () => {
  test('a colleague gets a seat with a password and can sign in; it is recorded as the operator’s doing', async () => {
    await running.node.settle()
    const before = await running.node.databases.read.selectFrom('log_head').select('size').executeTakeFirst()
    const made = await cli([
      ...['agent', 'create', '--email', 'maya@desk.example', '--name', 'Maya', '--role', 'agent'],
      ...['--password', 'a long password', '--json'],
    ])
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(made.json().agent.id).toMatch(/^[0-9a-f-]{36}$/)
    expect((await signIn('maya@desk.example', 'a long password')).status).toBe(200)
    const entries = await running.node.databases.read
      .selectFrom('log_entry')
      .select(['event', 'actor_kind', 'source'])
      .where('source', '=', 'cli')
      .where('position', '>=', before?.size ?? 0)
      .orderBy('position')
      .execute()
    expect(entries.map(({ event, actor_kind }) => `${event} ${actor_kind}`)).toEqual([
      'agent.invited operator',
      'agent.joined agent',
      'session.signed_in agent',
      'session.signed_out agent',
    ])
  })
  test('an address that is taken is refused with its code', async () => {
    const again = await cli([
      ...['agent', 'create', '--email', 'maya@desk.example', '--name', 'Maya', '--role', 'agent'],
    ])
    expect(again.code).toBe(2)
    expect(again.err).toContain('agent.email_taken')
  })
  test('a password that is too short changes nothing', async () => {
    const made = await cli([
      ...['agent', 'create', '--email', 'omar@desk.example', '--name', 'Omar', '--role', 'agent'],
      ...['--password', 'short'],
    ])
    expect(made.code).toBe(2)
    const row = await running.node.databases.read
      .selectFrom('agent')
      .select('name')
      .where('email', '=', 'omar@desk.example')
      .executeTakeFirst()
    expect(row).toBeUndefined()
  })
  test('a password is reset: the old one no longer works', async () => {
    const reset = await cli([
      'agent',
      'reset-password',
      '--email',
      'maya@desk.example',
      '--password',
      'another password',
    ])
    expect(reset.code).toBe(0)
    expect((await signIn('maya@desk.example', 'a long password')).status).toBe(401)
    expect((await signIn('maya@desk.example', 'another password')).status).toBe(200)
  })
  test('without a password a link is printed that leads to the console', async () => {
    const reset = await cli(['agent', 'reset-password', '--email', 'maya@desk.example'])
    expect(reset.out).toMatch(/http:\/\/\S+\/invitation\?token=\S+/)
  })
  test('the ledger verifies against the database', async () => {
    const { code, json } = await cli(['verify', '--parts', '--json'])
    expect(json()).toMatchObject({ verdict: 'ok', findings: [] })
    expect(code).toBe(0)
    expect(json().checkedParts).toBeGreaterThan(4)
  })
  test('a forged row that was put aside is taken note of, and verify says by whom and when', async () => {
    await tamper(
      `insert into log_rejected select workspace_id, gen_random_uuid(), 'wrong_mac', leaf, 'guessed', now() from log_entry where position = 3`,
    )
    expect((await cli(['verify'])).out).toContain('entry_rejected')
    expect((await cli(['acknowledge', '--reason', 'x'])).err).toContain('--entry is missing')
    const none = ['acknowledge', '--entry', '018f0000-0000-7000-8000-000000000000', '--reason', 'x']
    expect((await cli(none)).code).toBe(2)
    const done = await cli(['acknowledge', '--all', '--reason', 'An exercise', '--json'])
    expect([done.code, done.json()]).toEqual([0, { acknowledged: 1, verdict: 'ok' }])
    const { code, out } = await cli(['verify'])
    expect(code).toBe(0)
    expect(out).toMatch(
      /Acknowledged: the forged row \S+, put aside at \S+, by operator at \S+ \(entry \S+\)/,
    )
  })
  test('doctor finds everything but Telegram, which is a warning', async () => {
    const { code, json } = await cli(['doctor', '--json'])
    const states = Object.fromEntries(
      json().checks.map((c: { name: string; state: string }) => [c.name, c.state]),
    )
    expect(states).toEqual({
      'data folder': 'ok',
      'disk space': expect.any(String),
      database: 'ok',
      roles: 'ok',
      schema: 'ok',
      signer: 'ok',
      Telegram: 'warning',
    })
    expect(code).toBe(0)
  })
  test('migrate has nothing to do', async () => {
    expect((await cli(['migrate'])).out).toContain('nothing to do')
  })
})

describe('streams', () => {
  test('are made, listed with how far behind they are, tried, paused, resumed, replayed and ended', async () => {
    const asked = ['streams', 'create', '--name', 'SIEM', '--event', 'session.*,agent.*']
    const made = await cli([...asked, '--to', 'https://siem.example/hook', '--words', 'refund', '--json'])
    const { stream, secret } = made.json()
    expect([made.code, secret]).toEqual([0, expect.stringMatching(/^whsec_/)])
    const { items } = (await cli(['streams', 'list', '--json'])).json()
    expect(items).toMatchObject([
      {
        id: stream.id,
        filter: { event: ['session.*', 'agent.*'] },
        words: true,
        lagEntries: expect.any(Number),
      },
    ])
    for (const [command, ...more] of [['pause'], ['resume'], ['replay', '--from', '0']])
      expect((await cli(['streams', command ?? '', stream.id, ...more])).code, command).toBe(0)
    expect((await cli(['streams', 'resume', stream.id])).code).toBe(2)
    expect((await cli(['streams', 'replay', stream.id])).code).toBe(2)
    expect((await cli(['streams', 'pause', 'that one'])).code).toBe(2)
    const pem = join(folder, 'ca.pem')
    writeFileSync(pem, rootCertificates[0] ?? '')
    const syslog = ['streams', 'create', '--name', 'house', '--kind', 'syslog', '--to', 'siem.example']
    const own = (await cli([...syslog, '--ca', pem, '--json'])).json().stream.id
    const listed = (await cli(['streams', 'list', '--json'])).json().items
    expect(listed.find((each: { id: string }) => each.id === own).ca).toMatch(/^[0-9a-f]/i)
    expect((await cli(['streams', 'delete', own])).code).toBe(0)
    expect((await cli([...syslog, '--ca', `${pem}.gone`])).code).toBe(2)
    // addresses of our own house are refused here as well
    const inside = await cli([...asked, '--to', 'https://127.0.0.1:8480/hook', '--json'])
    expect([inside.code, inside.json().error.code]).toEqual([2, 'stream.address_not_valid'])
    expect((await cli([...asked, '--to', 'https://siem.example', '--kind', 'pigeon'])).code).toBe(2)
    expect((await cli(['streams', 'delete', stream.id])).code).toBe(0)
    expect((await cli(['streams', 'list', '--json'])).json().items).toEqual([])
  })
})

describe('tokens', () => {
  test('are made with a role, scopes and an end, listed without their secret, and ended', async () => {
    const asked = ['token', 'create', '--name', 'weekly', '--role', 'auditor']
    const made = await cli([
      ...asked,
      '--permissions',
      'log.view',
      '--expires',
      '2099-01-31T00:00:00Z',
      '--json',
    ])
    const { id, token } = made.json().apiToken
    expect([made.code, token]).toEqual([0, expect.stringMatching(/^tracedesk_/)])
    const listed = await cli(['token', 'list', '--json'])
    expect(listed.out).not.toContain(token)
    expect(listed.json().items).toMatchObject([
      {
        id,
        name: 'weekly',
        permissions: ['log.view'],
        expiresAt: '2099-01-31T00:00:00.000000Z',
        revokedAt: null,
      },
    ])
    expect((await cli(['token', 'list'])).out).toContain('until 2099-01-31')
    expect((await cli(['token', 'revoke', id])).code).toBe(0)
    expect((await cli(['token', 'list'])).out).toContain('ended')
    expect((await cli(['token', 'revoke', id])).code).toBe(2)
    expect((await cli(['token', 'revoke', 'that one'])).code).toBe(2)
    expect((await cli([...asked, '--expires', 'tomorrow'])).code).toBe(2)
    expect((await cli(['token', 'create', '--name', 'x', '--role', 'king'])).code).toBe(2)
  })
})

describe('an import', () => {
  const line = { at: '2020-05-13T13:14:24Z', event: 'message.received', conversation: 'c', text: 'hi' }
  const good = JSON.stringify({ ...line, actor: { kind: 'customer', key: 'carla' } })

  test('says what it took and what not, with exit code 1 when a line was rejected', async () => {
    const file = join(folder, 'history.ndjson')
    writeFileSync(file, `${good}\nnonsense\n`)
    const done = await cli(['import', '--format', 'tracedesk-ndjson', file])
    expect(done.code).toBe(1)
    expect(done.out).toContain('Lines imported: 1, rejected: 1')
    expect(done.out).toContain(join(env.DATA_DIR ?? '', 'imports'))
    const again = await cli(['import', '--format', 'tracedesk-ndjson', file, '--json'])
    expect([again.code, again.json().state]).toEqual([0, 'known'])
    expect((await cli(['verify'])).code).toBe(0)
  })
  test('a database without room says so by its code, and the same import goes on when there is room again', async () => {
    const file = join(folder, 'roomy.ndjson')
    writeFileSync(
      file,
      `${JSON.stringify({ ...line, conversation: 'roomy', actor: { kind: 'customer', key: 'rosa' } })}\n`,
    )
    const words = 'could not extend file: No space left on device'
    for (const table of ['import_run', 'customer']) {
      await tamper(`create function no_room() returns trigger language plpgsql as
        $$ begin raise exception '${words}' using errcode = '53100'; end $$;
        create trigger no_room before insert on ${table} execute function no_room()`)
      const { code, err, json } = await cli(['import', '--format', 'tracedesk-ndjson', file, '--json'])
      expect([code, json().error.code], table).toEqual([3, 'database.full'])
      expect(err, table).toContain(words)
      await tamper('drop function no_room() cascade')
    }
    const done = await cli(['import', '--format', 'tracedesk-ndjson', file, '--json'])
    expect([done.code, done.json().imported]).toEqual([0, 1])
    expect((await cli(['verify'])).code).toBe(0)
  })
  test('rows come in by a mapping, from a file or kept under a name; a dry run only counts', async () => {
    const mapping = join(folder, 'mapping.json')
    const file = join(folder, 'tickets.csv')
    const said = {
      format: 'csv',
      csv: { delimiter: ';' },
      at: { column: 'When', format: 'DD.MM.YYYY HH:mm', zone: 'Europe/Riga' },
      event: { column: 'What' },
      conversation: { column: 'Ticket' },
      actorKey: { column: 'Who' },
    }
    writeFileSync(mapping, JSON.stringify(said))
    writeFileSync(file, 'Ticket;When;What;Who\nT1;05.07.2021 10:00;Escalated;omar\nT1;soon;Escalated;omar\n')
    const asked = ['import', '--format', 'csv', '--mapping', mapping, file]
    const tried = await cli([...asked, '--dry-run', '--json'])
    expect([tried.code, tried.json()]).toMatchObject([
      1,
      { isWhole: true, good: 1, rejected: 1, causes: [{ cause: 'at_malformed', firstLine: 3 }] },
    ])
    expect((await cli([...asked, '--dry-run'])).out).toContain('Lines that would be imported: 1, rejected: 1')
    const done = await cli([...asked, '--json'])
    expect([done.code, done.json()]).toMatchObject([1, { state: 'completed', imported: 1, rejected: 1 }])
    expect((await cli(['import', '--format', 'csv', file])).code).toBe(2)
    expect((await cli(['import', '--format', 'csv', '--mapping', 'nobody kept this', file])).code).toBe(2)
    expect((await cli(['import', '--format', 'xes', '--mapping', mapping, file])).code).toBe(2)
    writeFileSync(mapping, JSON.stringify({ ...said, at: { column: 'When', zone: 'Mars/Olympus' } }))
    expect((await cli([...asked, '--dry-run'])).err).toContain('no such time zone')
  })
  test('an XES log comes in by its standard attributes without a mapping', async () => {
    const file = join(folder, 'cases.xes')
    const event = (name: string, minute: number, who: string) =>
      `<event><string key="concept:name" value="${name}"/><date key="time:timestamp" value="2021-07-05T10:0${minute}:00Z"/>${who}</event>`
    writeFileSync(
      file,
      `<log><trace><string key="concept:name" value="P1"/>${event('Opened', 1, '<string key="org:resource" value="omar"/>')}${event('Closed', 2, '')}</trace></log>`,
    )
    const tried = await cli(['import', '--format', 'xes', '--dry-run', '--json', file])
    expect([tried.code, tried.json()]).toMatchObject([
      0,
      {
        good: 2,
        rejected: 0,
        conversations: 1,
        agents: 2,
        from: '2021-07-05T10:01:00.000000Z',
        events: expect.arrayContaining([{ event: 'activity.opened', count: 1 }]),
      },
    ])
  })
  test('a file that is not there is exit code 3, an unknown format or agent exit code 2', async () => {
    expect((await cli(['import', '--format', 'tracedesk-ndjson', join(folder, 'none')])).code).toBe(3)
    expect((await cli(['import', '--format', 'docx', join(folder, 'none')])).code).toBe(2)
    const agents = join(folder, 'agents.json')
    const file = join(folder, 'more.ndjson')
    writeFileSync(file, `${good}\n`)
    writeFileSync(agents, '{"maya":"nobody"}')
    const wrong = await cli(['import', '--format', 'tracedesk-ndjson', '--agents', agents, file])
    expect(wrong.code).toBe(2)
  })
})

describe('an export', () => {
  const ids = (path: string) =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .flatMap(line => (line ? [(JSON.parse(line) as { id: string }).id] : []))

  test('takes every filter of log.search by its name, and writes what the search finds', async () => {
    const help = (await cli(['export', '--help'])).out
    for (const name of Object.keys(logFilter)) expect(help).toContain(`  --${name} `)
    const file = join(folder, 'told.ndjson')
    const [customer, agent] = [
      { kind: 'customer', key: 'zoe' },
      { kind: 'agent', key: 'max' },
    ]
    const lines = [
      { event: 'message.received', actor: customer, text: 'a parcel, and another' },
      { event: 'message.sent', actor: agent, text: 'which parcel' },
      { event: 'message.sent', actor: agent, text: 'hello' },
    ].map((line, i) =>
      JSON.stringify({ at: `2019-03-0${i + 1}T08:00:00Z`, conversation: 'told', customer: 'zoe', ...line }),
    )
    writeFileSync(file, `${lines.join('\n')}\n`)
    expect((await cli(['import', '--format', 'tracedesk-ndjson', file])).code).toBe(0)
    const signedIn = await signIn('owner@desk.example', 'correct horse battery')
    const { token } = (await signedIn.json()) as { token: string }
    const to = new Date().toISOString()
    const search = async (filter: Record<string, string>) => {
      const query = new URLSearchParams(
        Object.entries({ to, limit: '200', ...filter }).flatMap(([name, value]) =>
          (name === 'q' ? [value] : value.split(',')).map((each): [string, string] => [name, each]),
        ),
      )
      const answer = await fetch(`${running.url}/api/log.search?${query}`, {
        headers: { authorization: `Bearer ${token}` },
      })
      return ((await answer.json()) as { items: Entry[] }).items
    }
    const told = await search({
      event: 'message.*',
      from: '2019-03-01T00:00:00Z',
      to: '2019-04-01T00:00:00Z',
    })
    const sent = told[0] as Entry
    const filters: Record<string, string>[] = [
      { event: 'message.sent,import.*' },
      { from: '2019-03-02T00:00:00Z', to: '2019-03-03T00:00:00Z' },
      { actor: sent.actor.id ?? '' },
      { actorKind: 'customer,operator' },
      { conversation: sent.conversationId ?? '' },
      { customer: sent.customerId ?? '' },
      { subject: sent.subject.id ?? '' },
      { outcome: 'refused,failed' },
      { source: 'import', event: 'message.sent' },
      { q: 'parcel', event: 'message.*' },
      { department: sent.id },
      { bot: sent.id },
    ]
    for (const [i, filter] of filters.entries()) {
      const path = join(folder, `filtered-${i}.ndjson`)
      const options = Object.entries({ to, ...filter }).flatMap(([name, value]) => [`--${name}`, value])
      expect((await cli(['export', '--format', 'ndjson', ...options, path])).code, options.join(' ')).toBe(0)
      const expected = (await search(filter)).map(entry => entry.id).reverse()
      expect(ids(path), options.join(' ')).toEqual(expected)
      expect(expected.length > 0, options.join(' ')).toBe(!('department' in filter || 'bot' in filter))
    }
    const wrong = await cli(['export', '--format', 'csv', '--outcome', 'maybe', join(folder, 'none.csv')])
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('outcome')])
  }, 120_000)
})

describe('retention', () => {
  test('what would go is shown, and nothing goes that nobody approved', async () => {
    const shown = await cli(['retention', '--json'])
    expect([shown.code, shown.json()]).toMatchObject([0, { items: [], entries: 0, unarchived: 0 }])
    expect((await cli(['retention', '--list', '--json'])).json()).toEqual({ items: [] })
    expect((await cli(['retention', '--run'])).code).toBe(2)
    expect((await cli(['retention', '--run', '--list'])).code).toBe(2)
  })
})

describe('over HTTP', () => {
  let token = ''
  beforeAll(async () => {
    const made = await cli(['token', 'create', '--name', 'verifier', '--role', 'auditor', '--json'])
    token = made.json().apiToken.token
    await running.node.settle()
  })
  const from = (...more: string[]) =>
    cli(['verify', '--from', running.url, '--json', ...more], { TRACEDESK_TOKEN: token })

  test('a key from the server itself is said to prove little', async () => {
    const { code, json } = await from()
    expect(json()).toMatchObject({ verdict: 'ok', keysFrom: 'server' })
    expect(json().checkedEntries).toBe(json().size)
    expect(code).toBe(0)
    const spoken = await cli(['verify', '--from', running.url, '--token', token])
    expect(spoken.out).toContain('agrees with itself')
  })
  test('a key of one’s own is believed, a wrong one is a finding', async () => {
    const response = await fetch(`${running.url}/api/ledger.vkey`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const vkey = (await response.text()).trim()
    expect((await from('--vkey', vkey)).json()).toMatchObject({ verdict: 'ok', keysFrom: 'given' })
    const trust = join(folder, 'trust.json')
    writeFileSync(trust, JSON.stringify({ origin: 'other.example/log/x/1', vkeys: [vkey] }))
    const wrong = await from('--trust', trust)
    expect([wrong.code, wrong.json().verdict]).toEqual([1, 'note_wrong_origin'])
  })
  test('without a token it is exit code 3', async () => {
    const { code, err } = await cli(['verify', '--from', running.url])
    expect(code).toBe(3)
    expect(err).toContain('401')
  })
  test('a server that is not there is exit code 3', async () => {
    expect((await cli(['verify', '--from', 'http://127.0.0.1:1'])).code).toBe(3)
  })
  test('a changed leaf is found from afar and here, with exit code 1', async () => {
    await tamper('create table kept as select * from log_entry where position = 3')
    await tamper(`update log_entry set leaf = leaf || 'x' where position = 3`)
    const remote = await from()
    expect(remote.code).toBe(1)
    expect(remote.json().findingCount).toBeGreaterThan(0)
    const local = await cli(['verify'])
    expect(local.code).toBe(1)
    expect(local.out).toContain('position 3')
    await tamper('update log_entry e set leaf = kept.leaf from kept where e.position = 3')
  })
})

const LAUNCHER = fileURLToPath(new URL('../../../../bin/tracedesk', import.meta.url))

test('with no server running a command starts the database for its own time', {
  timeout: 60_000,
}, async () => {
  await running.stop()
  expect(findRunning(env.DATA_DIR ?? '')).toBeNull()
  const made = await cli(['token', 'create', '--name', 'alone', '--role', 'auditor'])
  expect(made).toMatchObject({ code: 0, err: '' })
  expect(findRunning(env.DATA_DIR ?? '')).toBeNull()

  expect(existsSync(LAUNCHER)).toBe(true)
  const launched = spawnSync(LAUNCHER, ['doctor', '--json'], {
    env: { ...process.env, ...env },
    cwd: folder,
    encoding: 'utf8',
  })
  expect(launched.stderr).toBe('')
  expect(JSON.parse(launched.stdout).checks.length).toBeGreaterThan(5)
  expect(launched.status).toBe(0)
})
