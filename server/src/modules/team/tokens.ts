import { apiTokenCreated, apiTokenRevoked, createApiToken, revokeApiToken } from '@tracedesk/contracts'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { newId } from '../../kernel/id.ts'
import { instantFromRfc3339 } from '../../kernel/instant.ts'
import { newToken, sha256 } from '../../kernel/secret.ts'
import { requireRank } from './rank.ts'
import { readRole } from './standing.ts'

/** Marks a token of ours, so that secret scanners can find leaked ones. */
export const API_TOKEN_PREFIX = 'tracedesk_'

export const createApiTokenCommand = defineCommandHandler(createApiToken, {
  handle: async (context, input) => {
    const { tx, workspaceId, now, caller } = context
    await requireRank(context, input.role)
    const { permissions: ofRole } = await readRole(tx, workspaceId, input.role)
    const permissions = input.permissions?.filter(name => ofRole.has(name)) ?? null
    const id = newId()
    const token = `${API_TOKEN_PREFIX}${newToken()}`
    const expiresAt = input.expiresAt ? instantFromRfc3339(input.expiresAt) : null
    const hash = sha256(token)
    await tx
      .insertInto('api_token')
      .values({
        workspace_id: workspaceId,
        api_token_id: id,
        name: input.name,
        role: input.role,
        permissions,
        token_sha256: hash,
        created_by: caller.actor.id,
        created_at: now,
        expires_at: expiresAt,
        revoked_at: null,
      })
      .execute()
    context.record(
      apiTokenCreated,
      {
        name: input.name,
        role: input.role,
        expiresAt,
        fingerprint: hash.toString('hex').slice(0, 16),
        ...(permissions ? { permissionCount: permissions.length } : {}),
      },
      {
        subject: { id, name: input.name },
        parts: permissions ? { permissions: [...permissions].sort().join('\n') } : {},
      },
    )
    return { apiToken: { id, token } }
  },
})

export const revokeApiTokenCommand = defineCommandHandler(revokeApiToken, {
  handle: async (context, { apiTokenId }) => {
    const { tx, workspaceId, now } = context
    const revoked = await tx
      .updateTable('api_token')
      .set({ revoked_at: now })
      .where('workspace_id', '=', workspaceId)
      .where('api_token_id', '=', apiTokenId)
      .where('revoked_at', 'is', null)
      .returning('name')
      .executeTakeFirst()
    if (!revoked) throw new ConsoleError('api_token.not_found', { apiTokenId })
    context.record(
      apiTokenRevoked,
      { name: revoked.name },
      { subject: { id: apiTokenId, name: revoked.name } },
    )
    return {}
  },
})
