import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import type { Bot } from './bot.ts'
import { TokenForm } from './token-form.tsx'

export function RotateToken({ bot, onClose }: { bot: Bot; onClose: () => void }) {
  const t = useT()
  const rotate = useCommand('bot.rotate_token', { announce: false, changes: [['bot.list']], onDone: onClose })
  return (
    <TokenForm
      title={t('bots.rotateTitle', { name: bot.name })}
      hint={t('bots.rotateText')}
      submit={t('bots.rotateDo')}
      asksName={false}
      isBusy={rotate.isPending}
      error={rotate.error}
      onSubmit={({ token }) => rotate.mutate({ botId: bot.id, token })}
      onClose={onClose}
    />
  )
}
