import { Button, CopyButton } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useT } from '../../i18n/index.ts'
import classes from './copy-field.module.css'

/** A text to take along whole: shown as it is, copied by a button. */
export function CopyField({ value, label, copyLabel }: { value: string; label: string; copyLabel?: string }) {
  const t = useT()
  return (
    <div className={classes.field}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroller must be reachable by keyboard */}
      <section className={classes.text} aria-label={label} tabIndex={0}>
        {value}
      </section>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button
            size="xs"
            variant="default"
            leftSection={copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}
            onClick={copy}
          >
            {copied ? t('action.copied') : (copyLabel ?? t('action.copy'))}
          </Button>
        )}
      </CopyButton>
    </div>
  )
}
