import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { TokenForm } from './token-form.tsx'

export function ConnectBot({ onClose }: { onClose: () => void }) {
  const t = useT()
  const connect = useCommand('bot.connect', { announce: false, changes: [['bot.list']], onDone: onClose })
  return (
    <TokenForm
      title={t('bots.connect')}
      hint={t('access.bot.how')}
      submit={t('bots.connect')}
      asksName
      isBusy={connect.isPending}
      error={connect.error}
      onSubmit={({ token, name }) => connect.mutate({ token, ...(name && { name }) })}
      onClose={onClose}
    />
  )
}
