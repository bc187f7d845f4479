import { SegmentedControl } from '@mantine/core'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../command.ts'
import { useMay } from '../session.ts'
import classes from './access.module.css'

/** Whether the rules give somebody conversations: as their role has it, yes, or no. */
export function Serving({ agentId, serving }: { agentId: string; serving: boolean | null }) {
  const t = useT()
  const may = useMay()
  const set = useCommand('agent.set_serving', { changes: [['access.review'], ['session.me']] })
  return (
    <>
      <p className={classes.text}>{t('team.access.servingText')}</p>
      <SegmentedControl
        size="xs"
        aria-label={t('team.access.serving')}
        value={serving === null ? 'role' : serving ? 'on' : 'off'}
        disabled={set.isPending}
        readOnly={!may('agent.set_serving')}
        data={[
          { value: 'role', label: t('team.access.asRole') },
          { value: 'on', label: t('settings.on') },
          { value: 'off', label: t('settings.off') },
        ]}
        onChange={next => set.mutate({ agentId, serving: next === 'role' ? null : next === 'on' })}
      />
    </>
  )
}
