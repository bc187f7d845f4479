import { Button, Group, Progress } from '@mantine/core'
import { useT } from '../../i18n/index.ts'
import { Dialog } from '../../shared/ui/dialog.tsx'
import classes from './inbox.module.css'
import type { BulkRun } from './use-bulk.ts'

interface BulkReportProps {
  run: BulkRun
  onStop: () => void
  onClose: () => void
}

/** How far an action on many conversations has come, and what was refused and why. */
export function BulkReport({ run, onStop, onClose }: BulkReportProps) {
  const t = useT()
  const { total, done, refused, isOver } = run
  const over = done + refused.length
  return (
    <Dialog onClose={() => isOver && onClose()} title={t('inbox.bulk.title')} withCloseButton={isOver}>
      <Progress.Root size="lg" aria-label={t('inbox.bulk.progress', { done: over, total })}>
        <Progress.Section
          value={(done / total) * 100}
          color="var(--td-good)"
          aria-label={t('inbox.bulk.done', { count: done })}
        />
        <Progress.Section
          value={(refused.length / total) * 100}
          color="var(--td-bad)"
          aria-label={t('inbox.bulk.refused', { count: refused.length })}
        />
      </Progress.Root>
      <p role="status" className="tabular">
        {t('inbox.bulk.progress', { done: over, total })} · {t('inbox.bulk.done', { count: done })}
        {refused.length > 0 && ` · ${t('inbox.bulk.refused', { count: refused.length })}`}
      </p>
      {refused.length > 0 && (
        <ul className={classes.refusals}>
          {refused.map(({ conversation, code }) => (
            <li key={conversation.id}>
              <b>
                <bdi>{conversation.customer.name ?? t('chip.customer')}</bdi>
              </b>{' '}
              {t(`error.${code}`)} <small>{code}</small>
            </li>
          ))}
        </ul>
      )}
      <Group grow>
        {isOver && run.undo && done > 0 && (
          <Button variant="default" onClick={run.undo}>
            {t('action.undo')}
          </Button>
        )}
        <Button variant="default" onClick={isOver ? onClose : onStop}>
          {t(isOver ? 'action.close' : 'inbox.bulk.stop')}
        </Button>
      </Group>
    </Dialog>
  )
}
