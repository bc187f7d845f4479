import { Button, Checkbox, Modal, SegmentedControl, Textarea } from '@mantine/core'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { Failure } from '../../shared/ui/failure.tsx'
import classes from './disputes.module.css'

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
  const [reason, setReason] = useState('')
  const decide = useCommand('dispute.decide', { announce: false, changes: CHANGES, onDone: onClose })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('dispute.case.decide')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form
        className={classes.dialog}
        onSubmit={event => {
          event.preventDefault()
          decide.mutate({ disputeId: dispute.id, outcome, reason })
        }}
      >
        <SegmentedControl
          role="radiogroup"
          orientation="vertical"
          aria-label={t('dispute.case.decide')}
          value={outcome}
          onChange={value => setOutcome(value as typeof outcome)} // one of the values it was given
          data={OUTCOMES.map(value => ({ value, label: t(`value.${value}`) }))}
        />
        <Reason value={reason} onChange={setReason} />
        <Failure error={decide.error} />
        <Button type="submit" loading={decide.isPending} disabled={!reason.trim()}>
          {t('dispute.case.decide')}
        </Button>
      </form>
    </Modal>
  )
}

function Close({ dispute, onClose }: DialogProps) {
  const t = useT()
  const [reason, setReason] = useState('')
  const [releaseHold, setRelease] = useState(false)
  const close = useCommand('dispute.close', { announce: false, changes: CHANGES, onDone: onClose })
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('dispute.case.close')}
      closeButtonProps={{ 'aria-label': t('action.close') }}
    >
      <form
        className={classes.dialog}
        onSubmit={event => {
          event.preventDefault()
          close.mutate({ disputeId: dispute.id, reason, releaseHold })
        }}
      >
        <Reason value={reason} onChange={setReason} />
        {dispute.hold.inForce && (
          <Checkbox
            label={t('dispute.case.release')}
            checked={releaseHold}
            onChange={event => setRelease(event.currentTarget.checked)}
          />
        )}
        <Failure error={close.error} />
        <Button type="submit" loading={close.isPending} disabled={!reason.trim()}>
          {t('dispute.case.close')}
        </Button>
      </form>
    </Modal>
  )
}

function Reason({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useT()
  return (
    <Textarea
      data-autofocus
      label={t('dispute.case.reason')}
      required
      autosize
      minRows={3}
      maxLength={4096}
      value={value}
      onChange={event => onChange(event.currentTarget.value)}
    />
  )
}
