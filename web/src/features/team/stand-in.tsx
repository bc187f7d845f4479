import { Button, Group, Modal, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './team.module.css'
import type { Agent } from './team.ts'

/** Asks why, and begins to act in a colleague's name. The page is loaded anew: everything on it was another seat's. */
export function StandIn({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const t = useT()
  const [reasonText, setReason] = useState('')
  const start = useCommand('impersonation.start', {
    announce: false,
    onDone: () => location.assign('/inbox'),
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('team.standIn.title', { name: agent.name })}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form
        onSubmit={event => {
          event.preventDefault()
          start.mutate({ agentId: agent.id, reasonText: reasonText.trim() })
        }}
      >
        <p className={classes.text}>{t('team.standIn.text', { name: agent.name })}</p>
        <Textarea
          data-autofocus
          autosize
          required
          maxLength={500}
          label={t('team.standIn.reason')}
          value={reasonText}
          onChange={event => setReason(event.currentTarget.value.replaceAll('\n', ' '))}
        />
        <Failure error={start.error} />
        <Group justify="flex-end" mt={16}>
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" disabled={!reasonText.trim()} loading={start.isPending || start.isSuccess}>
            {t('team.standIn.start')}
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
