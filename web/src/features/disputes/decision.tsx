import { Button, Checkbox, SegmentedControl } from '@mantine/core'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { ReasonDialog } from '../../shared/reason-dialog.tsx'

type Dispute = QueryOutput<'dispute.get'>['dispute']
const OUTCOMES = ['upheld', 'partly_upheld', 'dismissed', 'unproven'] as const
const CHANGES = [['dispute.get'], ['dispute.list']]

/** Decide, and later close: each with its reason. */
export function Decision({ dispute }: { dispute: Dispute }) {
  const t = useT()
  const [open, setOpen] = useState<'decide' | 'close' | null>(null)
  if (!dispute.mayWork) return null
  return (
    <>
      <Button size="compact-sm" onClick={() => setOpen('decide')}>
        {t('dispute.case.decide')}
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => setOpen('close')}>
        {t('dispute.case.close')}
      </Button>
      {open === 'decide' && <Decide dispute={dispute} onClose={() => setOpen(null)} />}
      {open === 'close' && <Close dispute={dispute} onClose={() => setOpen(null)} />}
    </>
  )
}

interface DialogProps {
  dispute: Dispute
  onClose: () => void
}

function Decide({ dispute, onClose }: DialogProps) {
  const t = useT()
  const [outcome, setOutcome] = useState<(typeof OUTCOMES)[number]>(dispute.outcome ?? 'upheld')
  const decide = useCommand('dispute.decide', { announce: false, changes: CHANGES, onDone: onClose })
  return (
    <ReasonDialog
      title={t('dispute.case.decide')}
      label={t('dispute.case.reason')}
      submit={t('dispute.case.decide')}
      isBusy={decide.isPending}
      error={decide.error}
      onConfirm={reason => decide.mutate({ disputeId: dispute.id, outcome, reason })}
      onClose={onClose}
    >
      <SegmentedControl
        role="radiogroup"
        orientation="vertical"
        aria-label={t('dispute.case.decide')}
        value={outcome}
        onChange={value => setOutcome(value as typeof outcome)} // one of the values it was given
        data={OUTCOMES.map(value => ({ value, label: t(`value.${value}`) }))}
      />
    </ReasonDialog>
  )
}

function Close({ dispute, onClose }: DialogProps) {
  const t = useT()
  const [releaseHold, setRelease] = useState(false)
  const close = useCommand('dispute.close', { announce: false, changes: CHANGES, onDone: onClose })
  return (
    <ReasonDialog
      title={t('dispute.case.close')}
      label={t('dispute.case.reason')}
      submit={t('dispute.case.close')}
      isBusy={close.isPending}
      error={close.error}
      onConfirm={reason => close.mutate({ disputeId: dispute.id, reason, releaseHold })}
      onClose={onClose}
    >
      {dispute.hold.inForce && (
        <Checkbox
          label={t('dispute.case.release')}
          checked={releaseHold}
          onChange={event => setRelease(event.currentTarget.checked)}
        />
      )}
    </ReasonDialog>
  )
}
