import { acceptInvitation, inviteAgent, Password, Role, resetPassword, signOut } from '@tracedesk/contracts'
import { resolveSession } from '../../modules/team/index.ts'
import { CliError, usage } from './cli-error.ts'
import { type CliCommand, type Invocation, optional, type Result, required } from './command.ts'
import { execute } from './execute.ts'
import { type OpenDesk, openDesk } from './open-desk.ts'

const PASSWORD_OPTIONS = {
  password: { type: 'string' },
  'password-stdin': { type: 'boolean' },
  workspace: { type: 'string' },
} as const

export const agentCreate: CliCommand = {
  name: 'agent create',
  synopsis: 'agent create --email ADDRESS --name NAME --role ROLE [--password-stdin | --password PASSWORD]',
  summary: 'give somebody a seat; without a password it prints a link to pass on',
  options: {
    email: { type: 'string' },
    name: { type: 'string' },
    role: { type: 'string' },
    ...PASSWORD_OPTIONS,
  },
  run: async invocation => {
    const role = Role.safeParse(required(invocation, 'role'))
    if (!role.success) throw usage(`--role is one of ${Role.options.join(', ')}`)
    const input = {
      email: required(invocation, 'email'),
      name: required(invocation, 'name'),
      role: role.data,
    }
    return withLink(invocation, async desk => {
      const { agent, invitation } = await execute(desk, inviteAgent, input)
      return { id: agent.id, ...invitation }
    })
  },
}

export const agentResetPassword: CliCommand = {
  name: 'agent reset-password',
  synopsis: 'agent reset-password --email ADDRESS [--password-stdin | --password PASSWORD]',
  summary: 'end somebody’s sessions and set a new password, or print a link to choose one',
  options: { email: { type: 'string' }, ...PASSWORD_OPTIONS },
  run: async invocation => {
    const email = required(invocation, 'email').trim().toLowerCase()
    return withLink(invocation, async desk => {
      const id = await findAgent(desk, email)
      const { invitation } = await execute(desk, resetPassword, { agentId: id })
      return { id, ...invitation }
    })
  },
}

type Link = { id: string; token: string; expiresAt: string }

/** Makes a link; with a password it is used at once, without one it is printed. */
async function withLink(
  invocation: Invocation,
  makeLink: (desk: OpenDesk) => Promise<Link>,
): Promise<Result> {
  const password = await readPassword(invocation)
  const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
  try {
    const link = await makeLink(desk)
    if (password !== null) await usePassword(desk, link.token, password)
    await desk.settle()
    if (password !== null) {
      invocation.say(`Done. Agent ${link.id} can sign in.`)
      return { exitCode: 0, json: { agent: { id: link.id } } }
    }
    const { config } = desk
    const root = config.publicUrl ?? `http://${config.host}:${config.port}`
    const url = `${root}/invitation?token=${link.token}`
    invocation.say(`Pass on this link; it is good once, until ${link.expiresAt}:\n${url}`)
    return { exitCode: 0, json: { agent: { id: link.id }, invitation: { url, expiresAt: link.expiresAt } } }
  } finally {
    await desk.close()
  }
}

/** The password to set, checked before anything is changed; null when none was given. */
async function readPassword(invocation: Invocation): Promise<string | null> {
  const { password, 'password-stdin': fromStdin } = invocation.options
  if (password !== undefined && fromStdin) throw usage('give either --password or --password-stdin')
  const given = fromStdin ? await readLine(process.stdin) : password
  if (typeof given !== 'string') return null
  const parsed = Password.safeParse(given)
  if (!parsed.success) throw usage(`the password will not do: ${parsed.error.issues[0]?.message}`)
  return parsed.data
}

async function readLine(stream: NodeJS.ReadStream): Promise<string> {
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) text += chunk
  return text.replace(/\r?\n$/, '')
}

/** Uses the link as its owner would; the session that comes with it is ended at once, nobody holds its token. */
async function usePassword(desk: OpenDesk, token: string, password: string): Promise<void> {
  const session = await execute(desk, acceptInvitation, { token, password })
  const facts = { requestId: 'cli', ip: '', userAgent: '' }
  const resolved = await resolveSession(desk.node.databases.read, session.token, facts)
  if (!resolved) throw new Error('the session that came with the new password does not resolve')
  await execute(desk, signOut, {}, { ...resolved.caller, via: { ...resolved.caller.via, source: 'cli' } })
}

async function findAgent(desk: OpenDesk, email: string) {
  const row = await desk.node.databases.read
    .selectFrom('agent')
    .select('agent_id')
    .where('workspace_id', '=', desk.workspaceId)
    .where('email', '=', email)
    .executeTakeFirst()
  if (!row) throw new CliError(2, 'agent.not_found', `Nobody has a seat under ${email}.`)
  return inviteAgent.output.shape.agent.shape.id.parse(row.agent_id)
}
