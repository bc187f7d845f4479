import { Button, Checkbox, NumberInput } from '@mantine/core'
import type { ArchivePolicy } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import classes from './archive.module.css'

const SWITCHES = ['enabled', 'required', 'withParts'] as const

/** When closed months are written, and what waits for that. */
export function Policy({ policy }: { policy: ArchivePolicy }) {
  const t = useT()
  const [draft, setDraft] = useState(policy)
  const set = useCommand('archive.set_policy', { changes: [['archive.list'], ['retention.preview']] })
  const change = (part: Partial<ArchivePolicy>) => setDraft({ ...draft, ...part })
  const isSame = JSON.stringify(draft) === JSON.stringify(policy)
  return (
    <section className={classes.section}>
      <h2>{t('archive.policy')}</h2>
      <form
        className={classes.policy}
        onSubmit={event => {
          event.preventDefault()
          set.mutate(draft)
        }}
      >
        {SWITCHES.map(name => (
          <Checkbox
            key={name}
            size="sm"
            label={t(`archive.${name}`)}
            checked={draft[name]}
            onChange={event => change({ [name]: event.currentTarget.checked })}
          />
        ))}
        <div className={classes.numbers}>
          <NumberInput
            size="xs"
            label={t('archive.afterDays')}
            min={0}
            max={3_650}
            allowDecimal={false}
            value={draft.afterDays}
            onChange={value => typeof value === 'number' && change({ afterDays: value })}
          />
          <NumberInput
            size="xs"
            label={t('archive.lockDays')}
            placeholder={t('archive.noLock')}
            min={1}
            max={36_500}
            allowDecimal={false}
            value={draft.lockDays ?? ''}
            onChange={value => change({ lockDays: typeof value === 'number' ? value : null })}
          />
        </div>
        <div>
          <Button type="submit" size="xs" disabled={isSame} loading={set.isPending}>
            {t('archive.save')}
          </Button>
        </div>
      </form>
    </section>
  )
}
