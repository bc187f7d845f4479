import { Button } from '@mantine/core'
import { IconCircleCheck, IconCircleMinus } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useT } from '../../i18n/index.ts'
import classes from './confirm.module.css'
import { Dialog } from './dialog.tsx'
import { Failure } from './failure.tsx'

interface ConfirmProps {
  title: string
  /** what is lost */
  goes: string
  /** what is not */
  stays: string
  confirm: string
  isBusy: boolean
  error: unknown
  /** what else is to be said of the error */
  details?: ReactNode
  onConfirm: () => void
  onClose: () => void
}

/** Asks before something is taken away, and names what goes and what stays. */
export function Confirm(props: ConfirmProps) {
  const t = useT()
  return (
    <Dialog onClose={props.onClose} title={props.title}>
      <ul className={classes.list}>
        <li>
          <IconCircleMinus size={18} stroke={1.7} color="var(--td-bad)" aria-hidden />
          {props.goes}
        </li>
        <li>
          <IconCircleCheck size={18} stroke={1.7} color="var(--td-good)" aria-hidden />
          {props.stays}
        </li>
      </ul>
      <Failure error={props.error} />
      {props.details}
      <div className={classes.buttons}>
        <Button variant="default" onClick={props.onClose} data-autofocus>
          {t('action.cancel')}
        </Button>
        <Button color="red.8" loading={props.isBusy} onClick={props.onConfirm}>
          {props.confirm}
        </Button>
      </div>
    </Dialog>
  )
}
