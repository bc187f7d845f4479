import { createApiToken, InstantInput, Role } from '@tracedesk/contracts'
import { usage } from './cli-error.ts'
import { type CliCommand, optional, required } from './command.ts'
import { execute } from './execute.ts'
import { openDesk } from './open-desk.ts'

export const tokenCreate: CliCommand = {
  name: 'token create',
  synopsis: 'token create --name NAME --role ROLE [--expires RFC3339]',
  summary: 'make a token for a program; it is shown once',
  options: {
    name: { type: 'string' },
    role: { type: 'string' },
    expires: { type: 'string' },
    workspace: { type: 'string' },
  },
  run: async invocation => {
    const role = Role.safeParse(required(invocation, 'role'))
    if (!role.success) throw usage(`--role is one of ${Role.options.join(', ')}`)
    const expires = optional(invocation, 'expires')
    if (expires !== undefined && !InstantInput.safeParse(expires).success)
      throw usage('--expires is a time like 2027-01-31T12:00:00Z')
    const name = required(invocation, 'name')
    const desk = await openDesk(invocation.env, optional(invocation, 'workspace'))
    try {
      const input = { name, role: role.data, ...(expires === undefined ? {} : { expiresAt: expires }) }
      const { apiToken } = await execute(desk, createApiToken, input)
      await desk.settle()
      invocation.say(apiToken.token)
      return { exitCode: 0, json: { apiToken } }
    } finally {
      await desk.close()
    }
  },
}
