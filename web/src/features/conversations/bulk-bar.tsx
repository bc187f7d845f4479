import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core'
import {
  IconAlarmSnooze,
  IconArrowsExchange,
  IconChecks,
  IconProgressCheck,
  IconTag,
  IconUserCheck,
  IconX,
} from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { CommandInput, CommandName, Conversation } from '@tracedesk/contracts'
import { type ReactNode, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useFormat } from '../../shared/format.ts'
import { queryOf } from '../../shared/queries.ts'
import { useMay, useMe } from '../../shared/session.ts'
import classes from './inbox.module.css'
import { STATUSES } from './inbox-search.ts'
import { LabelDot } from './label-dot.tsx'
import { snoozeTimes } from './snooze-times.ts'
import { TransferChoice } from './transfer-dialog.tsx'
import type { Bulk } from './use-bulk.ts'

const ICON = { size: 18, stroke: 1.7, 'aria-hidden': true } as const
type Start = <N extends CommandName>(
  name: N,
  inputOf: (each: Conversation) => CommandInput<N>,
  /** how it was before, where that can be had back */
  backOf?: (each: Conversation) => CommandInput<N>,
) => void

interface BulkBarProps {
  chosen: readonly Conversation[]
  bulk: Bulk
  onAll: () => void
  onClear: () => void
}

/** What can be done to all chosen conversations at once. */
export function BulkBar({ chosen, bulk, onAll, onClear }: BulkBarProps) {
  const t = useT()
  const may = useMay()
  const [isHanding, setHanding] = useState(false)
  const start: Start = (name, inputOf, backOf) => void bulk.start(name, chosen, inputOf, backOf)
  return (
    <div className={classes.bulk} role="toolbar" aria-label={t('inbox.bulk.title')}>
      <b className="tabular">{t('inbox.bulk.chosen', { count: chosen.length })}</b>
      <Button size="compact-xs" variant="subtle" onClick={onAll}>
        {t('inbox.bulk.all')}
      </Button>
      <span className={classes.bulkActions}>
        {may('conversation.assign') && <AssignMenu start={start} />}
        {may('conversation.change_status') && <StatusMenu start={start} />}
        {may('customer.add_label') && <LabelMenu start={start} />}
        {may('conversation.snooze') && <SnoozeMenu start={start} />}
        {may('conversation.transfer') && (
          <Tooltip label={t('handover.title')}>
            <ActionIcon aria-label={t('handover.title')} onClick={() => setHanding(true)}>
              <IconArrowsExchange {...ICON} />
            </ActionIcon>
          </Tooltip>
        )}
        <Tooltip label={t('inbox.bulk.clear')}>
          <ActionIcon aria-label={t('inbox.bulk.clear')} onClick={onClear}>
            <IconX {...ICON} />
          </ActionIcon>
        </Tooltip>
      </span>
      {isHanding && (
        <TransferChoice
          exclude={null}
          botId={new Set(chosen.map(({ bot }) => bot.id)).size === 1 ? (chosen[0]?.bot.id ?? null) : null}
          isBusy={false}
          error={null}
          onClose={() => setHanding(false)}
          onChoose={choice => {
            setHanding(false)
            start('conversation.transfer', ({ id }) => ({ conversationId: id, ...choice }))
          }}
        />
      )}
    </div>
  )
}

function ActionMenu({ label, icon, children }: { label: string; icon: ReactNode; children: ReactNode }) {
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <Tooltip label={label}>
          <ActionIcon aria-label={label}>{icon}</ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown className={classes.viewMenu}>{children}</Menu.Dropdown>
    </Menu>
  )
}

function AssignMenu({ start }: { start: Start }) {
  const t = useT()
  const me = useMe()
  const may = useMay()
  const agents = useQuery({ ...queryOf('agent.list', {}), enabled: may('team.view') })
  const others = (agents.data?.items ?? []).filter(
    ({ id, state, role }) => state === 'active' && role !== 'auditor' && id !== me.agent.id,
  )
  const assign = (agentId: typeof me.agent.id | null) =>
    start(
      'conversation.assign',
      ({ id }) => ({ conversationId: id, agentId }),
      ({ id, assignee }) => ({ conversationId: id, agentId: assignee?.id ?? null }),
    )
  return (
    <ActionMenu label={t('side.assignee')} icon={<IconUserCheck {...ICON} />}>
      <Menu.Item onClick={() => assign(me.agent.id)}>{t('side.assignMe')}</Menu.Item>
      <Menu.Item onClick={() => assign(null)}>{t('side.unassigned')}</Menu.Item>
      <Menu.Divider />
      {others.map(({ id, name }) => (
        <Menu.Item key={id} onClick={() => assign(id)}>
          <bdi>{name}</bdi>
        </Menu.Item>
      ))}
    </ActionMenu>
  )
}

function StatusMenu({ start }: { start: Start }) {
  const t = useT()
  return (
    <ActionMenu label={t('side.status')} icon={<IconProgressCheck {...ICON} />}>
      {STATUSES.map(status => (
        <Menu.Item
          key={status}
          onClick={() =>
            start(
              'conversation.change_status',
              ({ id }) => ({ conversationId: id, status }),
              before => ({ conversationId: before.id, status: before.status }),
            )
          }
        >
          {t(`status.${status}`)}
        </Menu.Item>
      ))}
    </ActionMenu>
  )
}

function LabelMenu({ start }: { start: Start }) {
  const t = useT()
  const labels = useQuery(queryOf('label.list', {}))
  return (
    <ActionMenu label={t('side.addLabel')} icon={<IconTag {...ICON} />}>
      {labels.data?.items.length === 0 && <Menu.Label>{t('side.noLabels')}</Menu.Label>}
      {labels.data?.items.map(label => (
        <Menu.Item
          key={label.id}
          onClick={() =>
            start('customer.add_label', ({ customer }) => ({ customerId: customer.id, labelId: label.id }))
          }
        >
          <LabelDot label={label} />
        </Menu.Item>
      ))}
    </ActionMenu>
  )
}

function SnoozeMenu({ start }: { start: Start }) {
  const t = useT()
  const format = useFormat()
  const snooze = (until: string | null) =>
    start(
      'conversation.snooze',
      ({ id }) => ({ conversationId: id, until }),
      ({ id, snoozedUntil }) => ({ conversationId: id, until: snoozedUntil }),
    )
  return (
    <ActionMenu label={t('aside.snooze')} icon={<IconAlarmSnooze {...ICON} />}>
      {snoozeTimes(new Date()).map(([word, until]) => (
        <Menu.Item
          key={word}
          rightSection={<span className="tabular">{format.brief(until)}</span>}
          onClick={() => snooze(until)}
        >
          {t(`aside.until.${word}`)}
        </Menu.Item>
      ))}
      <Menu.Item leftSection={<IconChecks {...ICON} />} onClick={() => snooze(null)}>
        {t('aside.wake')}
      </Menu.Item>
    </ActionMenu>
  )
}
