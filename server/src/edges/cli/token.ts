import { ApiTokenId, createApiToken, InstantInput, RoleKey, revokeApiToken } from '@tracedesk/contracts'
import { usage } from './cli-error.ts'
import { type CliCommand, type Invocation, optional, required } from './command.ts'
import { execute, runQuery } from './execute.ts'
import { openDesk } from './open-desk.ts'

export const tokenCreate: CliCommand = {
  name: 'token create',
  synopsis: 'token create --name NAME --role ROLE [--permissions NAME,…] [--expires RFC3339]',
  summary: 'make a token for a program; it is shown once',
  options: {
    name: { type: 'string' },
    role: { type: 'string' },
    permissions: { type: 'string' },
    expires: { type: 'string' },
    workspace: { type: 'string' },
  },
  run: async invocation => {
    const input = readInput(invocation)
    const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
    try {
      const { apiToken } = await execute(desk, createApiToken, input)
      await desk.settle()
      invocation.say(apiToken.token)
      return { exitCode: 0, json: { apiToken } }
    } finally {
      await desk.close()
    }
  },
}

function readInput(invocation: Invocation) {
  const role = RoleKey.safeParse(required(invocation, 'role'))
  if (!role.success)
    throw usage('--role is owner, admin, supervisor, agent, auditor or one of your own (custom.…)')
  const expires = optional(invocation, 'expires')
  if (expires !== undefined && !InstantInput.safeParse(expires).success)
    throw usage('--expires is a time like 2027-01-31T12:00:00Z')
  const permissions = optional(invocation, 'permissions')
  return {
    name: required(invocation, 'name'),
    role: role.data,
    ...(permissions === undefined ? {} : { permissions: permissions.split(',') }),
    ...(expires === undefined ? {} : { expiresAt: expires }),
  }
}

export const tokenList: CliCommand = {
  name: 'token list',
  synopsis: 'token list',
  summary: 'list tokens: for whom, until when, when last used',
  options: { workspace: { type: 'string' } },
  run: async invocation => {
    const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
    try {
      const { items } = await runQuery(desk, 'api_token.list', {})
      for (const { id, name, role, expiresAt, revokedAt, lastUsedAt } of items) {
        const state = revokedAt ? `ended ${revokedAt}` : `until ${expiresAt ?? 'revoked'}`
        invocation.say(`${id} ${role} ${name}, ${state}, last used ${lastUsedAt ?? 'never'}`)
      }
      return { exitCode: 0, json: { items } }
    } finally {
      await desk.close()
    }
  },
}

export const tokenRevoke: CliCommand = {
  name: 'token revoke',
  synopsis: 'token revoke ID',
  summary: 'end a token at once',
  options: { workspace: { type: 'string' } },
  positionals: true,
  run: async invocation => {
    const [named, ...others] = invocation.positionals
    const id = ApiTokenId.safeParse(named)
    if (!id.success || others.length > 0) throw usage('name one ID of `token list`')
    const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
    try {
      await execute(desk, revokeApiToken, { apiTokenId: id.data })
      await desk.settle()
      invocation.say('The token is ended.')
      return { exitCode: 0, json: { id: id.data } }
    } finally {
      await desk.close()
    }
  },
}
