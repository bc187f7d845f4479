import { ActionIcon, Menu, Tooltip } from '@mantine/core'
import {
  IconAlarmSnooze,
  IconArrowsExchange,
  IconCheck,
  IconDots,
  IconFlag,
  IconGavel,
  IconPin,
  IconPinFilled,
} from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import type { Conversation } from '@tracedesk/contracts'
import { lazy, Suspense, useState } from 'react'
import { useT } from '../../i18n/index.ts'
import { useActions } from '../../shared/actions.ts'
import { useFormat } from '../../shared/format.ts'
import { useKeys } from '../../shared/keys.ts'
import { OpenDisputeIcon } from '../../shared/open-dispute.tsx'
import { useMay } from '../../shared/session.ts'
import { useUndoable } from '../../shared/undo.tsx'
import { snoozeTimes } from './snooze-times.ts'

const TransferDialog = lazy(async () => ({ default: (await import('./transfer-dialog.tsx')).TransferDialog }))

const PRIORITIES: Conversation['priority'][] = ['urgent', 'high', 'normal', 'low']

/** Handing over by one button; putting aside, priority and pins in a menu beside it. */
export function ConversationMenu({ conversation }: { conversation: Conversation }) {
  const t = useT()
  const may = useMay()
  const [isHanding, setHanding] = useState(false)
  const isOpen = conversation.status !== 'resolved'
  const mayHand = isOpen && may('conversation.transfer')
  useKeys({ t: () => mayHand && setHanding(true) })
  useActions(
    mayHand ? [{ id: 'hand over', label: t('handover.title'), key: 't', run: () => setHanding(true) }] : [],
  )
  return (
    <>
      {mayHand && (
        <Tooltip label={t('handover.title')}>
          <ActionIcon size="lg" aria-label={t('handover.title')} onClick={() => setHanding(true)}>
            <IconArrowsExchange size={19} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      )}
      <OpenDisputeIcon about={{ conversationId: conversation.id, customerId: conversation.customer.id }} />
      {may('conversation.snooze') && <AsideMenu conversation={conversation} isOpen={isOpen} />}
      {isHanding && (
        <Suspense>
          <TransferDialog conversation={conversation} onClose={() => setHanding(false)} />
        </Suspense>
      )}
    </>
  )
}

function AsideMenu({ conversation, isOpen }: { conversation: Conversation; isOpen: boolean }) {
  const t = useT()
  const may = useMay()
  const navigate = useNavigate()
  const format = useFormat()
  const { id, snoozedUntil, priority, pinned } = conversation
  const about = { conversationId: id }
  const changes = [['conversation.get', { id }], ['conversation.list']]
  const snooze = useUndoable('conversation.snooze', { changes })
  const setPriority = useUndoable('conversation.set_priority', { changes })
  const pin = useUndoable('conversation.pin', { changes })
  const unpin = useUndoable('conversation.unpin', { changes })
  const sleep = (until: string | null) =>
    snooze.run(
      { ...about, until },
      until ? t('undo.snoozed', { at: format.exact(until) }) : t('undo.woken'),
      () => snooze.mutate({ ...about, until: snoozedUntil }),
    )
  const prefer = (next: Conversation['priority']) =>
    setPriority.run({ ...about, priority: next }, t('undo.set', { value: t(`value.${next}`) }), () =>
      setPriority.mutate({ ...about, priority }),
    )
  useActions([
    ...(isOpen
      ? [
          ...snoozeTimes(new Date()).map(([word, until]) => ({
            id: `snooze ${word}`,
            label: `${t('aside.snooze')}: ${t(`aside.until.${word}`)}`,
            run: () => sleep(until),
          })),
          ...PRIORITIES.filter(each => each !== priority).map(each => ({
            id: `priority ${each}`,
            label: `${t('aside.priority')}: ${t(`value.${each}`)}`,
            run: () => prefer(each),
          })),
        ]
      : []),
    {
      id: 'pin',
      label: t(pinned.own ? 'aside.unpinMine' : 'aside.pinMine'),
      run: () => togglePin('mine', pinned.own),
    },
  ])
  const togglePin = (scope: 'mine' | 'shared', isPinned: boolean) => {
    const [now, back] = isPinned ? [unpin, pin] : [pin, unpin]
    now.run({ ...about, scope }, t(isPinned ? 'undo.unpinned' : 'undo.pinned'), () =>
      back.mutate({ ...about, scope }),
    )
  }
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <ActionIcon size="lg" aria-label={t('aside.title')}>
          <IconDots size={19} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {isOpen && (
          <>
            <Menu.Label>{t('aside.snooze')}</Menu.Label>
            {snoozeTimes(new Date()).map(([word, until]) => (
              <Menu.Item
                key={word}
                leftSection={<IconAlarmSnooze size={16} aria-hidden />}
                rightSection={<span className="tabular">{format.brief(until)}</span>}
                onClick={() => sleep(until)}
              >
                {t(`aside.until.${word}`)}
              </Menu.Item>
            ))}
            {snoozedUntil && <Menu.Item onClick={() => sleep(null)}>{t('aside.wake')}</Menu.Item>}
            <Menu.Label>{t('aside.priority')}</Menu.Label>
            {PRIORITIES.map(each => (
              <Menu.Item
                key={each}
                leftSection={<IconFlag size={16} aria-hidden />}
                rightSection={each === priority && <IconCheck size={15} aria-hidden />}
                disabled={each === priority}
                onClick={() => prefer(each)}
              >
                {t(`value.${each}`)}
              </Menu.Item>
            ))}
          </>
        )}
        <Menu.Label>{t('aside.pin')}</Menu.Label>
        <Menu.Item
          leftSection={
            pinned.own ? <IconPinFilled size={16} aria-hidden /> : <IconPin size={16} aria-hidden />
          }
          onClick={() => togglePin('mine', pinned.own)}
        >
          {t(pinned.own ? 'aside.unpinMine' : 'aside.pinMine')}
        </Menu.Item>
        <Menu.Item
          leftSection={
            pinned.shared ? <IconPinFilled size={16} aria-hidden /> : <IconPin size={16} aria-hidden />
          }
          onClick={() => togglePin('shared', pinned.shared)}
        >
          {t(pinned.shared ? 'aside.unpinShared' : 'aside.pinShared')}
        </Menu.Item>
        {may('hold.place') && (
          <>
            <Menu.Divider />
            <Menu.Item
              leftSection={<IconGavel size={16} aria-hidden />}
              onClick={() => void navigate({ to: '/holds', search: { conversation: id } })}
            >
              {t('aside.hold')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
