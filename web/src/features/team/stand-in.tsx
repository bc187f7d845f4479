import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { ReasonDialog } from '../../shared/reason-dialog.tsx'
import type { Agent } from './team.ts'

/** Asks why, and begins to act in a colleague's name. The page is loaded anew: everything on it was another seat's. */
export function StandIn({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const t = useT()
  const start = useCommand('impersonation.start', {
    announce: false,
    onDone: () => location.assign('/inbox'),
  })
  return (
    <ReasonDialog
      title={t('team.standIn.title', { name: agent.name })}
      text={[t('team.standIn.text', { name: agent.name })]}
      label={t('team.standIn.reason')}
      maxLength={500}
      isOneLine
      submit={t('team.standIn.start')}
      isBusy={start.isPending || start.isSuccess}
      error={start.error}
      onConfirm={reasonText => start.mutate({ agentId: agent.id, reasonText })}
      onClose={onClose}
    />
  )
}
