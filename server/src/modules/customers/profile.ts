import { customerProfileUpdated, updateProfile } from '@tracedesk/contracts'
import { defineCommandHandler } from '../../command/define.ts'
import { ConsoleError } from '../../kernel/console-error.ts'
import { requireCustomer } from '../conversations/index.ts'

export const updateProfileCommand = defineCommandHandler(updateProfile, {
  handle: async (context, { customerId, nickname, remark }) => {
    const before = await requireCustomer(context, customerId)
    const given = { nickname, remark }
    const fields = (['nickname', 'remark'] as const).filter(
      name => given[name] !== undefined && given[name] !== before[name],
    )
    if (fields.length === 0) throw new ConsoleError('conversation.unchanged', { customerId })
    const changes = Object.fromEntries(fields.map(name => [name, given[name] ?? null]))
    await context.tx
      .updateTable('customer')
      .set(changes)
      .where('workspace_id', '=', context.workspaceId)
      .where('customer_id', '=', customerId)
      .execute()
    const part = (name: 'nickname' | 'remark', value: string | null | undefined) =>
      fields.includes(name) && value ? value : undefined
    context.record(
      customerProfileUpdated,
      { fields },
      {
        ...before.about,
        parts: {
          nicknameBefore: part('nickname', before.nickname),
          nicknameAfter: part('nickname', nickname),
          remarkBefore: part('remark', before.remark),
          remarkAfter: part('remark', remark),
        },
      },
    )
    return {}
  },
})
