import { Button, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { QueryOutput } from '@tracedesk/contracts'
import { useT, useWords } from '../../i18n/index.ts'
import { useCommand } from '../../shared/command.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay } from '../../shared/session.ts'
import { ErrorFace, RowsSkeleton } from '../../shared/ui/faces.tsx'
import { Sheet } from '../../shared/ui/sheet.tsx'
import { AddRule } from './add-rule.tsx'
import { DaysChoice } from './days-choice.tsx'
import classes from './retention.module.css'

export type RetentionRule = QueryOutput<'retention.rules'>['items'][number]

/** A class in words: everything, an area, or one event. */
export function useClassName(): (event: string) => string {
  const t = useT()
  const words = useWords()
  return event =>
    event === '*'
      ? t('retention.everything')
      : event.endsWith('.*')
        ? words(`area.${event.slice(0, -2)}`, event)
        : words(`eventName.${event}`, event)
}

/** The rules in force, the most specific first: that one decides. */
export function Rules() {
  const t = useT()
  const may = useMay()
  const rules = useQuery(queryOf('retention.rules', {}))
  const bots = useQuery({ ...queryOf('bot.list', {}), enabled: may('bot.view') })
  if (rules.isPending) return <RowsSkeleton rows={3} />
  if (rules.isError && !rules.data)
    return <ErrorFace error={rules.error} retry={() => void rules.refetch()} />
  const named = (bots.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }))
  return (
    <section className={classes.section}>
      <h2>{t('retention.rules')}</h2>
      {rules.data.items.length === 0 ? (
        <p className={classes.quiet}>{t('retention.noRules')}</p>
      ) : (
        <Sheet label={t('retention.rules')}>
          {rules.data.items.map(rule => (
            <Rule key={rule.id} rule={rule} bots={named} />
          ))}
        </Sheet>
      )}
      {may('retention.set_rule') && <AddRule classes={rules.data.classes} bots={named} />}
    </section>
  )
}

function Rule({ rule, bots }: { rule: RetentionRule; bots: readonly { value: string; label: string }[] }) {
  const t = useT()
  const words = useWords()
  const may = useMay()
  const className = useClassName()
  const changes = [['retention.rules'], ['retention.preview']]
  const set = useCommand('retention.set_rule', { changes })
  const remove = useCommand('retention.delete_rule', { changes })
  const { what, event, botId, part, days } = rule
  return (
    <Table.Tr>
      <Table.Td>
        {className(event)}
        <div className={classes.quiet}>
          {t(`value.${what}`)}
          {part && ` · ${words(`partName.${part}`, part)}`}
          {botId && ` · ${bots.find(({ value }) => value === botId)?.label ?? botId}`}
        </div>
      </Table.Td>
      <Table.Td>
        <DaysChoice
          days={days}
          about={className(event)}
          disabled={!may('retention.set_rule') || set.isPending}
          onChange={chosen => set.mutate({ what, event, botId, part, days: chosen })}
        />
      </Table.Td>
      <Table.Td>
        {may('retention.delete_rule') && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="red"
            loading={remove.isPending}
            onClick={() => remove.mutate({ ruleId: rule.id })}
          >
            {t('retention.deleteRule')}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
