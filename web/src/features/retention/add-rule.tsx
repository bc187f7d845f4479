import { Button, Input, SegmentedControl, Select } from '@mantine/core'
import type { QueryOutput } from '@tracedesk/contracts'
import { useState } from 'react'
import { useT, useWords } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { DaysChoice } from './days-choice.tsx'
import styles from './retention.module.css'

interface AddRuleProps {
  classes: QueryOutput<'retention.rules'>['classes']
  bots: readonly { value: string; label: string }[]
}

/** A new rule: what of which class, of which bot, for how long. */
export function AddRule({ classes, bots }: AddRuleProps) {
  const t = useT()
  const words = useWords()
  const [what, setWhat] = useState<'entries' | 'parts'>('parts')
  const [event, setEvent] = useState('*')
  const [part, setPart] = useState<string | null>(null)
  const [botId, setBotId] = useState<string | null>(null)
  const [days, setDays] = useState<number | null>(365)
  const set = useCommand('retention.set_rule', { changes: [['retention.rules'], ['retention.preview']] })
  const events = [
    { value: '*', label: t('retention.everything') },
    ...classes.flatMap(({ area, events: names }) => [
      { value: `${area}.*`, label: words(`area.${area}`, area) },
      ...names.map(each => ({
        value: each.event,
        label: `– ${words(`eventName.${each.event}`, each.event)}`,
      })),
    ]),
  ]
  const parts = partsOf(classes, event).map(value => ({ value, label: words(`partName.${value}`, value) }))
  return (
    <form
      className={styles.form}
      onSubmit={submitted => {
        submitted.preventDefault()
        set.mutate({
          what,
          event,
          botId: botId as never, // it comes from the list of bots
          part: what === 'parts' ? part : null,
          days,
        })
      }}
    >
      <Input.Wrapper size="xs" label={t('field.what')} labelElement="div" labelProps={{ display: 'block' }}>
        <SegmentedControl
          size="xs"
          aria-label={t('field.what')}
          data={(['parts', 'entries'] as const).map(value => ({ value, label: t(`value.${value}`) }))}
          value={what}
          onChange={setWhat}
        />
      </Input.Wrapper>
      <Select
        size="xs"
        searchable
        label={t('field.event')}
        data={events}
        value={event}
        allowDeselect={false}
        onChange={value => {
          setEvent(value ?? '*')
          setPart(null)
        }}
      />
      {what === 'parts' && (
        <Select
          size="xs"
          clearable
          label={t('field.part')}
          placeholder={t('retention.all')}
          data={parts}
          value={part}
          onChange={setPart}
        />
      )}
      <Select
        size="xs"
        clearable
        label={t('field.botId')}
        placeholder={t('retention.all')}
        data={[...bots]}
        value={botId}
        onChange={setBotId}
      />
      <DaysChoice days={days} onChange={setDays} />
      <Button type="submit" size="xs" loading={set.isPending}>
        {t('retention.addRule')}
      </Button>
    </form>
  )
}

const partsOf = (classes: AddRuleProps['classes'], event: string): string[] => [
  ...new Set(
    classes
      .flatMap(({ area, events }) =>
        events.filter(
          each =>
            [area, '*'].includes(event.split('.')[0] ?? '') &&
            (event === '*' || event.endsWith('.*') || each.event === event),
        ),
      )
      .flatMap(({ parts }) => parts),
  ),
]
